import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import { UserError } from "../../errors/userError";
import { changesBetween } from "../../program/diff/changes";
import { deployedSide } from "../../program/diff/deployed";
import { sideOfPlan } from "../../program/diff/side";
import { planOf } from "../../program/plan";
import type { Settings } from "../../program/settings";
import type { PolicySettings } from "../audit/policies";
import { stackPolicySettings } from "../audit/settings";
import { localSettings, localStackFiles } from "../localStack";
import { print } from "../output";
import { isAccepted, judgePlan } from "../preview/policies";
import { previewJson, previewReport, type Preview } from "../preview/report";
import { resourceChanges } from "../preview/resources";
import { loadProject, stackSettings } from "../project";
import { stackResources } from "../stackSide";
import { stateOption } from "../stateOption";

interface PreviewOptions {
  readonly stack?: string;
  readonly policyConfig?: string;
  readonly format: keyof typeof formats;
  readonly state: string;
}

const formats = { text: previewReport, json: previewJson };

/** `meshwright preview`: what an update changes, by the stack's state alone. */
export function previewCommand(command: Command): void {
  command
    .argument("[platform]", "platform of the Pulumi project in this folder (default: the stack's platform)")
    .option("--stack <name>", "stack to preview (default: that of `meshwright up` in the sandbox)")
    .option(
      "--policy-config <file>",
      "settings and exemptions of policies, in JSON as for pulumi up --policy-pack-config",
    )
    .addOption(new Option("--format <format>", "what to print").choices(Object.keys(formats)).default("text"))
    .addOption(stateOption())
    .addHelpText("after", notes)
    .action(async (platform: string | undefined, { stack, policyConfig, format, state }: PreviewOptions) => {
      const settings = await settingsFor(platform, stack, state);
      const config = policyConfig ?? (stack === undefined ? ofSandbox(state) : undefined);
      const policies = stackPolicySettings(settings.environment, config);
      const preview = await previewOf(settings, policies, stack, state);
      print(formats[format](preview));
      if (!isAccepted(preview.policies)) process.exitCode = 1;
    });
}

const notes = `
It compares what the stack has deployed last, by its state, with what its program declares now, and judges that by the
policies. It needs neither Pulumi's engine nor the cluster, so 1,000 services need a few seconds. Exit code 1 if a
mandatory policy refuses the update.

\`pulumi preview\` has the last word: it also asks the API server, and it shows Secrets, generated passwords and resources
that the program declares by itself.

Examples:
  meshwright preview                        the next meshwright up
  meshwright preview --stack prod           the next pulumi up --stack prod
  meshwright preview --stack prod --policy-config policy.json --format json`;

async function settingsFor(
  platform: string | undefined,
  stack: string | undefined,
  state: string,
): Promise<Settings> {
  const project = await loadProject();
  if (project === undefined) {
    throw new UserError({
      problem: `There is no Pulumi project in ${process.cwd()}: Pulumi.yaml is missing.`,
      fix: "Run the command in the folder of a project. To compare catalogs or manifests: meshwright diff",
      exitCode: 2,
    });
  }
  return stack === undefined
    ? localSettings(project, platform, state)
    : stackSettings(project, platform, stack);
}

async function previewOf(
  settings: Settings,
  policies: PolicySettings,
  stack: string | undefined,
  state: string,
): Promise<Preview> {
  const deployed = await stackResources(stack, state);
  const plan = planOf(settings);
  const after = sideOfPlan(plan);
  const before = deployedSide("the last deployment", deployed, plan.mesh);
  const { findings, judged } = judgePlan(plan, after.objects, policies);
  return {
    ...(stack !== undefined && { stack }),
    resources: resourceChanges(deployed, plan),
    policies: findings,
    judged,
    warnings: plan.warnings,
    ...(before.objects.length > 0 && { requests: changesBetween(before, after) }),
  };
}

/** The configuration with which `meshwright up` runs the policy pack on a sandbox. */
function ofSandbox(state: string): string | undefined {
  const { policies } = localStackFiles(state);
  return existsSync(policies) ? policies : undefined;
}
