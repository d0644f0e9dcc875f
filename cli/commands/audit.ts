import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import { UserError } from "../../errors/userError";
import { type Audit, audit } from "../audit/audit";
import { auditSarif } from "../audit/auditSarif";
import { auditText } from "../audit/report";
import { policySettings, presets } from "../audit/settings";
import { liveSources, sourcesOf } from "../audit/sources";
import type * as live from "../audit/cluster";
import type * as kubeconfig from "../cluster";
import { clusterOptions } from "../clusterOptions";
import { withFiles } from "../liveSide";
import { isProgramFile } from "../catalogFile";
import { readFiles } from "../manifests";
import { print } from "../output";

interface AuditOptions {
  readonly cluster?: true;
  readonly namespace: string;
  readonly environment: (typeof presets)[number];
  readonly policyConfig?: string;
  readonly format: keyof typeof formats;
  readonly strict?: true;
}

/** `meshwright audit`: judges manifests of any origin, or the objects of a cluster. */
export function auditCommand(command: Command): void {
  command
    .argument("[files...]", "files and folders of manifests (YAML or JSON), or - for standard input")
    .option("--cluster", "judge the objects of a cluster; with files, as if they were applied to it")
    .option("--namespace <name>", "namespace of objects that name none", "default")
    .addOption(new Option("--environment <name>", "preset of the policies").choices(presets).default("prod"))
    .option(
      "--policy-config <file>",
      "settings and exemptions of policies, in JSON as for pulumi up --policy-pack-config, on top of the preset",
    )
    .option("--strict", "exit code 1 for warnings too, not only for errors")
    .addOption(
      new Option("--format <format>", "what to print").choices(Object.keys(formats)).default("human"),
    )
    .addHelpText("after", examples);
  clusterOptions(command).action(async (files: readonly string[], options: AuditOptions) => {
    const { cluster, environment, policyConfig, format, strict } = options;
    const settings = policySettings(environment, policyConfig);
    const result = cluster
      ? await auditCluster(command, files, options.namespace, settings)
      : auditFiles(files, options.namespace, settings);
    print(formats[format](result));
    const failing = strict ? ["error", "warning"] : ["error"];
    if (result.findings.some(({ severity }) => failing.includes(severity))) process.exitCode = 1;
  });
}

const examples = `
Examples:
  meshwright audit deploy/                           all manifests of a folder
  kustomize build . | meshwright audit -             rendered manifests
  helm template ./chart | meshwright audit - --namespace shop
  meshwright audit deploy/ --environment dev         with the policies of development
  meshwright audit deploy/ --format sarif            for code hosts
  meshwright audit --cluster --context prod          a live cluster
  meshwright render ./mesh.ts | meshwright audit - --cluster
                                                     the cluster as it will be, before anything changes`;

const formats = {
  human: auditText,
  json: (result: Audit) => JSON.stringify(result, null, 2),
  sarif: (result: Audit) => JSON.stringify(auditSarif(result), null, 2),
};

type Settings = ReturnType<typeof policySettings>;

function auditFiles(files: readonly string[], namespace: string, settings: Settings): Audit {
  if (files.length === 0) {
    throw new UserError({
      problem: "No manifests are named.",
      fix: "Name files or folders, - for standard input, or --cluster.",
      exitCode: 2,
    });
  }
  const program = files.find(isProgramFile);
  if (program !== undefined && existsSync(program)) {
    throw new UserError({
      problem: `${program} is a program, not a manifest.`,
      fix: `Name YAML or JSON. To check a catalog: meshwright check ${program}`,
      exitCode: 2,
    });
  }
  const read = readFiles(files);
  const sources = sourcesOf(read, namespace);
  if (sources.objects.length + sources.releases.length + read.unreadable.length === 0) {
    throw new UserError({
      problem: `There are no Kubernetes objects in ${files.join(", ")}.`,
      fix: "Name YAML or JSON with apiVersion and kind. Render templates first: helm template, kubectl kustomize. To check a catalog: meshwright check",
    });
  }
  return audit({ ...sources, unreadable: read.unreadable }, { settings, complete: false });
}

/** Judges a cluster; with files, as it is after they are applied to it. */
async function auditCluster(
  command: Command,
  files: readonly string[],
  namespace: string,
  settings: Settings,
): Promise<Audit> {
  const read = readFiles(files);
  const applied = sourcesOf(read, namespace);
  /* eslint-disable @typescript-eslint/no-require-imports -- files are judged without the client of Kubernetes */
  const { explainFailure, loadCluster } = require("../cluster") as typeof kubeconfig;
  const { clusterObjects } = require("../audit/cluster") as typeof live;
  /* eslint-enable @typescript-eslint/no-require-imports */
  const config = loadCluster(command);
  const found = await clusterObjects(config, { withoutPolicies: true }).catch((error: unknown) =>
    explainFailure(config, error),
  );
  const sources = withFiles(liveSources(found), applied);
  return audit({ ...sources, unreadable: read.unreadable }, { settings, complete: true });
}
