import { GATEWAY_VALUES, ISTIOD_VALUES, NODE_VALUES } from "../allowLists";
import { words } from "../configuration";
import { environment, environmentOf } from "../environment";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { type Field, leaves, UNKNOWN } from "../reading/field";
import { isForwarding } from "../reading/proxyConfig";
import { chartOf, ISTIO_CHARTS } from "../reading/release";
import {
  isConfigMap,
  isHelmRelease,
  isOperatorResource,
  isService,
  isWebhook,
  type KubernetesResource,
} from "../reading/resource";
import { isObject } from "../reading/value";
import { isEmpty } from "../reading/verdict";
import { containersOf, isWorkload, istioHubs, podOf } from "../reading/workload";

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
  operator: (): Message => ({
    problem: "installs Istio with an operator, whose values policies do not judge",
    fix: "Install Istio with its charts",
  }),
  webhook: (): Message => ({
    problem: "changes a webhook of istiod, which injects sidecars or validates configuration",
    fix: "Change it by the values of istiod's chart",
  }),
  service: (): Message => ({
    problem: "selects the pods to which proxies connect as their control plane",
    fix: "Change it by the values of istiod's chart",
  }),
  workload: (): Message => ({
    problem: "runs istiod without its chart, whose values policies judge",
    fix: "Install istiod with its own release, and change it by values",
  }),
  configMap: (): Message => ({
    problem: "is configuration of istiod in a ConfigMap, which policies do not judge",
    fix: "Use the values of istiod's chart instead",
  }),
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
const HUBS = ["global.hub", "hub"];

/** The keys of istiod in the values of another chart. */
const WRAPPED = /(^|\.)(istiod|istio-discovery|pilot|meshConfig|sidecarInjectorWebhook)\./;

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
  settings: {
    environment,
    istioHubs,
    istiodValues: further("istiod"),
    gatewayValues: further("a gateway"),
    nodeValues: further("cni or ztunnel"),
  },
  appliesTo: (type) =>
    isHelmRelease(type) ||
    isOperatorResource(type) ||
    isConfigMap(type) ||
    isService(type) ||
    isWebhook(type) ||
    isWorkload(type),
  judge(resource, settings): Violation[] {
    if (environmentOf(settings.environment) === "dev") return [];
    if (isOperatorResource(resource.type))
      return [{ field: resource.fields.at("spec"), ...messages.operator() }];
    if (isConfigMap(resource.type)) return judgeConfigMap(resource);
    if (isWorkload(resource.type)) return judgeWorkload(resource);
    if (isService(resource.type)) return judgeService(resource);
    if (isWebhook(resource.type)) return judgeWebhook(resource);
    return [...judgeArguments(resource), ...judgeRelease(resource, settings)];
  },
});

function judgeArguments(release: KubernetesResource): Violation[] {
  if (!ISTIO_CHARTS.includes(chartOf(release) ?? "")) return [];
  return HIDDEN.map((argument) => release.fields.at(argument))
    .filter((field) => field.isSet && field.value !== UNKNOWN && field.value !== "")
    .filter((field) => typeof field.value === "string" || field.children().length > 0)
    .map((field) => ({ field, ...messages.hidden(field.key) }));
}

function judgeRelease(
  release: KubernetesResource,
  settings: {
    readonly istiodValues: readonly string[];
    readonly gatewayValues: readonly string[];
    readonly nodeValues: readonly string[];
    readonly istioHubs: readonly string[];
  },
): Violation[] {
  const values = release.fields.at("values");
  const places = leaves(values).filter((field) => field.path !== values.path && !isEmptyBlock(field));
  const relative = ({ path }: Field) => path.slice(values.path.length + 1);
  const allowed = allowedValues(chartOf(release) ?? "", settings);
  if (allowed !== undefined) {
    return places.flatMap((field) => {
      const path = relative(field).replace(PLACES, "");
      if (isAllowed(path, allowed)) return judgeValue(field, path, settings.istioHubs);
      // An unknown block may only have allowed values.
      const undecided = field.peek === UNKNOWN && mayContain(path, allowed);
      return undecided && field.value === UNKNOWN ? [] : [{ field, ...messages.value() }];
    });
  }
  if (chartOf(release) === "base") return [];
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
    case "cni":
    case "ztunnel":
      return [...NODE_VALUES, ...settings.nodeValues];
    default:
      return undefined;
  }
}

/** Judges values that are allowed in general, but not with every content. */
function judgeValue(field: Field, path: string, hubs: readonly string[]): Violation[] {
  const value =
    HUBS.includes(path) || path.endsWith("pathNormalization.normalization") ? field.value : undefined;
  if (HUBS.includes(path) && typeof value === "string" && !hubs.includes(value)) {
    return [{ field, ...messages.hub(value) }];
  }
  if (path.endsWith("forwardClientCertDetails"))
    return isForwarding(field.value) ? [{ field, ...messages.forwarding() }] : [];
  return value === "NONE" ? [{ field, ...messages.normalization() }] : [];
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

/** Judges ConfigMaps with istiod's mesh config, or with the configuration of injection. */
function judgeConfigMap({ name, fields }: KubernetesResource): Violation[] {
  const data = fields.at("data");
  const keys = name?.startsWith("istio-sidecar-injector") ? ["config", "values"] : ["mesh"];
  if (!/^istio(-|$)/.test(name ?? "")) return [];
  return keys
    .map((key) => data.at(key))
    .filter((field) => field.isSet && data.peek !== UNKNOWN)
    .map((field) => ({ field, ...messages.configMap() }));
}

/** Judges workloads and patches with istiod's container, whose image or environment they can choose. */
function judgeWorkload(resource: KubernetesResource): Violation[] {
  return containersOf(podOf(resource))
    .filter((container) => {
      const { peek } = container.at("image");
      const image = typeof peek === "string" && /(^|\/)pilot([:@]|$)/.test(peek);
      return image || (container.at("name").peek === "discovery" && /^istiod(-|$)/.test(resource.name ?? ""));
    })
    .map((field) => ({ field, ...messages.workload() }));
}

/** Judges the Service of istiod, whose name proxies connect to. */
function judgeService({ name, fields }: KubernetesResource): Violation[] {
  const field = fields.at("spec", "selector");
  return /^istiod(-|$)/.test(name ?? "") && field.isSet ? [{ field, ...messages.service() }] : [];
}

/** Judges the webhooks of istiod. Those of revision tags only add pods to a revision. */
function judgeWebhook({ name, fields }: KubernetesResource): Violation[] {
  const field = fields.at("webhooks");
  const isIstios = /^(istio-sidecar-injector|istio-validator|istiod-default-validator)(-|$)/.test(name ?? "");
  return isIstios && field.isSet ? [{ field, ...messages.webhook() }] : [];
}
