import { type Json, listOf, objectOf, textsIn, valueAt } from "../json";
import type { ProxyConfiguration } from "../proxy";

/** Where a cluster sends a share of what it gets. */
export interface Endpoint {
  /** IP address or host name. */
  readonly address: string;
  readonly port: number;
  /** From 0 to 1. */
  readonly share: number;
  /** TLS that the proxy starts. Absent: none. */
  readonly tls?: UpstreamTls;
}

export interface UpstreamTls {
  readonly sni?: string;
  readonly alpn: readonly string[];
  /** Whether the proxy shows its certificate of the mesh. */
  readonly mutual: boolean;
  /** Identities that the other end may have. Empty: any. */
  readonly identities: readonly string[];
}

/** What a cluster does with a connection. */
export type Upstream =
  | { readonly kind: "none" }
  /** To the address that the client has asked for. */
  | { readonly kind: "original destination"; readonly tls?: UpstreamTls }
  | { readonly kind: "endpoints"; readonly endpoints: readonly Endpoint[] };

/**
 * Evaluates a cluster, as Envoy does.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/cluster.proto
 */
export function upstreamOf({ clusters, endpoints }: ProxyConfiguration, name: string): Upstream {
  const cluster = clusters.get(name);
  if (cluster === undefined || name === "BlackHoleCluster") return { kind: "none" };
  if (cluster.type === "ORIGINAL_DST") {
    const tls = tlsTo(cluster, {});
    return { kind: "original destination", ...(tls && { tls }) };
  }
  const given = valueAt(cluster, "edsClusterConfig", "serviceName");
  const discovered = typeof given === "string" ? given : name;
  const assignment = cluster.type === "EDS" ? endpoints.get(discovered) : objectOf(cluster.loadAssignment);
  const localities = listOf(assignment?.endpoints).filter(({ priority = 0 }) => priority === 0);
  const all = localities.flatMap((locality) => {
    const own = listOf(locality.lbEndpoints);
    const weight = Number(locality.loadBalancingWeight ?? own.length);
    const sum = own.reduce((total, one) => total + Number(one.loadBalancingWeight ?? 1), 0) || 1;
    return own.map((one) => ({ one, weight: (weight * Number(one.loadBalancingWeight ?? 1)) / sum }));
  });
  const total = all.reduce((sum, { weight }) => sum + weight, 0) || 1;
  return {
    kind: "endpoints",
    endpoints: all.map(({ one, weight }): Endpoint => {
      const socket = objectOf(valueAt(one, "endpoint", "address", "socketAddress"));
      const tls = tlsTo(cluster, one);
      return {
        address: String(socket.address),
        port: Number(socket.portValue),
        share: weight / total,
        ...(tls && { tls }),
      };
    }),
  };
}

function tlsTo(cluster: Json, endpoint: Json): UpstreamTls | undefined {
  const labels = objectOf(valueAt(endpoint, "metadata", "filterMetadata", "envoy.transport_socket_match"));
  const matched = listOf(cluster.transportSocketMatches).find(({ match }) =>
    Object.entries(objectOf(match)).every(([name, value]) => labels[name] === value),
  );
  const socket = objectOf(matched === undefined ? cluster.transportSocket : matched.transportSocket);
  const config = objectOf(socket.typedConfig);
  if (!String(config["@type"]).endsWith("UpstreamTlsContext")) return undefined;
  const common = objectOf(config.commonTlsContext);
  const certificates = listOf(common.tlsCertificateSdsSecretConfigs);
  return {
    ...(typeof config.sni === "string" && { sni: config.sni }),
    alpn: textsIn(common.alpnProtocols),
    mutual: certificates.some(({ name }) => name === "default"),
    identities: identitiesIn(common),
  };
}

function identitiesIn(common: Json): string[] {
  const validation = objectOf(valueAt(common, "combinedValidationContext", "defaultValidationContext"));
  const names = [
    ...listOf(validation.matchSubjectAltNames),
    ...listOf(validation.matchTypedSubjectAltNames).map(({ matcher }) => objectOf(matcher)),
  ];
  return names.flatMap(({ exact }) =>
    typeof exact === "string" && exact.startsWith("spiffe://") ? [exact] : [],
  );
}
