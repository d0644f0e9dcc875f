import type { SignedPair } from "../laboratory/certificates";
import { type Json, listOf, objectOf } from "./json";
import type { ProxyConfiguration } from "./proxy";

/** Types of Istio's own extensions, which upstream Envoy does not have: ALPN, the exchange of metadata, and metrics. */
const istios = /^type\.googleapis\.com\/(istio\.|io\.istio\.|stats\.|envoy\.tcp\.metadataexchange\.)/;

/**
 * The configurations of several proxies as one bootstrap of Envoy without discovery. What several proxies have is in it
 * once. Routes and endpoints are in the listeners and clusters that request them, and each Secret is the given
 * certificate. Istio's own extensions are left out.
 */
export function bootstrapOf(configurations: readonly ProxyConfiguration[], pair: SignedPair): Json {
  const listeners = new Map<string, Json>();
  const clusters = new Map<string, Json>();
  configurations.forEach((configuration) => {
    const { routes, endpoints } = configuration;
    configuration.listeners.forEach((listener) => {
      const own = inlined(listener, routes, pair);
      listeners.set(JSON.stringify(own), own);
    });
    configuration.clusters.forEach((cluster) => {
      const own = withEndpoints(inlined(cluster, routes, pair), endpoints);
      clusters.set(JSON.stringify(own), own);
    });
  });
  const resources = {
    listeners: distinct([...listeners.values()]),
    clusters: renamed([...clusters.values()]),
  };
  return {
    node: { id: "validation", cluster: "validation" },
    staticResources: { ...resources, secrets: secretsFor(resources, pair) },
  };
}

/**
 * A resource without Istio's own extensions, sources of Secrets and its own type. It has the routes that it requests,
 * but no files that only the proxy's container has.
 */
function inlined(resource: Json, routes: ProxyConfiguration["routes"], pair: SignedPair): Json {
  const files: Json = { trustedCa: pair.ca, certificateChain: pair.cert, privateKey: pair.key };
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.filter((one) => !isIstios(one)).map(visit);
    if (value === null || typeof value !== "object") return value;
    const entries = Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
      if (name === "sdsConfig" || isIstios(inner)) return [];
      if (name in files && objectOf(inner).filename !== undefined) {
        return [[name, { inlineString: files[name] }]];
      }
      if (name === "path" && isFileLog(value)) return [[name, "/dev/null"]];
      if (name === "rds") return [["routeConfig", routed(objectOf(inner).routeConfigName)]];
      // Clusters have other names, so that several proxies fit into one bootstrap.
      if (name === "routeConfig") return [[name, { ...objectOf(visit(inner)), validateClusters: false }]];
      return [[name, visit(inner)]];
    });
    return Object.fromEntries(entries);
  };
  const routed = (name: unknown): unknown => {
    const own = untyped(visit(routes.get(String(name)) ?? { name }));
    return { ...own, validateClusters: false };
  };
  return untyped(visit(resource));
}

/** Whether a value is an extension of Istio's own, or its configuration. */
function isIstios(value: unknown): boolean {
  const { typedConfig = value } = objectOf(value);
  const { "@type": type = "", typeUrl = type } = objectOf(typedConfig);
  return istios.test(String(typeUrl));
}

function isFileLog(value: object): boolean {
  return String(objectOf(value)["@type"]).endsWith(".FileAccessLog");
}

function withEndpoints(cluster: Json, endpoints: ProxyConfiguration["endpoints"]): Json {
  const { edsClusterConfig, ...own } = cluster;
  if (own.type !== "EDS") return cluster;
  const name = String(objectOf(edsClusterConfig).serviceName ?? own.name);
  const loadAssignment = untyped(endpoints.get(name) ?? { clusterName: name });
  return { ...own, type: "STATIC", loadAssignment };
}

/** A message in a field of its own type. */
function untyped(message: unknown): Json {
  return without(objectOf(message), "@type");
}

function without(message: Json, field: string): Json {
  return Object.fromEntries(Object.entries(message).filter(([name]) => name !== field));
}

/** Listeners with names and addresses of their own. */
function distinct(listeners: readonly Json[]): Json[] {
  return listeners.map((listener, index) => {
    const own = without(listener, "additionalAddresses");
    const address = `127.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
    return {
      ...own,
      name: `${String(own.name)} ${index}`,
      address: { socketAddress: { ...objectOf(objectOf(own.address).socketAddress), address } },
    };
  });
}

/** The first cluster with a name keeps it: tracing and access logs refer to clusters by their names. */
function renamed(clusters: readonly Json[]): Json[] {
  const names = new Set<string>();
  return clusters.map((cluster, index) => {
    const name = String(cluster.name);
    const own = names.has(name) ? { ...cluster, name: `${name} ${index}` } : cluster;
    names.add(name);
    return own;
  });
}

/** The Secrets that resources request, each of which is the same certificate or CA. */
function secretsFor(resources: unknown, { key, cert, ca }: SignedPair): Json[] {
  const secrets = new Map<string, Json>();
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== "object") return;
    Object.entries(value).forEach(([field, inner]) => {
      const isCertificate = field === "tlsCertificateSdsSecretConfigs";
      if (!isCertificate && field !== "validationContextSdsSecretConfig") {
        visit(inner);
        return;
      }
      const all = isCertificate ? listOf(inner) : [objectOf(inner)];
      all.forEach((one) => {
        const name = String(one.name);
        const secret = isCertificate
          ? {
              tlsCertificate: { certificateChain: { inlineString: cert }, privateKey: { inlineString: key } },
            }
          : { validationContext: { trustedCa: { inlineString: ca } } };
        secrets.set(name, { name, ...secret });
      });
    });
  };
  visit(resources);
  return [...secrets.values()];
}
