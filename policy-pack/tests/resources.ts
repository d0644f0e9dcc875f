import type { Resource } from "./engine";

type Tree = Record<string, unknown>;

/** A PeerAuthentication that every policy accepts. */
export function peerAuthentication(
  spec: Tree = { mtls: { mode: "STRICT" } },
  namespace = "istio-system",
): Resource {
  return istio("security.istio.io/v1", "PeerAuthentication", { namespace, name: "default" }, spec);
}

/** A DestinationRule for `catalog` that every policy accepts, with the given changes. */
export function destinationRule(changes: Tree = {}): Resource {
  const spec = { host: "catalog", trafficPolicy: trafficPolicy(), ...changes };
  return istio("networking.istio.io/v1", "DestinationRule", { namespace: "shop", name: "catalog" }, spec);
}

/** A traffic policy within all limits, with the given blocks changed. */
export function trafficPolicy(changes: Tree = {}): Tree {
  return { connectionPool: connectionPool(), outlierDetection: outlierDetection(), ...changes };
}

/** A connection pool within all limits, with the given HTTP settings changed. */
export function connectionPool(http: Tree = {}, tcp: Tree = {}): Tree {
  return {
    tcp: { maxConnections: 100, connectTimeout: "5s", ...tcp },
    http: { http1MaxPendingRequests: 1000, http2MaxRequests: 1000, maxRetries: 3, ...http },
  };
}

/** An outlier detection within all limits, with the given settings changed. */
export function outlierDetection(changes: Tree = {}): Tree {
  return {
    consecutive5xxErrors: 5,
    interval: "30s",
    baseEjectionTime: "30s",
    maxEjectionPercent: 50,
    ...changes,
  };
}

/** A release of istiod with the given values. */
export function istiod(values: Tree = {}, chart = "istiod"): Resource {
  const props = { name: "istiod", namespace: "istio-system", chart, version: "1.31.0", values };
  return { type: "kubernetes:helm.sh/v3:Release", name: "istiod", props };
}

/** An Istio object in the form that Pulumi gives to custom resources. */
export function istio(apiVersion: string, kind: string, metadata: Tree, spec: Tree): Resource {
  const name = String(metadata.name);
  return { type: `kubernetes:${apiVersion}:${kind}`, name, props: { apiVersion, kind, metadata, spec } };
}

/** The same resource as a patch of what the cluster has. */
export function asPatch(resource: Resource): Resource {
  return { ...resource, type: `${resource.type}Patch` };
}
