import type { Setting } from "../configuration";
import { type Message, nist, stackPolicy, textOf, type Violation } from "../policy";
import { type Field, UNKNOWN } from "../reading/field";
import {
  isGateway,
  isGatewayApiGateway,
  isIngress,
  isListenerSet,
  type KubernetesResource,
  undecided,
} from "../reading/resource";
import { CHALLENGES } from "../witness/acmeChallenge";
import { type PlaintextUse, plaintextUse } from "../witness/plaintext";
import { listenerUse } from "../witness/plaintextListener";

const VERSIONS = ["TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3"];

/** The oldest version that Istio accepts by default. */
const DEFAULT_VERSION = "TLSV1_2";

/** Plaintext protocols for which a gateway can respond with a redirect. */
const PLAIN = ["HTTP", "HTTP2", "GRPC", "GRPC-WEB", "HTTP_PROXY"];

/** Protocols that are plaintext unless the server terminates TLS. */
const OPAQUE = ["TCP", "MONGO", "MYSQL", "REDIS"];

/** A redirect behind a load balancer that terminates TLS would never end. */
const BEHIND =
  ". If a load balancer in front terminates TLS, set this policy's setting tlsTerminatedBy to loadBalancer instead";

/** The texts of this policy's violations. */
export const messages = {
  plaintext: (protocol: string): Message => ({
    problem: `is not true, so the gateway serves plaintext ${protocol}`,
    fix: `Set it to true${BEHIND}`,
  }),
  served: (protocol: string, by: string): Message => ({
    problem: `is not true, and ${by} serves plaintext ${protocol}`,
    fix: `Set it to true, or redirect all paths but those below ${CHALLENGES} to https${BEHIND}`,
  }),
  opaque: (protocol: string): Message => ({
    problem: `is ${protocol} without TLS, so the gateway accepts any plaintext, including HTTP`,
    fix: "Use protocol TLS, or HTTPS for HTTP",
  }),
  listener: (protocol: string): Message => ({
    problem: `is ${protocol}, so the gateway serves plaintext`,
    fix: "Use HTTPS or TLS with a certificate",
  }),
  listenerServed: (protocol: string, by: string): Message => ({
    problem: `is ${protocol}, and ${by} serves plaintext`,
    fix: `Use HTTPS with a certificate, or redirect all paths but those below ${CHALLENGES} to https`,
  }),
  ingress: (): Message => ({
    problem: "is not set, so the ingress gateway serves plaintext HTTP",
    fix: "Add the hosts with a Secret, or use a Gateway",
  }),
  skipVerify: (): Message => ({
    problem: "is true, so the gateway accepts any client certificate",
    fix: "Remove it",
  }),
  unknownVersion: (oldest: string): Message => ({
    problem: "is none of Istio's TLS versions",
    fix: setVersion(oldest),
  }),
  version: (version: string, oldest: string): Message => ({
    problem: `is ${version}, older than ${oldest}`,
    fix: setVersion(oldest),
  }),
  defaultVersion: (version: string, oldest: string): Message => ({
    problem: `is not set and defaults to ${version}, older than ${oldest}`,
    fix: setVersion(oldest),
  }),
};

const setVersion = (oldest: string) => `Set it to ${oldest}${oldest === "TLSV1_2" ? " or TLSV1_3" : ""}`;

/**
 * Traffic through a gateway crosses networks outside the mesh, where the mesh's mutual TLS does not apply.
 * https://istio.io/latest/docs/tasks/traffic-management/ingress/secure-ingress/
 */
export const requireGatewayTls = stackPolicy({
  name: "require-gateway-tls",
  displayName: "Gateways require TLS 1.2 or newer",
  description:
    "Gateways, also of the Gateway API, serve HTTPS or TLS 1.2 or newer. Plaintext HTTP is only redirected to it, by the " +
    "server or by all of the stack's routes.",
  severity: "high",
  framework: nist("SC-8(1)", "Transmission confidentiality and integrity: cryptographic protection"),
  tags: ["istio", "security", "gateway", "tls"],
  remediationSteps:
    "Set tls.httpsRedirect to true for servers with protocol HTTP, or redirect all of their paths to https with routes. Remove tls.minProtocolVersion, or set it to TLSV1_2 or " +
    "TLSV1_3.",
  url: "https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings",
  settings: {
    minProtocolVersion: {
      type: "string",
      enum: ["TLSV1_2", "TLSV1_3"],
      description: "Oldest TLS version that a gateway may accept",
      default: "TLSV1_2",
    } satisfies Setting,
    tlsTerminatedBy: {
      type: "string",
      enum: ["gateway", "loadBalancer"],
      description:
        "What terminates TLS. With loadBalancer, gateways may serve plaintext HTTP to a load balancer in front of them",
      default: "gateway",
    } satisfies Setting,
  },
  appliesTo: (stack) => stack.some(isJudged) || "The stack has no Gateway and no Ingress",
  *judge(stack, { minProtocolVersion, tlsTerminatedBy }) {
    const judged = stack.filter(isJudged);
    for (const resource of judged) {
      const seen = new Set<string>();
      const settings = { oldest: minProtocolVersion, behindLoadBalancer: tlsTerminatedBy === "loadBalancer" };
      for (const { field, ...message } of judgeResource(resource, stack, settings)) {
        const text = textOf(resource.title, field.path, message);
        if (!seen.has(text)) yield { subject: resource, message: text };
        seen.add(text);
      }
    }
    const open = stack.filter(({ unknowns }) => unknowns.size > 0);
    if (open.length > 0) throw undecided(open);
  },
});

