import { githubWorkflow, gitlabPipeline } from "../deployments/pipelines";
import type { DeploymentStack, DeploymentTable } from "../deployments/table";

/** Files of `deployments/` that every project gets as they are. */
export const templateFiles = [
  "Pulumi.yaml",
  "commands.ts",
  "configuration.ts",
  "index.ts",
  "package-lock.json",
  "package.json",
  "pipelines.ts",
  "program.ts",
  "settings.ts",
  "table.ts",
  "tsconfig.json",
  "writePipelines.ts",
] as const;

/** Text of each template file. */
export type Template = Readonly<Record<(typeof templateFiles)[number], string>>;

/** What is known of a new project. */
export interface NewProject {
  /** Name of the Pulumi project. */
  readonly project: string;
  /** Folder of the policy pack, relative to the project, for example `node_modules/@meshwright/policy-pack`. */
  readonly policyPack: string;
  /** JSON file with the project's settings on top of the pack's preset, relative to the project. Default: none. */
  readonly policySettings?: string;
  /** Folder of the project, relative to its repository. Default: the repository itself. */
  readonly folder?: string;
}

/**
 * A table for a new project: stacks `dev` and `prod`, and the template `pr` of its review stacks. Organization,
 * repository, account and clusters are examples that its team replaces.
 */
export function newProjectTable({
  project,
  policyPack,
  policySettings,
  folder,
}: NewProject): DeploymentTable {
  const stack = (name: string, environment: "dev" | "prod", account: string): DeploymentStack => ({
    branch: environment === "prod" ? "production" : "main",
    paths: [folder === undefined ? "**" : `${folder}/**`],
    policy: { preset: environment, ...(policySettings !== undefined && { settings: policySettings }) },
    cloud: {
      provider: "aws",
      roleArn: `arn:aws:iam::${account}:role/${project}-${environment}`,
      region: "eu-central-1",
      cluster: `${project}-${name}`,
    },
    backend: "s3://example-pulumi-state?region=eu-central-1",
  });
  return {
    organization: "example",
    project,
    repository: { provider: "github", name: `example/${project}`, ...(folder !== undefined && { folder }) },
    policyPack,
    driftSchedule: "0 5 * * *",
    stacks: {
      dev: stack("dev", "dev", "111122223333"),
      prod: stack("prod", "prod", "444455556666"),
      pr: { ...stack("pr", "dev", "111122223333"), review: { hours: 72 } },
    },
  };
}

/**
 * The files with which a project is deployed from its repository: the program in `deployments/`, and the pipelines of
 * GitHub Actions and GitLab CI.
 *
 * @param template text of each of {@link templateFiles}, from this package's `deployments/`.
 * @returns texts keyed by path, relative to the repository.
 */
export function deploymentFiles(table: DeploymentTable, template: Template): Record<string, string> {
  const { project, repository } = table;
  const name = `${project}-deployments`;
  const folder = repository.folder === undefined ? "" : `${repository.folder}/`;
  const toRepository = "../".repeat(`${folder}deployments`.split("/").length);
  const github = ".github/workflows/mesh.yml";
  const gitlab = ".gitlab-ci.yml";
  const rename = (text: string) => text.replaceAll("meshwright-deployments", name);
  const own: Partial<Record<string, (text: string) => string>> = {
    "Pulumi.yaml": rename,
    "package-lock.json": rename,
    "package.json": (text) =>
      rename(text).replace(
        "ci/github.yml ci/gitlab.yml",
        `${toRepository}${github} ${toRepository}${gitlab}`,
      ),
  };
  return {
    ...Object.fromEntries(
      templateFiles.map((file) => [`${folder}deployments/${file}`, (own[file] ?? String)(template[file])]),
    ),
    [`${folder}deployments/stacks.ts`]: tableFile(table),
    [github]: githubWorkflow(table),
    [gitlab]: gitlabPipeline(table),
  };
}

/** A module with the table. Keys are quoted only where TypeScript requires it. */
function tableFile(table: DeploymentTable): string {
  const literal = JSON.stringify(table, null, 2).replace(/^(\s*)"([A-Za-z_$][\w$]*)":/gm, "$1$2:");
  return [
    'import type { DeploymentTable } from "./table";',
    "",
    "/** The project's stacks. Organization, repository, accounts and clusters are examples: replace them with your own. */",
    `export const table: DeploymentTable = ${literal};`,
    "",
  ].join("\n");
}
