import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { image } from "../../deployments/commands";
import { githubWorkflow, gitlabPipeline, jobCommands } from "../../deployments/pipelines";
import { table } from "../../deployments/stacks";

const repository = join(__dirname, "..", "..");

interface GithubJob {
  readonly if: string;
  readonly container: string;
  readonly env: Readonly<Record<string, string>>;
  readonly concurrency: { readonly group: string };
  readonly steps: readonly {
    readonly name?: string;
    readonly uses?: string;
    readonly run?: string;
    readonly with?: { readonly ref: string };
  }[];
}
interface Workflow {
  readonly on: Readonly<Record<"push" | "pull_request", { branches: string[]; paths: string[] }>> & {
    readonly schedule: readonly { readonly cron: string }[];
  };
  readonly permissions: Readonly<Record<string, string>>;
  readonly env: { readonly PULUMI_COMMAND: string };
  readonly jobs: Readonly<Record<string, GithubJob>>;
}
interface GitlabJob {
  readonly image: { readonly name: string; readonly entrypoint: readonly string[] };
  readonly rules: readonly {
    readonly if: string;
    readonly changes?: string[];
    readonly variables: { readonly PULUMI_COMMAND: string };
  }[];
  readonly resource_group: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly id_tokens: { readonly OIDC_TOKEN: { readonly aud: string } };
  readonly script: readonly string[];
}

const workflow = parse(githubWorkflow(table)) as Workflow;
const pipeline = parse(gitlabPipeline(table)) as Readonly<Record<string, GitlabJob>>;
const deployed = Object.entries(table.stacks).filter(([, { review }]) => review === undefined);

/** What a GitHub expression of the form `condition && 'value' || … || 'otherwise'` gives for an event. */
function evaluate(expression: string, event: string): string {
  for (const part of expression.replace(/^\${{ | }}$/g, "").split(" || ")) {
    const [, name, value = ""] = /^(?:github\.event_name == '(\w+)' && )?'([^']*)'$/.exec(part) ?? [];
    if (name === undefined || name === event) return value;
  }
  return "";
}

