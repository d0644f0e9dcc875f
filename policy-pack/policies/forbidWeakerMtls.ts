import { meshDomains } from "../configuration";
import { nist, resourcePolicy, type Violation } from "../policy";
import { isMeshHost, trafficPolicies } from "../reading/destinationRule";
import { type Field, leaves, UNKNOWN } from "../reading/field";
import {
  isDestinationRule,
  isHelmRelease,
  isPeerAuthentication,
  type KubernetesResource,
} from "../reading/resource";

/**
 * STRICT is only as good as its exceptions: a lower PeerAuthentication, one port of it, a client's DestinationRule or
 * one value of istiod's chart undoes it where nobody looks.
 * https://istio.io/latest/docs/concepts/security/#peer-authentication
 */
export const forbidWeakerMtls = resourcePolicy({
  name: "forbid-weaker-mtls",
  displayName: "Nothing weakens mTLS",
  description: "Nothing lets traffic between services of the mesh do without mutual TLS.",
  severity: "critical",
  framework: nist("SC-8(1)", "Transmission confidentiality and integrity: cryptographic protection"),
  tags: ["istio", "security", "mtls"],
  remediationSteps:
    "Set every mode of a PeerAuthentication to STRICT. Leave out the tls block of DestinationRules for hosts of the mesh, or " +
    "set its mode to ISTIO_MUTUAL. Leave out meshConfig.enableAutoMtls, or set it to true.",
  url: "https://istio.io/latest/docs/reference/config/security/peer_authentication/",
  settings: { meshDomains },
  appliesTo: (type) => isPeerAuthentication(type) || isDestinationRule(type) || isHelmRelease(type),
  judge(resource, settings) {
    if (isPeerAuthentication(resource.type)) return judgePeerAuthentication(resource);
    if (isDestinationRule(resource.type)) return judgeDestinationRule(resource, settings.meshDomains);
    return judgeValues(resource.fields.at("values"));
  },
});

function judgePeerAuthentication({ fields, type }: KubernetesResource): Violation[] {
  const spec = fields.at("spec");
  const ports = spec.at("portLevelMtls").children();
  return [spec.at("mtls", "mode"), ...ports.map((port) => port.at("mode"))].flatMap((mode) => {
    const value = mode.value;
    // A patch leaves what it does not name as it is.
    if (value === "STRICT" || value === UNKNOWN || (value === undefined && type.patch)) return [];
    return { field: mode, problem: modeProblem(value), cure: "Set it to STRICT" };
  });
}

function modeProblem(mode: unknown): string {
  switch (mode) {
    case "PERMISSIVE":
      return "is PERMISSIVE, which accepts plaintext beside mTLS";
    case "DISABLE":
      return "is DISABLE, which accepts plaintext only";
    case "UNSET":
      return "is UNSET, which is PERMISSIVE unless something above it says otherwise";
    case undefined:
      return "is not set, which is PERMISSIVE unless something above it says otherwise";
    default:
      return "is none of Istio's modes";
  }
}

function judgeDestinationRule({ fields, type }: KubernetesResource, domains: readonly string[]): Violation[] {
  const rule = fields.at("spec");
  const host = rule.at("host").value;
  // A patch that does not name the host could be for any.
  if (host === UNKNOWN || (typeof host === "string" && !isMeshHost(host, domains))) return [];
  return trafficPolicies(rule)
    .map((policy) => policy.at("tls"))
    .filter((tls) => tls.isSet)
    .flatMap((tls) => judgeTls(tls, type.patch));
}

function judgeTls(tls: Field, patch: boolean): Violation[] {
  const mode = tls.at("mode");
  const skip = tls.at("insecureSkipVerify");
  const violations: Violation[] = [];
  if (mode.value !== "ISTIO_MUTUAL" && mode.value !== UNKNOWN && !(mode.value === undefined && patch)) {
    violations.push({
      field: mode,
      problem: tlsProblem(mode.value),
      cure: "Set it to ISTIO_MUTUAL, or leave the tls block out, since the host belongs to the mesh",
    });
  }
  if (skip.value === true) {
    violations.push({
      field: skip,
      problem: "is true, so any server is believed to be the host",
      cure: "Leave it out",
    });
  }
  return violations;
}

function tlsProblem(mode: unknown): string {
  switch (mode) {
    case "DISABLE":
      return "is DISABLE, so callers send plaintext";
    case "SIMPLE":
      return "is SIMPLE, so callers show no certificate";
    case "MUTUAL":
      return "is MUTUAL, so callers show a certificate that Istio neither issues nor rotates";
    case undefined:
      return "is not set, which is DISABLE, so callers send plaintext";
    default:
      return "is none of Istio's modes";
  }
}

/**
 * The values of a release. A chart may wrap istiod's, so the settings count at any depth. Values hold secrets as well,
 * hence nothing but these settings is echoed.
 */
function judgeValues(values: Field): Violation[] {
  return leaves(values).flatMap((field): Violation[] => {
    // Ask only where a mode could be: most unknown values of a release, such as passwords, decide nothing here.
    const value = /mtls|(values|meshConfig)$/i.test(field.path) ? field.value : field.peek;
    if (value === "PERMISSIVE" && /mtls|meshConfig/i.test(field.path)) {
      return [{ field, problem: modeProblem(value), cure: "Set it to STRICT" }];
    }
    // Helm takes the word for the boolean.
    if (field.path.endsWith(".enableAutoMtls") && (value === false || value === "false")) {
      const problem = "is false, so callers send plaintext wherever no DestinationRule says otherwise";
      return [{ field, problem, cure: "Leave it out, or set it to true" }];
    }
    return [];
  });
}
