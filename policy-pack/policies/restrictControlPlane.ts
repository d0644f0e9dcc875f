import { meshDomains, words } from "../configuration";
import { environment, environmentOf } from "../environment";
import { facts } from "../facts";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { controlPlaneChanges, mayChangeControlPlane } from "../reading/controlPlane";
import type { ControlPlaneChange } from "../reading/controlPlaneChange";
import { type Field, UNKNOWN } from "../reading/field";
import { chartOf, ISTIO_CHARTS, repositoryOf } from "../reading/release";
import { isHelmRelease, type KubernetesResource } from "../reading/resource";
import { asText } from "../reading/value";
import { istioHubs } from "../reading/workload";
import { judgeValues, valueMessages } from "../releaseValues";

/** The texts of this policy's violations. */
export const messages = {
  ...valueMessages,
  hidden: (argument: string): Message => ({
    problem: `changes Istio's objects by ${argument}, which policies cannot judge`,
    fix: "Use values instead",
  }),
  repository: (repository: string): Message => ({
    problem: `is ${repository}, which is not an allowed repository of Istio's charts`,
    fix: "Use a repository of Istio, or add it to chartRepositories",
  }),
  change: (change: ControlPlaneChange): Message => CHANGES[change],
};

const BY_VALUES = "Change it by the values of istiod's chart";
const OWN_RELEASE = "Install istiod with its own release, and change it by values";

const CHANGES: Readonly<Record<ControlPlaneChange, Message>> = {
  operator: {
    problem: "installs Istio with an operator, whose values policies do not judge",
    fix: "Install Istio with its charts",
  },
  installer: {
    problem: "installs a chart of Istio with another tool, whose values policies do not judge",
    fix: OWN_RELEASE,
  },
  webhook: {
    problem: "changes a webhook of istiod, which injects sidecars or validates configuration",
    fix: BY_VALUES,
  },
  injector: {
    problem: "sends pods that are to get a sidecar to another program than istiod",
    fix: "Call istiod, add its URL to istiodUrls, or select the pods by labels of your own",
  },
  mutation: {
    problem: "is changed by the API server before it is stored, and policies do not judge the change",
    fix: "Change the objects in the program instead, or match other resources",
  },
  conversion: {
    problem:
      "is a program that changes Istio's objects between their versions, and policies do not judge the change",
    fix: "Remove it, because the versions of Istio's objects are equal",
  },
  pruning: {
    problem: "is not in the schema, so the API server removes the field from every object",
    fix: "Use the CRD of Istio's chart base",
  },
  default: {
    problem: "has defaults, which the API server adds to every object, and policies do not judge the change",
    fix: "Use the CRD of Istio's chart base, which has none",
  },
  server: {
    problem: "is a program that serves Istio's objects in place of the API server",
    fix: "Remove the object, because Kubernetes creates it",
  },
  failing: {
    problem: "is Ignore, so pods start without a sidecar while istiod does not answer",
    fix: "Set it to Fail",
  },
  service: {
    problem: "selects what proxies connect to as their control plane",
    fix: BY_VALUES,
  },
  endpoints: {
    problem: "replaces what proxies connect to as their control plane",
    fix: "Remove the object, because Kubernetes creates it",
  },
  workload: { problem: "runs istiod without its chart, whose values policies judge", fix: OWN_RELEASE },
  agent: {
    problem: "is a variable of an agent of Istio whose effect is not known to be harmless",
    fix: "Remove it, or install the agent with its chart and values",
  },
  behindService: {
    problem: "is istiod, so the Service of istiod selects the pod as a control plane",
    fix: "Use another value",
  },
  configMap: {
    problem: "is configuration of istiod in a ConfigMap, which policies do not judge",
    fix: "Use the values of istiod's chart instead",
  },
  rootCertificate: {
    problem: "replaces the certificate by which proxies trust the control plane and each other",
    fix: "Remove the object, because istiod creates it",
  },
  revocations: {
    problem: "replaces the list of certificates that proxies refuse",
    fix: "Remove the object, because istiod creates it",
  },
  kubeconfig: {
    problem:
      "is the Secret from which istiod reads the address and credentials of the cluster that configures it",
    fix: "Remove the object, or exclude the namespace of an istiod outside of the cluster with excludeFor",
  },
  key: {
    problem: "is the Secret in which istiod keeps its signing key",
    fix: "Remove the object, or provide your own CA in the Secret cacerts",
  },
};

