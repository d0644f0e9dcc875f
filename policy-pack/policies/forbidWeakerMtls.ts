import { meshDomains } from "../configuration";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { fullName, isMeshHost, trafficPolicies } from "../reading/destinationRule";
import { type Field, leaves, textsOf, UNKNOWN } from "../reading/field";
import {
  isCanary,
  isDestinationRule,
  isHelmRelease,
  isPeerAuthentication,
  isService,
  isServiceEntry,
  type KubernetesResource,
} from "../reading/resource";
import { asText, entriesOf } from "../reading/value";

/** The texts of this policy's violations. */
export const messages = {
  mode: (mode: unknown): Message => ({ problem: modeProblem(mode), fix: "Set it to STRICT" }),
  tls: (mode: unknown): Message => ({
    problem: tlsProblem(mode),
    fix: "Set it to ISTIO_MUTUAL, or remove the tls block, because the host belongs to the mesh",
  }),
  skipVerify: (): Message => ({
    problem: "is true, so callers accept any server certificate",
    fix: "Remove it",
  }),
  identity: (identity: string): Message => ({
    problem: `is ${identity}, which is not a service account of the host's namespace, so callers accept another server`,
    fix: "Remove the list, because Istio uses the service accounts of the host's pods",
  }),
  sni: (name: string): Message => ({
    problem: `is ${name}, so gateways between clusters pass the connection to another service`,
    fix: "Remove it, because Istio sets the name of the host",
  }),
  autoMtls: (): Message => ({
    problem: "is false, so callers send plaintext wherever no DestinationRule sets mTLS",
    fix: "Remove it, or set it to true",
  }),
};

/**
 * Mesh-wide STRICT has exceptions. A PeerAuthentication of a namespace or workload, a single port, a client's
 * DestinationRule, or a value of istiod's chart can each disable mTLS.
 * https://istio.io/latest/docs/concepts/security/#peer-authentication
 */
export const forbidWeakerMtls = resourcePolicy({
  name: "forbid-weaker-mtls",
  displayName: "No exception weakens mTLS",
  description:
    "No object and no value disables mutual TLS between services of the mesh or accepts another server. No client accepts " +
    "every certificate of an external host.",
  severity: "critical",
  framework: nist("SC-8(1)", "Transmission confidentiality and integrity: cryptographic protection"),
  tags: ["istio", "security", "mtls"],
  remediationSteps:
    "Set every mode of a PeerAuthentication to STRICT. Remove the tls block of DestinationRules for hosts of the " +
    "mesh, or set its mode to ISTIO_MUTUAL. Remove meshConfig.enableAutoMtls, or set it to true.",
  url: "https://istio.io/latest/docs/reference/config/security/peer_authentication/",
  settings: { meshDomains },
  appliesTo: (type) =>
    [isPeerAuthentication, isDestinationRule, isHelmRelease, isService, isServiceEntry, isCanary].some((is) =>
      is(type),
    ),
  judge(resource, settings) {
    if (isPeerAuthentication(resource.type)) return judgePeerAuthentication(resource);
    if (isDestinationRule(resource.type)) return judgeDestinationRule(resource, settings.meshDomains);
    if (isServiceEntry(resource.type)) return judgeEntry(resource);
    if (isService(resource.type)) return judgeService(resource);
    if (isCanary(resource.type)) return judgeCanary(resource);
    return judgeValues(resource.fields.at("values"));
  },
});

function judgePeerAuthentication({ fields, type }: KubernetesResource): Violation[] {
  const spec = fields.at("spec");
  const ports = spec.at("portLevelMtls").children();
  return [spec.at("mtls", "mode"), ...ports.map((port) => port.at("mode"))].flatMap((mode) => {
    const value = mode.value;
    // A patch does not change the fields that it does not set.
    if (value === "STRICT" || value === UNKNOWN || (value === undefined && type.patch)) return [];
    return { field: mode, ...messages.mode(value) };
  });
}

/** Judges the DestinationRules that Flagger creates for a Canary. */
function judgeCanary({ fields, type }: KubernetesResource): Violation[] {
  const tls = fields.at("spec", "service", "trafficPolicy", "tls");
  return tls.isSet ? judgeMode(tls, type.patch) : [];
}

function modeProblem(mode: unknown): string {
  switch (mode) {
    case "PERMISSIVE":
      return "is PERMISSIVE, which also accepts plaintext";
    case "DISABLE":
      return "is DISABLE, which accepts only plaintext";
    case "UNSET":
      return "is UNSET, which is PERMISSIVE unless the namespace or the mesh sets a mode";
    case undefined:
      return "is not set, which is PERMISSIVE unless the namespace or the mesh sets a mode";
    default:
      return "is none of Istio's modes";
  }
}

