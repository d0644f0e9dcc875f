import type {
  AwsCloud,
  AzureCloud,
  Cloud,
  DeploymentStack,
  DeploymentTable,
  GoogleCloud,
  StackPolicy,
} from "./table";

/** What every stack of this repository is made from, besides its platform. */
const shared = [
  "catalog/**",
  "effect/**",
  "checks/**",
  "mesh/**",
  "observability/**",
  "components/**",
  "program/**",
  "platforms/*.ts",
  "stacks/**",
  "policy-pack/**",
  "package-lock.json",
  "Pulumi.yaml",
];

/** Branch of each environment: what is merged to `main` is deployed to dev, and prod follows when `production` does. */
const branches = { dev: "main", prod: "production" } as const;

const backends: Readonly<Record<Cloud["provider"], string>> = {
  aws: "s3://example-pulumi-state?region=eu-central-1",
  azure: "azblob://pulumi-state?storage_account=example",
  google: "gs://example-pulumi-state",
};

/** One stack of a platform. `Pulumi.<name>.yaml` holds its settings. */
function platformStack(
  name: string,
  platform: string,
  environment: keyof typeof branches,
  cloud: Cloud,
  policy: StackPolicy = { preset: environment },
): Record<string, DeploymentStack> {
  return {
    [name]: {
      branch: branches[environment],
      paths: [...shared, `platforms/${platform}/**`, `Pulumi.${name}.yaml`],
      policy,
      cloud,
      backend: backends[cloud.provider],
    },
  };
}

function aws(environment: string, account: string): AwsCloud {
  return {
    provider: "aws",
    roleArn: `arn:aws:iam::${account}:role/meshwright-${environment}`,
    region: "eu-central-1",
    cluster: `mesh-${environment}`,
  };
}

function azure(environment: string, subscriptionId: string): AzureCloud {
  return {
    provider: "azure",
    clientId: "11111111-1111-1111-1111-111111111111",
    tenantId: "22222222-2222-2222-2222-222222222222",
    subscriptionId,
    resourceGroup: `mesh-${environment}`,
    cluster: `mesh-${environment}`,
  };
}

function google(environment: string, projectNumber: string): GoogleCloud {
  return {
    provider: "google",
    projectId: `mesh-${environment}`,
    projectNumber,
    workloadPoolId: "deployments",
    providerId: "deployments",
    serviceAccount: `meshwright@mesh-${environment}.iam.gserviceaccount.com`,
    location: "europe-west3",
    cluster: `mesh-${environment}`,
  };
}

const awsDev = aws("dev", "111122223333");
const awsProd = aws("prod", "444455556666");
const azureDev = azure("dev", "33333333-3333-3333-3333-333333333333");
const azureProd = azure("prod", "44444444-4444-4444-4444-444444444444");
const googleDev = google("dev", "111111111111");
const googleProd = google("prod", "222222222222");

/**
 * The built-in platforms. Organization, repository, accounts and clusters are examples: replace them by yours. Each
 * platform has a cluster of its own, since a stack installs the cluster's control plane.
 */
export const table: DeploymentTable = {
  organization: "example",
  project: "meshwright",
  repository: { provider: "github", name: "example/meshwright" },
  policyPack: "policy-pack",
  driftSchedule: "0 5 * * *",
  stacks: {
    ...platformStack("dev", "alfred", "dev", awsDev),
    ...platformStack("prod", "alfred", "prod", awsProd, {
      preset: "prod",
      settings: "platforms/alfred/policy.prod.json",
    }),
    ...platformStack("autolytiq-dev", "autolytiq", "dev", { ...awsDev, cluster: "autolytiq-dev" }),
    ...platformStack("autolytiq-prod", "autolytiq", "prod", { ...awsProd, cluster: "autolytiq-prod" }),
    ...platformStack("policycortex-dev", "policycortex", "dev", azureDev),
    ...platformStack("policycortex-prod", "policycortex", "prod", azureProd),
    ...platformStack("aikernel-dev", "aikernel", "dev", googleDev),
    ...platformStack("aikernel-prod", "aikernel", "prod", googleProd),
    ...platformStack("voicecore-dev", "voicecore", "dev", { ...googleDev, cluster: "voicecore-dev" }),
    ...platformStack("voicecore-prod", "voicecore", "prod", { ...googleProd, cluster: "voicecore-prod" }),
    pr: {
      branch: "main",
      paths: [...shared, "platforms/alfred/**", "Pulumi.pr.yaml"],
      policy: { preset: "dev" },
      cloud: { ...awsDev, cluster: "mesh-review" },
      backend: backends.aws,
      review: { hours: 72 },
    },
  },
};