/** The setting with further values that releases of a chart may set. */
const further = (chart: string) =>
  words(
    [],
    `Further paths of values that a release of ${chart} may set, in addition to those in allowLists.ts. ` +
      `They include all values below them. A * at the end of a path matches any suffix.`,
  );

/** Arguments of a release that change objects without values. */
const HIDDEN = ["postrender", "valueYamlFiles"];

/**
 * Environment variables, mesh config and other values of istiod can disable authentication or add trusted CAs. Only values
 * known to be harmless, or judged by other policies, are allowed.
 * https://istio.io/latest/docs/reference/commands/pilot-discovery/#envvars
 */
export const restrictControlPlane = resourcePolicy({
  name: "restrict-control-plane",
  displayName: "The control plane only has allowed values",
  description:
    "In prod and staging, releases of Istio's charts only have values that are known to be harmless or judged by " +
    "other policies. Nothing else configures istiod.",
  severity: "critical",
  framework: nist("CM-6", "Configuration settings"),
  tags: ["istio", "security", "control-plane"],
  remediationSteps:
    "Remove the value, or add it to istiodValues, gatewayValues or nodeValues after a review of its effect. Install istiod " +
    "with its own chart, without postrender and valueYamlFiles. Write names of mesh config in camelCase.",
  url: "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/",
  judgesNodeAgents: true,
  settings: {
    environment,
    istioHubs,
    istiodValues: further("istiod or base"),
    gatewayValues: further("a gateway"),
    nodeValues: further("cni or ztunnel"),
    chartRepositories: words(
      [facts.istio.charts.repository, facts.istio.charts.oci, ...facts.istio.retired.charts],
      "Repositories and registries of Istio's charts. Charts of folders are accepted.",
    ),
    meshDomains,
    providerHosts: words(
      [],
      "External hosts that may authorize requests, or receive traces and access logs, in addition to Services of the mesh",
    ),
    istiodUrls: words(
      [],
      "URLs of an istiod outside of the cluster, such as https://istiod.example.com:15017, which webhooks of " +
        "revision tags may call.",
    ),
  },
  appliesTo: (type) => isHelmRelease(type) || mayChangeControlPlane(type),
  judge(resource, settings): Violation[] {
    if (environmentOf(settings.environment) === "dev") return [];
    if (!isHelmRelease(resource.type)) {
      return controlPlaneChanges(resource)
        .filter(({ field, change }) => change !== "injector" || !isUrlOf(field, settings.istiodUrls))
        .map(({ field, change }) => ({ field, ...messages.change(change) }));
    }
    return [...judgeArguments(resource, settings.chartRepositories), ...judgeValues(resource, settings)];
  },
});

/** Whether a webhook's client calls one of these URLs, with any path. */
function isUrlOf(client: Field, urls: readonly string[]): boolean {
  const url = client.at("url").peek;
  return typeof url === "string" && URL.canParse(url) && urls.includes(new URL(url).origin);
}

function judgeArguments(release: KubernetesResource, repositories: readonly string[]): Violation[] {
  if (!ISTIO_CHARTS.includes(chartOf(release) ?? "")) return [];
  const repository = repositoryOf(release);
  const address = asText(repository?.peek);
  const foreign =
    repository !== undefined &&
    !repositories.some((known) => address === known || address.startsWith(`${known.replace(/\/$/, "")}/`));
  const hidden = HIDDEN.map((argument) => release.fields.at(argument))
    .filter((field) => field.isSet && field.value !== UNKNOWN && field.value !== "")
    .filter((field) => typeof field.value === "string" || field.children().length > 0)
    .map((field) => ({ field, ...messages.hidden(field.key) }));
  const reused = release.fields.at("reuseValues");
  if (reused.value === true)
    hidden.push({ field: reused, ...messages.hidden("the values of the last release") });
  return [...hidden, ...(foreign ? [{ field: repository, ...messages.repository(address) }] : [])];
}
