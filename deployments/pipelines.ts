import { stringify } from "yaml";
import {
  type Command,
  image,
  kubeconfigCommand,
  loginCommand,
  policyConfigFile,
  setupCommands,
  workloadProvider,
} from "./commands";
import type { Cloud, DeploymentStack, DeploymentTable } from "./table";

/** Where the pipelines put the OIDC token of their host. */
const tokenFile = "~/oidc-token";

/** What starts a pipeline, and the command that it runs then. */
const operations = {
  "pull request": "preview --diff",
  push: "up --yes",
  schedule: "preview --refresh --expect-no-changes",
} as const;

/**
 * The commands of a stack's job, the same on every host of repositories. `$PULUMI_COMMAND` is one of
 * {@link operations}; it is the job's environment that says which.
 */
export function jobCommands(table: DeploymentTable, name: string, stack: DeploymentStack): Command[] {
  return [
    ...setupCommands(table, stack),
    loginCommand(stack.cloud, tokenFile),
    kubeconfigCommand(stack.cloud),
    {
      name: "Run Pulumi",
      run: `pulumi $PULUMI_COMMAND --stack ${name} --non-interactive --policy-pack ${table.policyPack} --policy-pack-config ${policyConfigFile}`,
    },
  ];
}

/** Renders a GitHub Actions workflow: a job per stack. */
export function githubWorkflow(table: DeploymentTable): string {
  const stacks = deployedStacks(table);
  const branches = unique(stacks.map(([, { branch }]) => branch));
  const paths = unique(stacks.flatMap(([, stack]) => stack.paths));
  const { folder } = table.repository;
  const workflow = {
    name: "mesh",
    on: {
      pull_request: { branches, paths },
      push: { branches, paths },
      schedule: [{ cron: table.driftSchedule }],
    },
    permissions: { contents: "read", "id-token": "write" },
    env: {
      PULUMI_COMMAND: [
        "${{ github.event_name == 'pull_request' && '",
        operations["pull request"],
        "' || github.event_name == 'schedule' && '",
        operations.schedule,
        "' || '",
        operations.push,
        "' }}",
      ].join(""),
    },
    jobs: Object.fromEntries(
      stacks.map(([name, stack]) => [
        name,
        {
          // Pull requests from forks get no OIDC token.
          if: [
            "github.event_name == 'schedule'",
            `github.event_name == 'push' && github.ref_name == '${stack.branch}'`,
            `github.event_name == 'pull_request' && github.base_ref == '${stack.branch}' && github.event.pull_request.head.repo.full_name == github.repository`,
          ].join(" || "),
          "runs-on": "ubuntu-24.04",
          container: image,
          concurrency: { group: `mesh-${name}`, "cancel-in-progress": false },
          env: environmentOf(stack, (secret) => `\${{ secrets.${secret} }}`),
          defaults: {
            run: { shell: "bash", ...(folder !== undefined && { "working-directory": folder }) },
          },
          steps: [
            {
              uses: "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683",
              // A schedule runs on the default branch. Another branch's program there would look like drift.
              with: { ref: `\${{ github.event_name == 'schedule' && '${stack.branch}' || github.ref }}` },
            },
            {
              name: "Get an OIDC token",
              run: `umask 077 && curl -fsS -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=${encodeURIComponent(audience(stack.cloud))}" | jq -r .value > ${tokenFile}`,
            },
            ...jobCommands(table, name, stack),
          ],
        },
      ]),
    ),
  };
  return `# Rendered from deployments/stacks.ts by \`npm run pipelines\` in deployments.\n${text(workflow)}`;
}

/** Renders a GitLab pipeline: a job per stack. Schedules are set in the project, one for each branch. */
export function gitlabPipeline(table: DeploymentTable): string {
  const { folder } = table.repository;
  const jobs = Object.fromEntries(
    deployedStacks(table).map(([name, stack]) => [
      name,
      {
        stage: "deploy",
        image: { name: image, entrypoint: [""] },
        rules: [
          {
            if: `$CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_TARGET_BRANCH_NAME == "${stack.branch}"`,
            changes: [...stack.paths],
            variables: { PULUMI_COMMAND: operations["pull request"] },
          },
          {
            if: `$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == "${stack.branch}"`,
            changes: [...stack.paths],
            variables: { PULUMI_COMMAND: operations.push },
          },
          {
            if: `$CI_PIPELINE_SOURCE == "schedule" && $CI_COMMIT_BRANCH == "${stack.branch}"`,
            variables: { PULUMI_COMMAND: operations.schedule },
          },
        ],
        resource_group: `mesh-${name}`,
        // Secrets are variables of the project, which every job gets.
        variables: environmentOf(stack, () => undefined),
        id_tokens: { OIDC_TOKEN: { aud: audience(stack.cloud) } },
        script: [
          `umask 077 && printf '%s' "$OIDC_TOKEN" > ${tokenFile}`,
          ...(folder === undefined ? [] : [`cd ${folder}`]),
          ...jobCommands(table, name, stack).map(({ run }) => run),
        ],
      },
    ]),
  );
  return `# Rendered from deployments/stacks.ts by \`npm run pipelines\` in deployments.\n${text(jobs)}`;
}

/** The state backend, its secret, and what the cloud's command line needs beyond the token. */
function environmentOf(
  { backend, cloud }: DeploymentStack,
  secretOf: (name: string) => string | undefined,
): Record<string, string> {
  const secret = backend.startsWith("https://") ? "PULUMI_ACCESS_TOKEN" : "PULUMI_CONFIG_PASSPHRASE";
  const value = secretOf(secret);
  return {
    PULUMI_BACKEND_URL: backend,
    ...(value !== undefined && { [secret]: value }),
    ...(cloud.provider === "aws" && { AWS_REGION: cloud.region }),
  };
}

/** Audience that each cloud expects of a foreign token. */
function audience(cloud: Cloud): string {
  switch (cloud.provider) {
    case "aws":
      return "sts.amazonaws.com";
    case "azure":
      return "api://AzureADTokenExchange";
    case "google":
      return `https://iam.googleapis.com/${workloadProvider(cloud)}`;
  }
}

/** Review stacks are Pulumi Cloud's: no pipeline has them. */
function deployedStacks({ stacks }: DeploymentTable): [string, DeploymentStack][] {
  return Object.entries(stacks).filter(([, { review }]) => review === undefined);
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function text(value: object): string {
  return stringify(value, { compat: "yaml-1.1", lineWidth: 0, aliasDuplicateObjects: false });
}