function judgeDestinationRule(
  { fields, type, namespace }: KubernetesResource,
  domains: readonly string[],
): Violation[] {
  const rule = fields.at("spec");
  const host = rule.at("host").value;
  const blocks = trafficPolicies(rule)
    .map((policy) => policy.at("tls"))
    .filter((tls) => tls.isSet);
  // A patch without a host may apply to any host.
  const isExternal = host === UNKNOWN || (typeof host === "string" && !isMeshHost(host, domains));
  const weak = isExternal ? [] : blocks.flatMap((tls) => judgeMode(tls, type.patch));
  const unverified = blocks
    .map((tls) => tls.at("insecureSkipVerify"))
    .filter(({ value }) => value === true)
    .map((field) => ({ field, ...messages.skipVerify() }));
  const own = typeof host === "string" ? fullName(host, namespace ?? "default", domains) : undefined;
  const foreign =
    isExternal || own === undefined ? [] : blocks.flatMap((tls) => judgeIdentity(tls, own, domains));
  return [...weak, ...unverified, ...foreign];
}

/** Judges the server that callers accept by mutual TLS of the mesh, and to which gateways between clusters lead them. */
function judgeIdentity(tls: Field, host: string, domains: readonly string[]): Violation[] {
  const [, namespace, service] = host.split(".");
  const sni = tls.at("sni");
  // Istio's own name of a port is outbound_.80_._.<host>. An egress gateway reads the name of an external host.
  const named = asText(sni.value).replace(/^.*_\./, "");
  const isOther = named.includes(".") && isMeshHost(named, domains) && named !== host;
  return [
    ...textsOf(tls.at("subjectAltNames"))
      .filter(({ text }) => service === "svc" && namespace !== "*" && !isAccountOf(text, namespace))
      .map(({ field, text }) => ({ field, ...messages.identity(text) })),
    ...(isOther ? [{ field: sni, ...messages.sni(asText(sni.value)) }] : []),
  ];
}

/** Judges the servers that callers of an entry of the mesh accept: those of its own namespace. */
function judgeEntry({ fields, namespace = "default" }: KubernetesResource): Violation[] {
  if (fields.at("spec", "location").value !== "MESH_INTERNAL") return [];
  return textsOf(fields.at("spec", "subjectAltNames"))
    .filter(({ text }) => !isAccountOf(text, namespace))
    .map(({ field, text }) => ({ field, ...messages.identity(text) }));
}

/**
 * Judges the servers that callers of a Service accept in addition to its pods.
 * https://istio.io/latest/docs/reference/config/annotations/#AlphaCanonicalServiceAccounts
 */
function judgeService({ fields, namespace = "default" }: KubernetesResource): Violation[] {
  const field = fields.at("metadata", "annotations", "alpha.istio.io/canonical-serviceaccounts");
  if (typeof field.value !== "string") return [];
  return entriesOf(field.value)
    .filter((identity) => !isAccountOf(identity, namespace))
    .map((identity) => ({ field, ...messages.identity(identity) }));
}

/** Whether an identity is a service account of a namespace, in any trust domain. */
function isAccountOf(identity: string, namespace: string | undefined): boolean {
  const [, own] = /^spiffe:\/\/[^/]+\/ns\/([^/]+)\/sa\/[^/]+$/.exec(identity) ?? [];
  return own !== undefined && own === namespace;
}

function judgeMode(tls: Field, patch: boolean): Violation[] {
  const mode = tls.at("mode");
  const accepted =
    mode.value === "ISTIO_MUTUAL" || mode.value === UNKNOWN || (mode.value === undefined && patch);
  return accepted ? [] : [{ field: mode, ...messages.tls(mode.value) }];
}

function tlsProblem(mode: unknown): string {
  switch (mode) {
    case "DISABLE":
      return "is DISABLE, so callers send plaintext";
    case "SIMPLE":
      return "is SIMPLE, so callers present no certificate";
    case "MUTUAL":
      return "is MUTUAL, so callers present a certificate that Istio neither issues nor rotates";
    case undefined:
      return "is not set, which is DISABLE, so callers send plaintext";
    default:
      return "is none of Istio's modes";
  }
}

/**
 * Judges the values of a release. A chart may contain istiod's, so settings at any depth count. Values may be secret, so
 * messages repeat only these settings.
 */
function judgeValues(values: Field): Violation[] {
  return leaves(values).flatMap((field): Violation[] => {
    // Only a possible mode counts as unknown: other unknown values, such as passwords, do not matter here.
    const value = /mtls|(values|meshConfig)$/i.test(field.path) ? field.value : field.peek;
    if (value === "PERMISSIVE" && /mtls|meshConfig/i.test(field.path)) {
      return [{ field, ...messages.mode(value) }];
    }
    // Helm reads the text as the boolean.
    if (field.path.endsWith(".enableAutoMtls") && (value === false || value === "false")) {
      return [{ field, ...messages.autoMtls() }];
    }
    return [];
  });
}
