import type { Setting } from "../configuration";
import { nist, resourcePolicy, type Violation } from "../policy";
import { type Field, UNKNOWN } from "../reading/field";
import { isGateway } from "../reading/resource";

const VERSIONS = ["TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3"];

/** What Istio takes where nothing is said. */
const DEFAULT_VERSION = "TLSV1_2";

/** Protocols that are readable on the wire, and for which a gateway can answer with a redirect. */
const PLAIN = ["HTTP", "HTTP2", "GRPC", "GRPC-WEB", "HTTP_PROXY"];

/**
 * What enters or leaves by a gateway crosses networks that the mesh's own TLS does not cover.
 * https://istio.io/latest/docs/tasks/traffic-management/ingress/secure-ingress/
 */
export const requireGatewayTls = resourcePolicy({
  name: "require-gateway-tls",
  displayName: "Gateways speak modern TLS",
  description: "Gateways serve HTTPS with TLS 1.2 or newer, and plain HTTP only redirects to it.",
  severity: "high",
  framework: nist("SC-8(1)", "Transmission confidentiality and integrity: cryptographic protection"),
  tags: ["istio", "security", "gateway", "tls"],
  remediationSteps:
    "Give servers of protocol HTTP tls.httpsRedirect true. Leave tls.minProtocolVersion out, or set it to TLSV1_2 or TLSV1_3.",
  url: "https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings",
  settings: {
    minProtocolVersion: {
      type: "string",
      enum: ["TLSV1_2", "TLSV1_3"],
      description: "Oldest version of TLS that a gateway may speak",
      default: "TLSV1_2",
    } satisfies Setting,
  },
  appliesTo: isGateway,
  judge: ({ fields }, { minProtocolVersion }) =>
    fields
      .at("spec", "servers")
      .children()
      .flatMap((server) => judgeServer(server, minProtocolVersion)),
});

function judgeServer(server: Field, oldest: string): Violation[] {
  const protocol = server.at("port", "protocol").value;
  const tls = server.at("tls");
  if (typeof protocol === "string" && PLAIN.includes(protocol.toUpperCase())) {
    const redirect = tls.at("httpsRedirect");
    if (redirect.value === true || redirect.value === UNKNOWN) return [];
    const problem = `is not true, so the gateway serves plain ${protocol}`;
    return [{ field: redirect, problem, cure: "Set it to true" }];
  }
  return judgeTls(tls, oldest);
}

function judgeTls(tls: Field, oldest: string): Violation[] {
  const mode = tls.at("mode").value;
  // There, TLS ends at the service behind the gateway.
  if (mode === "PASSTHROUGH" || mode === "AUTO_PASSTHROUGH" || !tls.isSet) return [];
  const skip = tls.at("insecureSkipVerify");
  return [
    ...judgeVersion(tls.at("minProtocolVersion"), DEFAULT_VERSION, oldest),
    ...judgeVersion(tls.at("maxProtocolVersion"), "TLSV1_3", oldest),
    ...(skip.value === true
      ? [{ field: skip, problem: "is true, so any client is believed", cure: "Leave it out" }]
      : []),
  ];
}

function judgeVersion(field: Field, fallback: string, oldest: string): Violation[] {
  const value = field.value;
  if (value === UNKNOWN) return [];
  const version = value === undefined || value === "TLS_AUTO" ? fallback : value;
  const cure = `Set it to ${oldest}${oldest === "TLSV1_2" ? " or TLSV1_3" : ""}`;
  if (typeof version !== "string" || !VERSIONS.includes(version)) {
    return [{ field, problem: "is none of Istio's versions of TLS", cure }];
  }
  if (VERSIONS.indexOf(version) >= VERSIONS.indexOf(oldest)) return [];
  const problem = value === undefined ? `is not set, which is ${version}` : `is ${version}`;
  return [{ field, problem: `${problem}, older than ${oldest}`, cure }];
}
