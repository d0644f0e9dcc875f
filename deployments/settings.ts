import type {
  DeploymentSettingsArgs,
  DriftScheduleArgs,
  PolicyGroupArgs,
  PolicyPackArgs,
  TtlScheduleArgs,
  types,
} from "@pulumi/pulumiservice";
import { policyConfigFile, preRunCommands } from "./commands";
import type { Cloud, DeploymentStack, DeploymentTable, StackPolicy } from "./table";

/** Inputs of every resource of the program, as plain data; records are keyed by resource name. */
export interface Resources {
  readonly settings: Readonly<Record<string, DeploymentSettingsArgs>>;
  readonly driftSchedules: Readonly<Record<string, DriftScheduleArgs>>;
  readonly ttlSchedules: Readonly<Record<string, TtlScheduleArgs>>;
  readonly policyPack: PolicyPackArgs;
  readonly policyGroups: Readonly<Record<string, PolicyGroupArgs>>;
}

/** The policy pack that the program publishes. */
export interface PublishedPack {
  /** Name that the pack's program gives it. */
  readonly name: string;
  /** Version in the pack's `package.json`. */
  readonly version: string;
  /** Folder of the pack, relative to the program's folder. */
  readonly sourcePath: string;
}

/** Content of the JSON files of a policy pack's configuration, keyed by policy. */
export type PolicyConfiguration = Readonly<Record<string, unknown>>;

/**
 * Decides which resources a table stands for.
 *
 * @param configurationOf reads the policy pack's configuration for one stack.
 */
export function resourcesOf(
  table: DeploymentTable,
  pack: PublishedPack,
  configurationOf: (policy: StackPolicy) => PolicyConfiguration,
): Resources {
  const { organization, project } = table;
  const stacks = Object.entries(table.stacks);
  const named = <T>(entries: [string, T][]): Record<string, T> => Object.fromEntries(entries);
  return {
    settings: named(stacks.map(([name, stack]) => [name, settingsOf(table, name, stack)])),
    // A template of review stacks is never deployed, so it can't drift.
    driftSchedules: named(
      stacks
        .filter(([, { review }]) => review === undefined)
        .map(([stack]) => [
          stack,
          { organization, project, stack, scheduleCron: table.driftSchedule, autoRemediate: false },
        ]),
    ),
    ttlSchedules: named(
      stacks.flatMap(([stack, { expires }]) =>
        expires === undefined
          ? []
          : [[stack, { organization, project, stack, timestamp: expires, deleteAfterDestroy: true }]],
      ),
    ),
    policyPack: {
      organization,
      name: pack.name,
      versionTag: pack.version,
      sourcePath: pack.sourcePath,
    },
    policyGroups: policyGroups(table, pack, configurationOf),
  };
}

function settingsOf(table: DeploymentTable, name: string, stack: DeploymentStack): DeploymentSettingsArgs {
  const { organization, project, repository } = table;
  const { branch, paths, cloud, agentPoolId, review } = stack;
  const deployed = review === undefined;
  return {
    organization,
    project,
    stack: name,
    sourceContext: {
      git: {
        branch: `refs/heads/${branch}`,
        ...(repository.folder !== undefined && { repoDir: repository.folder }),
      },
    },
    vcs: {
      provider: repository.provider,
      repository: repository.name,
      deployCommits: deployed,
      previewPullRequests: deployed,
      pullRequestTemplate: !deployed,
      paths: [...paths],
    },
    operationContext: {
      oidc: oidcOf(cloud),
      preRunCommands: preRunCommands(table, stack).map(({ run }) => run),
      // The CLI reads every flag from the environment too. So the commit's own pack judges previews and updates.
      environmentVariables: {
        PULUMI_OPTION_POLICY_PACK: table.policyPack,
        PULUMI_OPTION_POLICY_PACK_CONFIG: policyConfigFile,
        ...(cloud.provider === "aws" && { AWS_REGION: cloud.region }),
      },
      // The pre-run commands install; between two pushes only the last one needs to be deployed.
      options: { skipInstallDependencies: true, skipIntermediateDeployments: true },
    },
    ...(agentPoolId !== undefined && { agentPoolId }),
  };
}

function oidcOf(cloud: Cloud): types.input.OperationContextOIDCArgs {
  switch (cloud.provider) {
    case "aws":
      return {
        aws: {
          roleARN: cloud.roleArn,
          // Each call in CloudTrail names the deployment that made it.
          sessionName: "${project.name}-${stack.name}-${deployment.operation}-${deployment.version}",
          duration: "1h0m0s",
        },
      };
    case "azure": {
      const { clientId, tenantId, subscriptionId } = cloud;
      return { azure: { clientId, tenantId, subscriptionId } };
    }
    case "google":
      return {
        gcp: {
          projectId: cloud.projectNumber,
          workloadPoolId: cloud.workloadPoolId,
          providerId: cloud.providerId,
          serviceAccount: cloud.serviceAccount,
        },
      };
  }
}

/**
 * A group for each configuration of the pack, because a group has one. Its name has the project and the preset, and the
 * first stack if the stacks have settings of their own. The groups are `preventative`: a mandatory violation stops the
 * update.
 */
function policyGroups(
  { organization, project, stacks }: DeploymentTable,
  pack: PublishedPack,
  configurationOf: (policy: StackPolicy) => PolicyConfiguration,
): Record<string, PolicyGroupArgs> {
  const groups = Map.groupBy(Object.entries(stacks), ([, { policy }]) =>
    JSON.stringify([policy.preset, policy.settings]),
  );
  return Object.fromEntries(
    [...groups.values()].flatMap((members) => {
      const [first] = members;
      if (first === undefined) return [];
      const [stack, { policy }] = first;
      const name = [project, policy.preset, ...(policy.settings === undefined ? [] : [stack])].join("-");
      const args: PolicyGroupArgs = {
        name,
        organizationName: organization,
        entityType: "stacks",
        mode: "preventative",
        stacks: members.map(([member]) => ({ name: member, routingProject: project })),
        policyPacks: [{ name: pack.name, versionTag: pack.version, config: { ...configurationOf(policy) } }],
      };
      return [[name, args]];
    }),
  );
}
