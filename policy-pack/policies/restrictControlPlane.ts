import { BASE_VALUES, GATEWAY_VALUES, ISTIOD_VALUES, NODE_VALUES, PROFILES } from "../allowLists";
import { meshDomains, words } from "../configuration";
import { environment, environmentOf } from "../environment";
import { facts } from "../facts";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { type ControlPlaneChange, controlPlaneChanges, mayChangeControlPlane } from "../reading/controlPlane";
import { isMeshHost } from "../reading/destinationRule";
import { type Field, leaves, UNKNOWN } from "../reading/field";
import { matchesHeader } from "../reading/header";
import { isForwarding } from "../reading/proxyConfig";
import { isPause } from "../reading/proxyContainer";
import { chartOf, ISTIO_CHARTS, repositoryOf } from "../reading/release";
import { isHelmRelease, type KubernetesResource } from "../reading/resource";
import { asText, isObject } from "../reading/value";
import { isEmpty } from "../reading/verdict";
import { istioHubs } from "../reading/workload";

/** The texts of this policy's violations. */
export const messages = {
  value: (): Message => ({
    problem: "is not an allowed value of Istio's chart",
    fix: "Remove it, or allow it in the policy's configuration after a review",
  }),
  hub: (hub: string): Message => ({
    problem: `is ${hub}, which is not an allowed registry of Istio's images`,
    fix: "Remove it, or add the registry to istioHubs",
  }),
  normalization: (): Message => ({
    problem: "is NONE, so other spellings of a path bypass authorization rules",
    fix: "Set it to BASE, MERGE_SLASHES or DECODE_AND_MERGE_SLASHES",
  }),
  forwarding: (): Message => ({
    problem: "makes proxies accept identities that clients write into a header",
    fix: "Set it to SANITIZE_SET",
  }),
  hidden: (argument: string): Message => ({
    problem: `changes Istio's objects by ${argument}, which policies cannot judge`,
    fix: "Use values instead",
  }),
  wrapped: (): Message => ({
    problem: "is a value of istiod in another chart, which policies do not judge",
    fix: "Install istiod with its own release",
  }),
  repository: (repository: string): Message => ({
    problem: `is ${repository}, which is not an allowed repository of Istio's charts`,
    fix: "Use a repository of Istio, or add it to chartRepositories",
  }),
  failOpen: (): Message => ({
    problem: "is true, so requests pass while the authorizer does not answer",
    fix: "Remove it",
  }),
  oldTls: (version: string): Message => ({
    problem: `is ${version}, which is older than TLSV1_2`,
    fix: "Set it to TLSV1_2 or TLSV1_3",
  }),
  profile: (profile: string): Message => ({
    problem: `is ${profile}, a profile whose values policies do not judge`,
    fix: "Remove it, and set the values instead",
  }),
  forging: (header: string): Message => ({
    problem: `is ${header}, so an authorizer sets a header that services read as set by a proxy`,
    fix: "Remove the header",
  }),
  external: (host: string): Message => ({
    problem: `is ${host}, which is no Service of the mesh, so requests or their records leave the mesh`,
    fix: "Use the full name of a Service, such as otel.tracing.svc.cluster.local, or add the host to providerHosts after a review",
  }),
  logged: (header: string): Message => ({
    problem: `contains the header ${header}, so access logs contain the credentials of users`,
    fix: "Remove the header",
  }),
  program: (): Message => ({
    problem: "runs a program in the proxy of every pod",
    fix: "Remove it, or wait with sleep",
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
    `Further paths of values that a release of ${chart} may set, including all values below them, in addition to those in ` +
      `allowLists.ts. A * at the end of a path matches any suffix.`,
  );

/** Arguments of a release that change objects without values. */
const HIDDEN = ["postrender", "valueYamlFiles"];

/** The places in istiod's values that the chart merges. */
const PLACES = /^(_internal_defaults_do_not_set\.)?((pilot|cni)\.(?!enabled$|provider$))?/;

/** The values with the registry of Istio's images. */
const HUBS = /^((cni|ztunnel)\.)?(global\.)?hub$/;

/** The keys and settings of istiod and ztunnel in the values of another chart, also below an alias. */
const WRAPPED =
  /(^|\.)(istiod|istio-discovery|ztunnel|pilot|meshConfig|sidecarInjectorWebhook|global\.(proxy\.(image|privileged|autoInject|(in|ex)clude[A-Z]\w+)$|proxy_init|caAddress|caName|pilotCertProvider|meshNetworks))(\.|$)|\.env\.(PILOT|ISTIOD|CITADEL)_|\.env\.(XDS_AUTH|CA_TRUSTED_NODE_ACCOUNTS|AUDIENCE)/;

/** What authorizes requests, or receives traces and access logs: a provider's Service, and the address of an old setting. */
const PROVIDER =
  /^meshConfig\.(extensionProviders\[\d+\]\.\w+\.service|defaultConfig\.(tracing\.\w+\.address|\w*[sS]ervice\.address))$/;

/** Formats of access logs, also their single labels. */
const LOGS = /^meshConfig\.(accessLogFormat$|extensionProviders\[\d+\]\.\w+\.(logFormat|log_format)\b)/;

/** Whether a host is of a Service, in a form that cannot be of an external host as well: no top-level domain has a hyphen. */
function isServiceName(host: string, domains: readonly string[]): boolean {
  return isMeshHost(host, domains) || /^[a-z0-9-]+\.[a-z0-9]+-[a-z0-9-]+$/.test(host);
}

/** Headers that an authorizer may add to requests, and that services read as set by a proxy. */
const FORGED = ["x-forwarded-client-cert", "x-envoy-external-address", "x-envoy-peer-metadata*"];

/**
 * Environment variables, mesh config and other values of istiod can disable authentication or add trusted CAs. Only values
 * known to be harmless, or judged by other policies, are allowed.
 * https://istio.io/latest/docs/reference/commands/pilot-discovery/#envvars
 */
export const restrictControlPlane = resourcePolicy({
  name: "restrict-control-plane",
  displayName: "The control plane only has allowed values",
  description:
    "In prod and staging, releases of Istio's charts only have values that are known to be harmless or judged by other " +
    "policies, and nothing else configures istiod.",
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
      "URLs of an istiod outside of the cluster, such as https://istiod.example.com:15017, which webhooks of revision tags may call.",
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
    return [...judgeArguments(resource, settings.chartRepositories), ...judgeRelease(resource, settings)];
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

function judgeRelease(
  release: KubernetesResource,
  settings: {
    readonly istiodValues: readonly string[];
    readonly gatewayValues: readonly string[];
    readonly nodeValues: readonly string[];
    readonly istioHubs: readonly string[];
    readonly meshDomains: readonly string[];
    readonly providerHosts: readonly string[];
  },
): Violation[] {
  const values = release.fields.at("values");
  const places = leaves(values).filter((field) => field.path !== values.path && !isEmptyBlock(field));
  const relative = ({ path }: Field) => path.slice(values.path.length + 1);
  const chart = chartOf(release) ?? "";
  const allowed = allowedValues(chart, settings);
  if (allowed !== undefined) {
    const lifecycle = ["pilot", ""]
      .map((place) => values.at(...(place === "" ? [] : [place]), "global", "proxy", "lifecycle"))
      .flatMap((actions) => actions.children())
      .filter((action) => action.value !== UNKNOWN && !isPause(action))
      .map((field) => ({ field, ...messages.program() }));
    return [
      ...lifecycle,
      ...places.flatMap((field) => {
        const path = chart === "ambient" ? relative(field) : relative(field).replace(PLACES, "");
        if (isAllowed(path, allowed)) return judgeValue(field, path, settings);
        // An unknown block may only have allowed values.
        const undecided = field.peek === UNKNOWN && mayContain(path, allowed);
        return undecided && field.value === UNKNOWN ? [] : [{ field, ...messages.value() }];
      }),
    ];
  }
  const [first] = places.filter((field) => WRAPPED.test(relative(field)));
  return first === undefined ? [] : [{ field: first, ...messages.wrapped() }];
}

/** The values that a release of one of Istio's charts may set. Undefined for other charts. */
function allowedValues(
  chart: string,
  settings: Parameters<typeof judgeRelease>[1],
): readonly string[] | undefined {
  switch (chart) {
    case "istiod":
      return [...ISTIOD_VALUES, ...settings.istiodValues];
    case "gateway":
      return [...GATEWAY_VALUES, ...settings.gatewayValues];
    case "base":
      return [...BASE_VALUES, ...settings.istiodValues];
    case "ambient":
      return [
        ...NODE_VALUES.filter((path) => path.startsWith("global.")),
        ...NODE_VALUES.flatMap((path) => [`cni.${path}`, `ztunnel.${path}`]),
        ...BASE_VALUES.map((path) => `base.${path}`),
      ];
    case "cni":
    case "ztunnel":
      return [...NODE_VALUES, ...settings.nodeValues];
    default:
      return undefined;
  }
}

/** Judges values that are allowed in general, but not with every content. */
function judgeValue(
  field: Field,
  path: string,
  { istioHubs: hubs, meshDomains: domains, providerHosts }: Parameters<typeof judgeRelease>[1],
): Violation[] {
  const text = () => asText(field.value);
  if (HUBS.test(path)) {
    return typeof field.value === "string" && !hubs.includes(field.value)
      ? [{ field, ...messages.hub(field.value) }]
      : [];
  }
  if (path.endsWith("forwardClientCertDetails"))
    return isForwarding(field.value) ? [{ field, ...messages.forwarding() }] : [];
  if (path.endsWith("pathNormalization.normalization"))
    // istiod reads 1 as NONE, its number in the API.
    return ["NONE", "1"].includes(text()) ? [{ field, ...messages.normalization() }] : [];
  if (PROVIDER.test(path)) {
    const host = text()
      .replace(/^[^/]*\//, "")
      .replace(/:\d+$/, "");
    const isKnown = field.value === UNKNOWN || isServiceName(host, domains) || providerHosts.includes(host);
    return isKnown ? [] : [{ field, ...messages.external(text()) }];
  }
  if (LOGS.test(path)) {
    const [, header] =
      /%(?:REQ|REQ_WITHOUT_QUERY|RESP)\(([^)]*\b(?:authorization|cookie)\b[^)]*)\)/i.exec(text()) ?? [];
    return header === undefined ? [] : [{ field, ...messages.logged(header) }];
  }
  if (/\.fail_?open$/i.test(path)) return text() === "true" ? [{ field, ...messages.failOpen() }] : [];
  if (path.endsWith(".minProtocolVersion"))
    return /^TLSV1_[01]$/.test(text()) ? [{ field, ...messages.oldTls(text()) }] : [];
  if (/\.headersToUpstreamOnAllow\[\d+\]$/i.test(path)) {
    const isForged = FORGED.some((pattern) => matchesHeader(pattern, text()));
    return isForged || text() === "*" ? [{ field, ...messages.forging(text()) }] : [];
  }
  if (path === "profile") {
    return PROFILES.includes(text()) || field.value === UNKNOWN
      ? []
      : [{ field, ...messages.profile(text()) }];
  }
  return [];
}

/** Whether allowed values may be below this path. */
function mayContain(path: string, allowed: readonly string[]): boolean {
  return (
    ["pilot", "cni", "_internal_defaults_do_not_set"].includes(path) ||
    allowed.some((pattern) => pattern.startsWith(`${path}.`))
  );
}

/** Whether the field is an empty map or list, which sets no value. */
function isEmptyBlock({ peek }: Field): boolean {
  return isObject(peek) && isEmpty(peek);
}

function isAllowed(path: string, allowed: readonly string[]): boolean {
  return allowed.some((pattern) =>
    pattern.endsWith("*")
      ? path.startsWith(pattern.slice(0, -1))
      : path === pattern || path.startsWith(`${pattern}.`) || path.startsWith(`${pattern}[`),
  );
}