describe("deployments/pipelines", () => {
  it("has a job for each stack that is deployed", () => {
    const names = deployed.map(([name]) => name);
    expect(names).to.have.length(10);
    expect(Object.keys(workflow.jobs)).to.deep.equal(names);
    expect(Object.keys(pipeline)).to.deep.equal(names);
  });

  it("runs the same commands in the same image on both hosts", () => {
    for (const [name, stack] of deployed) {
      const job = workflow.jobs[name];
      const other = pipeline[name];
      const commands = jobCommands(table, name, stack).map(({ run }) => run);
      expect(job?.steps.slice(2).map(({ run }) => run)).to.deep.equal(commands);
      expect(other?.script.slice(1)).to.deep.equal(commands);
      expect(job?.container).to.equal(image);
      expect(other?.image).to.deep.equal({ name: image, entrypoint: [""] });
      expect(job?.concurrency.group).to.equal(other?.resource_group);
    }
  });

  it("runs the same operation for the same event", () => {
    const { PULUMI_COMMAND } = workflow.env;
    for (const { rules } of Object.values(pipeline)) {
      expect(rules.map(({ variables }) => variables.PULUMI_COMMAND)).to.deep.equal([
        evaluate(PULUMI_COMMAND, "pull_request"),
        evaluate(PULUMI_COMMAND, "push"),
        evaluate(PULUMI_COMMAND, "schedule"),
      ]);
    }
    expect(pipeline.dev?.rules.map(({ variables }) => variables.PULUMI_COMMAND)).to.deep.equal([
      "preview --diff",
      "up --yes",
      "preview --refresh --expect-no-changes",
    ]);
    expect(pipeline.dev?.script.at(-1)).to.equal(
      "pulumi $PULUMI_COMMAND --stack dev --non-interactive --policy-pack policy-pack --policy-pack-config policy.json",
    );
  });

  it("starts for the same branches and files", () => {
    for (const [name, { branch, paths }] of deployed) {
      const [mergeRequest, push, schedule] = pipeline[name]?.rules ?? [];
      expect(mergeRequest?.if).to.equal(
        `$CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_TARGET_BRANCH_NAME == "${branch}"`,
      );
      expect(push?.if).to.equal(`$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == "${branch}"`);
      expect(schedule?.if).to.equal(`$CI_PIPELINE_SOURCE == "schedule" && $CI_COMMIT_BRANCH == "${branch}"`);
      expect(workflow.jobs[name]?.steps[0]?.with?.ref).to.equal(
        `\${{ github.event_name == 'schedule' && '${branch}' || github.ref }}`,
      );
      for (const rule of [mergeRequest, push]) expect(rule?.changes).to.deep.equal(paths);
      expect(workflow.jobs[name]?.if).to.equal(
        `github.event_name == 'schedule' || github.event_name == 'push' && github.ref_name == '${branch}' || github.event_name == 'pull_request' && github.base_ref == '${branch}' && github.event.pull_request.head.repo.full_name == github.repository`,
      );
      expect(workflow.on.push.branches).to.include(branch);
      expect(workflow.on.push.paths).to.include.members([...paths]);
    }
    expect(workflow.on.pull_request).to.deep.equal(workflow.on.push);
    expect(workflow.on.schedule).to.deep.equal([{ cron: table.driftSchedule }]);
  });

  it("gets a token for the same audience, and nothing else that is secret but the backend's", () => {
    expect(workflow.permissions).to.deep.equal({ contents: "read", "id-token": "write" });
    for (const [name] of deployed) {
      const job = workflow.jobs[name];
      const { aud } = pipeline[name]?.id_tokens.OIDC_TOKEN ?? {};
      expect(job?.steps[1]?.run).to.include(
        `&audience=${encodeURIComponent(aud ?? "")}" | jq -r .value > ~/oidc-token`,
      );
      const { PULUMI_CONFIG_PASSPHRASE, ...env } = job?.env ?? {};
      expect(PULUMI_CONFIG_PASSPHRASE).to.equal("${{ secrets.PULUMI_CONFIG_PASSPHRASE }}");
      expect(pipeline[name]?.variables).to.deep.equal(env);
    }
    const audiences = ["dev", "policycortex-dev", "aikernel-dev"].map(
      (n) => pipeline[n]?.id_tokens.OIDC_TOKEN.aud,
    );
    expect(audiences).to.deep.equal([
      "sts.amazonaws.com",
      "api://AzureADTokenExchange",
      "https://iam.googleapis.com/projects/111111111111/locations/global/workloadIdentityPools/deployments/providers/deployments",
    ]);
  });

  it("needs a token of Pulumi Cloud only where that keeps the state", () => {
    const inCloud = deployed
      .slice(0, 1)
      .map(([name, stack]) => [name, { ...stack, backend: "https://api.pulumi.com" }]);
    const { jobs } = parse(
      githubWorkflow({ ...table, stacks: Object.fromEntries(inCloud) as typeof table.stacks }),
    ) as Workflow;
    expect(jobs.dev?.env).to.deep.equal({
      PULUMI_BACKEND_URL: "https://api.pulumi.com",
      PULUMI_ACCESS_TOKEN: "${{ secrets.PULUMI_ACCESS_TOKEN }}",
      AWS_REGION: "eu-central-1",
    });
  });

  it("works in the project's folder", () => {
    const inFolder = { ...table, repository: { ...table.repository, folder: "infra/mesh" } };
    const job = (parse(githubWorkflow(inFolder)) as Workflow).jobs.dev;
    expect(job).to.have.deep.property("defaults", {
      run: { shell: "bash", "working-directory": "infra/mesh" },
    });
    expect((parse(gitlabPipeline(inFolder)) as typeof pipeline).dev?.script[1]).to.equal("cd infra/mesh");
  });

  it("pins its image to the version of the SDK, and its actions to a commit", () => {
    const { dependencies } = JSON.parse(
      readFileSync(join(repository, "deployments", "package.json"), "utf8"),
    ) as { dependencies: Record<string, string> };
    expect(image).to.equal(`pulumi/pulumi:${dependencies["@pulumi/pulumi"]}`);
    const uses = Object.values(workflow.jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
    for (const action of uses) expect(action).to.match(/@[0-9a-f]{40}$/);
    expect(uses).to.have.length(10);
  });

  it("is written to ci/ as it is rendered", () => {
    const written = (file: string) => readFileSync(join(repository, "deployments", "ci", file), "utf8");
    expect(written("github.yml")).to.equal(githubWorkflow(table));
    expect(written("gitlab.yml")).to.equal(gitlabPipeline(table));
  });
});
