import { expect } from "chai";
import { kubeconfigCommand, loginCommand, preRunCommands, setupCommands } from "../../deployments/commands";
import type { Cloud, DeploymentStack, DeploymentTable } from "../../deployments/table";

const aws: Cloud = { provider: "aws", roleArn: "arn:aws:iam::1:role/r", region: "eu-1", cluster: "c" };
const azure: Cloud = {
  provider: "azure",
  clientId: "client",
  tenantId: "tenant",
  subscriptionId: "subscription",
  resourceGroup: "group",
  cluster: "c",
};
const google: Cloud = {
  provider: "google",
  projectId: "project",
  projectNumber: "1",
  workloadPoolId: "pool",
  providerId: "provider",
  serviceAccount: "a@project.iam.gserviceaccount.com",
  location: "eu-1",
  cluster: "c",
};
const stack: DeploymentStack = {
  branch: "main",
  paths: ["**"],
  policy: { preset: "prod" },
  cloud: aws,
  backend: "s3://state",
};
const table: DeploymentTable = {
  organization: "example",
  project: "shop",
  repository: { provider: "github", name: "example/shop" },
  policyPack: "policy-pack",
  driftSchedule: "0 5 * * *",
  stacks: { prod: stack },
};
const lines = (commands: { run: string }[]) => commands.map(({ run }) => run);
const node = "fnm install 22 && fnm alias 22 default";
const merge = "jq -s 'reduce .[] as $file ({}; . * $file)'";

describe("deployments/commands", () => {
  it("installs the project and a pack that is a package of its own", () => {
    expect(lines(setupCommands(table, stack))).to.deep.equal([
      node,
      "npm ci",
      "npm ci --prefix policy-pack",
      `${merge} policy-pack/presets/prod.json > policy.json`,
      'npm run --silent --prefix policy-pack check-configuration -- "$PWD/policy.json"',
    ]);
  });

  it("leaves a pack below node_modules to npm ci, and merges the stack's settings over the preset", () => {
    const pack = "node_modules/@meshwright/policy-pack";
    const own = { ...stack, policy: { preset: "dev" as const, settings: "own.json" } };
    expect(lines(setupCommands({ ...table, policyPack: pack }, own))).to.deep.equal([
      node,
      "npm ci",
      `${merge} ${pack}/presets/dev.json own.json > policy.json`,
      `npm run --silent --prefix ${pack} check-configuration -- "$PWD/policy.json"`,
    ]);
  });

  it("logs in with the token, and asks the cloud for the cluster", () => {
    expect(lines([loginCommand(aws, "~/t"), kubeconfigCommand(aws)])).to.deep.equal([
      `umask 077 && mkdir -p ~/.aws && aws sts assume-role-with-web-identity --role-arn arn:aws:iam::1:role/r --role-session-name meshwright --web-identity-token "$(cat ~/t)" --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text | awk '{ printf "[default]\\naws_access_key_id=%s\\naws_secret_access_key=%s\\naws_session_token=%s\\n", $1, $2, $3 }' > ~/.aws/credentials`,
      "aws eks update-kubeconfig --region eu-1 --name c",
    ]);
    expect(lines([loginCommand(azure, "~/t"), kubeconfigCommand(azure)])).to.deep.equal([
      'az login --output none --service-principal --username client --tenant tenant --federated-token "$(cat ~/t)" && az account set --subscription subscription',
      "az aks install-cli --only-show-errors && az aks get-credentials --overwrite-existing --resource-group group --name c && kubelogin convert-kubeconfig --login azurecli",
    ]);
    expect(lines([loginCommand(google, "~/t"), kubeconfigCommand(google)])).to.deep.equal([
      "mkdir -p ~/.config/gcloud && gcloud iam workload-identity-pools create-cred-config projects/1/locations/global/workloadIdentityPools/pool/providers/provider --service-account a@project.iam.gserviceaccount.com --credential-source-file ~/t --output-file ~/.config/gcloud/application_default_credentials.json && gcloud auth login --quiet --cred-file ~/.config/gcloud/application_default_credentials.json",
      "gcloud container clusters get-credentials c --location eu-1 --project project",
    ]);
  });

  it("does not log in to AWS before a Pulumi deployment, which has done it", () => {
    const rest = (cloud: Cloud) => lines(preRunCommands(table, { ...stack, cloud })).slice(5);
    expect(rest(aws)).to.deep.equal([kubeconfigCommand(aws).run]);
    for (const cloud of [azure, google]) {
      expect(rest(cloud)).to.deep.equal([
        loginCommand(cloud, "/mnt/pulumi/pulumi.oidc").run,
        kubeconfigCommand(cloud).run,
      ]);
    }
  });

  it("adds an ESC environment to the settings of the stack that is deployed", () => {
    const commands = preRunCommands(table, { ...stack, environment: "shop/prod" });
    expect(commands.at(-1)?.run).to.equal(
      'pulumi config env add shop/prod --yes --stack "$PULUMI_CI_ORGANIZATION/$PULUMI_CI_PROJECT/$PULUMI_CI_STACK"',
    );
  });
});