const isJudged = ({ type }: KubernetesResource): boolean =>
  isGateway(type) || isGatewayApiGateway(type) || isListenerSet(type) || isIngress(type);

interface Applied {
  readonly oldest: string;
  readonly behindLoadBalancer: boolean;
}

function judgeResource(
  resource: KubernetesResource,
  stack: readonly KubernetesResource[],
  settings: Applied,
): Violation[] {
  const { type, fields } = resource;
  if (isIngress(type)) return settings.behindLoadBalancer || type.patch ? [] : judgeIngress(fields);
  return isGateway(type)
    ? fields
        .at("spec", "servers")
        .children()
        .flatMap((server) => judgeServer(server, settings, () => plaintextUse(stack, resource, server)))
    : fields
        .at("spec", "listeners")
        .children()
        .flatMap((listener) => judgeListener(listener, () => listenerUse(stack, resource, listener)));
}

/** Judges an Ingress of Istio's own class. */
function judgeIngress(fields: Field): Violation[] {
  const annotation = fields.at("metadata", "annotations", "kubernetes.io/ingress.class").peek;
  const field = fields.at("spec", "tls");
  const isIstios = fields.at("spec", "ingressClassName").peek === "istio" || annotation === "istio";
  if (!isIstios || field.value === UNKNOWN || field.children().length > 0) return [];
  return [{ field, ...messages.ingress() }];
}

/** Judges a listener of the Gateway API. Its protocol HBONE, of waypoints, uses mTLS. */
function judgeListener(listener: Field, use: () => PlaintextUse): Violation[] {
  const field = listener.at("protocol");
  const { value } = field;
  if (value === "TCP") return [{ field, ...messages.listener(value) }];
  if (value !== "HTTP") return [];
  const found = use();
  if (found.outcome === "redirected" || found.outcome === "undecided") return [];
  return [
    {
      field,
      ...(found.outcome === "served"
        ? messages.listenerServed(value, routeText(found))
        : messages.listener(value)),
    },
  ];
}

function judgeServer(
  server: Field,
  { oldest, behindLoadBalancer }: Applied,
  use: () => PlaintextUse,
): Violation[] {
  const protocol = server.at("port", "protocol").value;
  const tls = server.at("tls");
  if (typeof protocol === "string" && PLAIN.includes(protocol.toUpperCase())) {
    const field = tls.at("httpsRedirect");
    if (behindLoadBalancer || field.value === true || field.value === UNKNOWN) return [];
    const found = use();
    if (found.outcome === "redirected" || found.outcome === "undecided") return [];
    return [
      {
        field,
        ...(found.outcome === "served"
          ? messages.served(protocol, routeText(found))
          : messages.plaintext(protocol)),
      },
    ];
  }
  if (typeof protocol === "string" && OPAQUE.includes(protocol.toUpperCase()) && !tls.isSet) {
    return [{ field: server.at("port", "protocol"), ...messages.opaque(protocol) }];
  }
  return judgeTls(tls, oldest);
}

function routeText({ by, route }: Extract<PlaintextUse, { outcome: "served" }>): string {
  return `${route.path} of ${by.title}`;
}

function judgeTls(tls: Field, oldest: string): Violation[] {
  const mode = tls.at("mode").value;
  // With these modes, the service behind the gateway terminates TLS.
  if (mode === "PASSTHROUGH" || mode === "AUTO_PASSTHROUGH" || !tls.isSet) return [];
  const skip = tls.at("insecureSkipVerify");
  return [
    ...judgeVersion(tls.at("minProtocolVersion"), DEFAULT_VERSION, oldest),
    ...judgeVersion(tls.at("maxProtocolVersion"), "TLSV1_3", oldest),
    ...(skip.value === true ? [{ field: skip, ...messages.skipVerify() }] : []),
  ];
}

function judgeVersion(field: Field, fallback: string, oldest: string): Violation[] {
  const value = field.value;
  if (value === UNKNOWN) return [];
  const version = value === undefined || value === "TLS_AUTO" ? fallback : value;
  if (typeof version !== "string" || !VERSIONS.includes(version)) {
    return [{ field, ...messages.unknownVersion(oldest) }];
  }
  if (VERSIONS.indexOf(version) >= VERSIONS.indexOf(oldest)) return [];
  return [{ field, ...messages[value === undefined ? "defaultVersion" : "version"](version, oldest) }];
}
