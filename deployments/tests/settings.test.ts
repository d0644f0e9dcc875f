import { expect } from "chai";
import { describe, it } from "mocha";
import { preRunCommands } from "../commands";
import { resourcesOf } from "../settings";
import type { DeploymentStack, DeploymentTable } from "../table";

const prod: DeploymentStack = {
  branch: "production",
  paths: ["infra/**"],
  policy: { preset: "prod", settings: "own.json" },
  cloud: { provider: "aws", roleArn: "arn:aws:iam::1:role/r", region: "eu-1", cluster: "c" },
  backend: "s3://state",
};
const dev: DeploymentStack = {
  ...prod,
  branch: "main",
  policy: { preset: "dev" },
  cloud: {
    provider: "azure",
    clientId: "client",
    tenantId: "tenant",
    subscriptionId: "subscription",
    resourceGroup: "group",
    cluster: "c",
  },
  environment: "shop/dev",
};
const demo: DeploymentStack = {
  ...dev,
  cloud: {
    provider: "google",
    projectId: "project",
    projectNumber: "1",
    workloadPoolId: "pool",
    providerId: "provider",
    serviceAccount: "a@project.iam.gserviceaccount.com",
    location: "eu-1",
    cluster: "c",
  },
  agentPoolId: "pool-1",
  expires: "2027-01-31T18:00:00Z",
};
const pr: DeploymentStack = { ...prod, branch: "main", policy: { preset: "dev" }, review: { hours: 72 } };
const table: DeploymentTable = {
  organization: "example",
  project: "shop",
  repository: { provider: "gitlab", name: "example/shop", folder: "infra" },
  policyPack: "policy-pack",
  driftSchedule: "0 5 * * *",
  stacks: { dev, prod, demo, pr },
};
const pack = { name: "meshwright", version: "1.2.3", sourcePath: "../policy-pack" };
const resources = resourcesOf(table, pack, ({ preset, settings }) => ({
  preset,
  settings: settings ?? "none",
}));
const commandsOf = (stack: DeploymentStack) => preRunCommands(table, stack).map(({ run }) => run);
const stackOf = (stack: string) => ({ organization: "example", project: "shop", stack });

describe("deployments/settings", () => {
  it("gives a stack all that a deployment needs", () => {
    expect(resources.settings.prod).to.deep.equal({
      ...stackOf("prod"),
      sourceContext: { git: { branch: "refs/heads/production", repoDir: "infra" } },
      vcs: {
        provider: "gitlab",
        repository: "example/shop",
        deployCommits: true,
        previewPullRequests: true,
        pullRequestTemplate: false,
        paths: ["infra/**"],
      },
      operationContext: {
        oidc: {
          aws: {
            roleARN: "arn:aws:iam::1:role/r",
            sessionName: "${project.name}-${stack.name}-${deployment.operation}-${deployment.version}",
            duration: "1h0m0s",
          },
        },
        preRunCommands: commandsOf(prod),
        environmentVariables: {
          PULUMI_OPTION_POLICY_PACK: "policy-pack",
          PULUMI_OPTION_POLICY_PACK_CONFIG: "policy.json",
          AWS_REGION: "eu-1",
        },
        options: { skipInstallDependencies: true, skipIntermediateDeployments: true },
      },
    });
  });

  it("trusts the stack's own cloud", () => {
    expect(resources.settings.dev?.operationContext).to.deep.include({
      oidc: { azure: { clientId: "client", tenantId: "tenant", subscriptionId: "subscription" } },
      environmentVariables: {
        PULUMI_OPTION_POLICY_PACK: "policy-pack",
        PULUMI_OPTION_POLICY_PACK_CONFIG: "policy.json",
      },
    });
    expect(resources.settings.demo?.operationContext).to.have.deep.property("oidc", {
      gcp: {
        projectId: "1",
        workloadPoolId: "pool",
        providerId: "provider",
        serviceAccount: "a@project.iam.gserviceaccount.com",
      },
    });
  });

  it("names a pool of runners only where the stack does", () => {
    expect(resources.settings.demo).to.have.property("agentPoolId", "pool-1");
    expect(resources.settings.dev).not.to.have.property("agentPoolId");
  });

  it("makes a template of review stacks, which itself is neither previewed nor deployed", () => {
    expect(resources.settings.pr?.vcs).to.deep.include({
      deployCommits: false,
      previewPullRequests: false,
      pullRequestTemplate: true,
    });
    expect(commandsOf(pr)).to.have.length(commandsOf(prod).length + 1);
    expect(commandsOf(pr).at(-1)).to.match(/-d '\+72 hours'.*\/ttl\/schedules"; fi$/);
  });

  it("looks for drift in every deployed stack, and never changes the cluster because of it", () => {
    expect(resources.driftSchedules).to.deep.equal(
      Object.fromEntries(
        ["dev", "prod", "demo"].map((stack) => [
          stack,
          { ...stackOf(stack), scheduleCron: "0 5 * * *", autoRemediate: false },
        ]),
      ),
    );
  });

  it("ends a stack when its time has come", () => {
    expect(resources.ttlSchedules).to.deep.equal({
      demo: { ...stackOf("demo"), timestamp: "2027-01-31T18:00:00Z", deleteAfterDestroy: true },
    });
  });

  it("publishes the pack, and puts each stack into the group with its configuration", () => {
    expect(resources.policyPack).to.deep.equal({
      organization: "example",
      name: "meshwright",
      versionTag: "1.2.3",
      sourcePath: "../policy-pack",
    });
    const group = (name: string, stacks: string[], config: object) => ({
      name,
      organizationName: "example",
      entityType: "stacks",
      mode: "preventative",
      stacks: stacks.map((stack) => ({ name: stack, routingProject: "shop" })),
      policyPacks: [{ name: "meshwright", versionTag: "1.2.3", config }],
    });
    expect(resources.policyGroups).to.deep.equal({
      "shop-dev": group("shop-dev", ["dev", "demo", "pr"], { preset: "dev", settings: "none" }),
      "shop-prod-prod": group("shop-prod-prod", ["prod"], { preset: "prod", settings: "own.json" }),
    });
  });

  it("never mixes stacks of one preset that have other settings on top", () => {
    const plain: DeploymentStack = { ...prod, policy: { preset: "prod" } };
    const { policyGroups } = resourcesOf(
      {
        ...table,
        stacks: { prod, plain, alike: prod, other: { ...prod, policy: { preset: "prod", settings: "x" } } },
      },
      pack,
      (policy) => ({ ...policy }),
    );
    const members = Object.entries(policyGroups).map(([name, { stacks }]) => [name, stacks]);
    const group = (...stacks: string[]) => stacks.map((name) => ({ name, routingProject: "shop" }));
    expect(members).to.deep.equal([
      ["shop-prod-prod", group("prod", "alike")],
      ["shop-prod", group("plain")],
      ["shop-prod-other", group("other")],
    ]);
  });
});
