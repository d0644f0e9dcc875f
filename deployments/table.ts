/**
 * The table from which everything else follows: deployment settings, schedules, policy groups, and the pipelines of
 * GitHub Actions and GitLab CI. Plain data.
 */
export interface DeploymentTable {
  /** Organization in Pulumi Cloud, in lower case: OIDC compares it exactly. */
  readonly organization: string;
  /** Name of the Pulumi project, as in its `Pulumi.yaml`. */
  readonly project: string;
  readonly repository: Repository;
  /**
   * Folder of the policy pack, relative to the project's folder. Below `node_modules/` the project's own `npm ci`
   * installs it; anywhere else it is installed by an `npm ci` of its own.
   */
  readonly policyPack: string;
  /** When drift is looked for: a cron expression in UTC. */
  readonly driftSchedule: string;
  /** The stacks, keyed by name. */
  readonly stacks: Readonly<Record<string, DeploymentStack>>;
}

/** Where the project's source is. */
export interface Repository {
  /** Host of the repository. It decides the version control integration that Pulumi Deployments uses. */
  readonly provider: "github" | "gitlab";
  /** `owner/repository` on GitHub, `group/project` on GitLab. */
  readonly name: string;
  /** Folder with the project's `Pulumi.yaml`, relative to the repository. Default: the repository itself. */
  readonly folder?: string;
}

/** What is said of one stack. */
export interface DeploymentStack {
  /** Branch whose commits are deployed to the stack, and whose pull requests are previewed. */
  readonly branch: string;
  /**
   * Glob patterns of files, relative to the repository. A push or pull request that changes none of them starts
   * nothing. Only inclusions: GitLab has no exclusions.
   */
  readonly paths: readonly string[];
  /** Configuration of the policy pack. */
  readonly policy: StackPolicy;
  /** Cloud of the stack's cluster, and how to log in to it. */
  readonly cloud: Cloud;
  /**
   * URL of the state backend that pipelines use, reached with the cloud's credentials: `s3://…`, `azblob://…`, `gs://…`,
   * or `https://api.pulumi.com`. Pulumi Deployments always uses Pulumi Cloud.
   */
  readonly backend: string;
  /**
   * ESC environment with further configuration and secrets of the stack, as `project/name`. Pulumi Deployments adds it
   * to the stack's settings before each operation. Default: none. Pipelines without Pulumi Cloud can't use it.
   */
  readonly environment?: string;
  /** Pool of your own deployment runners, for a cluster whose API is private. Default: Pulumi's runners. */
  readonly agentPoolId?: string;
  /**
   * Makes the stack the template of review stacks, which is never deployed itself. Each pull request gets a stack of
   * its own. It is destroyed when the pull request is closed or its time has passed. Default: none.
   */
  readonly review?: Review;
  /** When the stack is destroyed, in RFC 3339, for example `2027-01-31T18:00:00Z`. Default: never. */
  readonly expires?: string;
}

/** Configuration of the policy pack for one stack. */
export interface StackPolicy {
  /** The pack's preset. */
  readonly preset: "dev" | "staging" | "prod";
  /** JSON file with the stack's own settings on top of the preset, relative to the project's folder. Default: none. */
  readonly settings?: string;
}

/** Review stacks of one template. */
export interface Review {
  /** Hours after its creation at which a review stack is destroyed and deleted. */
  readonly hours: number;
}

/** Cloud of a cluster. */
export type Cloud = AwsCloud | AzureCloud | GoogleCloud;

/** A cluster on [EKS](https://docs.aws.amazon.com/eks/). */
export interface AwsCloud {
  readonly provider: "aws";
  /** ARN of the IAM role that a deployment assumes. */
  readonly roleArn: string;
  readonly region: string;
  /** Name of the EKS cluster. */
  readonly cluster: string;
}

/** A cluster on [AKS](https://learn.microsoft.com/azure/aks/). */
export interface AzureCloud {
  readonly provider: "azure";
  /** Client ID of the application with the federated credentials. */
  readonly clientId: string;
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** Name of the AKS cluster. */
  readonly cluster: string;
}

/** A cluster on [GKE](https://cloud.google.com/kubernetes-engine/docs). */
export interface GoogleCloud {
  readonly provider: "google";
  /** ID of the cluster's Google Cloud project. */
  readonly projectId: string;
  /** Number of the project with the workload identity pool. */
  readonly projectNumber: string;
  readonly workloadPoolId: string;
  readonly providerId: string;
  /** Email address of the service account that a deployment impersonates. */
  readonly serviceAccount: string;
  /** Region or zone of the GKE cluster. */
  readonly location: string;
  /** Name of the GKE cluster. */
  readonly cluster: string;
}
