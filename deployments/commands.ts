import type { Cloud, DeploymentStack, DeploymentTable, GoogleCloud, StackPolicy } from "./table";

/** A shell command of a deployment. Each runs in a shell of its own, in the folder of the project. */
export interface Command {
  /** What the command is for, in the words that a log shows. */
  readonly name: string;
  readonly run: string;
}

/** Image in which every command runs: Pulumi's own, with the command lines of the three clouds. */
export const image = "pulumi/pulumi:3.270.0";

/** File into which {@link setupCommands} write the policy pack's configuration. */
export const policyConfigFile = "policy.json";

/** File with the OIDC token of a Pulumi deployment. */
const deploymentTokenFile = "/mnt/pulumi/pulumi.oidc";

/** Installs Node.js, the project and the policy pack, and checks the pack's configuration. */
export function setupCommands({ policyPack }: DeploymentTable, { policy }: DeploymentStack): Command[] {
  const installed = policyPack.startsWith("node_modules/");
  return [
    { name: "Node.js 22", run: "fnm install 22 && fnm alias 22 default" },
    { name: "Install and build the project", run: "npm ci" },
    ...(installed
      ? []
      : [{ name: "Install and build the policy pack", run: `npm ci --prefix ${policyPack}` }]),
    {
      name: "Configure the policy pack",
      run: `jq -s 'reduce .[] as $file ({}; . * $file)' ${policyFiles(policyPack, policy).join(" ")} > ${policyConfigFile}`,
    },
    // Pulumi ignores policies that do not exist, so a misspelled name would go unnoticed.
    {
      name: "Check the policy pack's configuration",
      run: `npm run --silent --prefix ${policyPack} check-configuration -- "$PWD/${policyConfigFile}"`,
    },
  ];
}

/** JSON files of a policy pack's configuration, in ascending precedence, relative to the project's folder. */
export function policyFiles(policyPack: string, { preset, settings }: StackPolicy): string[] {
  return [`${policyPack}/presets/${preset}.json`, ...(settings === undefined ? [] : [settings])];
}

/** Where Google's libraries look for credentials, too: a state backend in Cloud Storage needs them. */
const googleCredentials = "~/.config/gcloud/application_default_credentials.json";

/** Exchanges the OIDC token in `tokenFile` for credentials of the cloud's command line. */
export function loginCommand(cloud: Cloud, tokenFile: string): Command {
  switch (cloud.provider) {
    case "aws":
      return {
        name: "Log in to AWS",
        run: [
          "umask 077 && mkdir -p ~/.aws",
          `aws sts assume-role-with-web-identity --role-arn ${cloud.roleArn} --role-session-name meshwright --web-identity-token "$(cat ${tokenFile})" --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text | awk '{ printf "[default]\\naws_access_key_id=%s\\naws_secret_access_key=%s\\naws_session_token=%s\\n", $1, $2, $3 }' > ~/.aws/credentials`,
        ].join(" && "),
      };
    case "azure":
      return {
        name: "Log in to Azure",
        run: `az login --output none --service-principal --username ${cloud.clientId} --tenant ${cloud.tenantId} --federated-token "$(cat ${tokenFile})" && az account set --subscription ${cloud.subscriptionId}`,
      };
    case "google":
      return {
        name: "Log in to Google Cloud",
        run: [
          "mkdir -p ~/.config/gcloud",
          `gcloud iam workload-identity-pools create-cred-config ${workloadProvider(cloud)} --service-account ${cloud.serviceAccount} --credential-source-file ${tokenFile} --output-file ${googleCredentials}`,
          `gcloud auth login --quiet --cred-file ${googleCredentials}`,
        ].join(" && "),
      };
  }
}

/** Writes a kubeconfig of the stack's cluster. */
export function kubeconfigCommand(cloud: Cloud): Command {
  const name = "Write the cluster's kubeconfig";
  switch (cloud.provider) {
    case "aws":
      return { name, run: `aws eks update-kubeconfig --region ${cloud.region} --name ${cloud.cluster}` };
    case "azure":
      return {
        name,
        run: [
          "az aks install-cli --only-show-errors",
          `az aks get-credentials --overwrite-existing --resource-group ${cloud.resourceGroup} --name ${cloud.cluster}`,
          "kubelogin convert-kubeconfig --login azurecli",
        ].join(" && "),
      };
    case "google":
      return {
        name,
        run: `gcloud container clusters get-credentials ${cloud.cluster} --location ${cloud.location} --project ${cloud.projectId}`,
      };
  }
}

/** Full name of a workload identity provider, which is also the default audience of its tokens. */
export function workloadProvider(cloud: GoogleCloud): string {
  return `projects/${cloud.projectNumber}/locations/global/workloadIdentityPools/${cloud.workloadPoolId}/providers/${cloud.providerId}`;
}

/**
 * Pre-run commands of Pulumi Deployments. The deployment itself logs in to AWS. For the other clouds it gives
 * credentials to Pulumi's providers, but not to the command line that the kubeconfig calls.
 */
export function preRunCommands(table: DeploymentTable, stack: DeploymentStack): Command[] {
  const { cloud, environment, review } = stack;
  return [
    ...setupCommands(table, stack),
    ...(cloud.provider === "aws" ? [] : [loginCommand(cloud, deploymentTokenFile)]),
    kubeconfigCommand(cloud),
    ...(environment === undefined ? [] : [environmentCommand(environment)]),
    ...(review === undefined ? [] : [timeToLiveCommand(review.hours)]),
  ];
}

/** Names the stack that a deployment runs for: of a review stack, the table knows only the template. */
const currentStack = "$PULUMI_CI_ORGANIZATION/$PULUMI_CI_PROJECT/$PULUMI_CI_STACK";

function environmentCommand(environment: string): Command {
  return {
    name: "Add the ESC environment to the stack's settings",
    run: `pulumi config env add ${environment} --yes --stack "${currentStack}"`,
  };
}

/** Sets the end of a review stack, once: at its first deployment it has no schedule. */
function timeToLiveCommand(hours: number): Command {
  const url = `"\${PULUMI_BACKEND_URL:-https://api.pulumi.com}/api/stacks/${currentStack}/deployments`;
  const curl = `curl -fsS -H "Authorization: token $PULUMI_ACCESS_TOKEN"`;
  return {
    name: "Set the review stack's time to live",
    run: [
      `if [ "$PULUMI_CI_OPERATION" = update ] && [ "$(${curl} ${url}/schedules" | jq '.schedules | length')" = 0 ]`,
      `then ${curl} -H "Content-Type: application/json" -d "{\\"timestamp\\":\\"$(date -u -d '+${hours} hours' +%Y-%m-%dT%H:%M:%SZ)\\",\\"deleteAfterDestroy\\":true}" ${url}/ttl/schedules"`,
      "fi",
    ].join("; "),
  };
}
