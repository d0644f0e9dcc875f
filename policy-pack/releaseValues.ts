import { BASE_VALUES, GATEWAY_VALUES, ISTIOD_VALUES, NODE_VALUES, PROFILES } from "./allowLists";
import type { Message, Violation } from "./policy";
import { isMeshHost } from "./reading/destinationRule";
import { type Field, leaves, UNKNOWN } from "./reading/field";
import { matchesHeader } from "./reading/header";
import { isForwarding } from "./reading/proxyConfig";
import { isPause } from "./reading/proxyContainer";
import { chartOf } from "./reading/release";
import type { KubernetesResource } from "./reading/resource";
import { asText, isObject } from "./reading/value";
import { isEmpty } from "./reading/verdict";

/** The texts of violations of values. */
export const valueMessages = {
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
  wrapped: (): Message => ({
    problem: "is a value of istiod in another chart, which policies do not judge",
    fix: "Install istiod with its own release",
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
};

/** What an organization allows in addition to the lists of the pack. */
interface ValueSettings {
  readonly istiodValues: readonly string[];
  readonly gatewayValues: readonly string[];
  readonly nodeValues: readonly string[];
  readonly istioHubs: readonly string[];
  readonly meshDomains: readonly string[];
  readonly providerHosts: readonly string[];
}

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

/** The violations of a release's values: those that are not allowed, and allowed ones with a content that is not. */
export function judgeValues(release: KubernetesResource, settings: ValueSettings): Violation[] {
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
      .map((field) => ({ field, ...valueMessages.program() }));
    return [
      ...lifecycle,
      ...places.flatMap((field) => {
        const path = chart === "ambient" ? relative(field) : relative(field).replace(PLACES, "");
        if (isAllowed(path, allowed)) return judgeValue(field, path, settings);
        // An unknown block may only have allowed values.
        const undecided = field.peek === UNKNOWN && mayContain(path, allowed);
        return undecided && field.value === UNKNOWN ? [] : [{ field, ...valueMessages.value() }];
      }),
    ];
  }
  const [first] = places.filter((field) => WRAPPED.test(relative(field)));
  return first === undefined ? [] : [{ field: first, ...valueMessages.wrapped() }];
}

/** The values that a release of one of Istio's charts may set. Undefined for other charts. */
function allowedValues(chart: string, settings: ValueSettings): readonly string[] | undefined {
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
  { istioHubs: hubs, meshDomains: domains, providerHosts }: ValueSettings,
): Violation[] {
  const text = () => asText(field.value);
  if (HUBS.test(path)) {
    return typeof field.value === "string" && !hubs.includes(field.value)
      ? [{ field, ...valueMessages.hub(field.value) }]
      : [];
  }
  if (path.endsWith("forwardClientCertDetails"))
    return isForwarding(field.value) ? [{ field, ...valueMessages.forwarding() }] : [];
  if (path.endsWith("pathNormalization.normalization"))
    // istiod reads 1 as NONE, its number in the API.
    return ["NONE", "1"].includes(text()) ? [{ field, ...valueMessages.normalization() }] : [];
  if (PROVIDER.test(path)) {
    const host = text()
      .replace(/^[^/]*\//, "")
      .replace(/:\d+$/, "");
    const isKnown = field.value === UNKNOWN || isServiceName(host, domains) || providerHosts.includes(host);
    return isKnown ? [] : [{ field, ...valueMessages.external(text()) }];
  }
  if (LOGS.test(path)) {
    const [, header] =
      /%(?:REQ|REQ_WITHOUT_QUERY|RESP)\(([^)]*\b(?:authorization|cookie)\b[^)]*)\)/i.exec(text()) ?? [];
    return header === undefined ? [] : [{ field, ...valueMessages.logged(header) }];
  }
  if (/\.fail_?open$/i.test(path)) return text() === "true" ? [{ field, ...valueMessages.failOpen() }] : [];
  if (path.endsWith(".minProtocolVersion"))
    return /^TLSV1_[01]$/.test(text()) ? [{ field, ...valueMessages.oldTls(text()) }] : [];
  if (/\.headersToUpstreamOnAllow\[\d+\]$/i.test(path)) {
    const isForged = FORGED.some((pattern) => matchesHeader(pattern, text()));
    return isForged || text() === "*" ? [{ field, ...valueMessages.forging(text()) }] : [];
  }
  if (path === "profile") {
    return PROFILES.includes(text()) || field.value === UNKNOWN
      ? []
      : [{ field, ...valueMessages.profile(text()) }];
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
