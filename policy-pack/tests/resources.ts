import { facts } from "../facts";
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
  const props = { name: "istiod", namespace: "istio-system", chart, version: facts.istio.version, values };
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

/** A namespace whose pods get a sidecar. */
export function namespace(labels: Tree = { "istio-injection": "enabled" }, name = "shop"): Resource {
  return kubernetes("core/v1", "Namespace", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels },
  });
}

/** A Deployment that every policy accepts, with the given parts of its pod and of its container changed. */
export function deployment(pod: { metadata?: Tree; spec?: Tree } = {}, container: Tree = {}): Resource {
  const metadata = { name: "catalog", namespace: "shop", labels: { app: "catalog" } };
  const containers = [
    {
      name: "catalog",
      image: "registry.example.com/catalog:1.4.2",
      ports: [{ containerPort: 8080 }],
      securityContext: { runAsNonRoot: true },
      ...container,
    },
  ];
  const template = {
    metadata: { labels: { app: "catalog" }, ...pod.metadata },
    spec: { containers, ...pod.spec },
  };
  return kubernetes("apps/v1", "Deployment", {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: { template },
  });
}

/** The Service in front of that Deployment, with the given changes. */
export function service(spec: Tree = {}, metadata: Tree = {}): Resource {
  return kubernetes("core/v1", "Service", {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "catalog", namespace: "shop", ...metadata },
    spec: { selector: { app: "catalog" }, ports: [{ name: "http", port: 8080 }], ...spec },
  });
}

/** The same Deployment with these annotations on its pod. */
export function annotatedPod(annotations: Tree): Resource {
  return deployment({ metadata: { labels: { app: "catalog" }, annotations } });
}

/** An AuthorizationPolicy for `catalog` that every policy accepts, with the given changes. */
export function authorizationPolicy(changes: Tree = {}, metadata: Tree = {}): Resource {
  const spec = {
    selector: { matchLabels: { app: "catalog" } },
    action: "ALLOW",
    rules: [allow()],
    ...changes,
  };
  return istio(
    "security.istio.io/v1",
    "AuthorizationPolicy",
    { namespace: "shop", name: "catalog", ...metadata },
    spec,
  );
}

/** A rule that admits the cart to some paths, with the given changes. */
export function allow(changes: Tree = {}): Tree {
  return {
    from: [{ source: { principals: ["cluster.local/ns/shop/sa/cart"] } }],
    to: [{ operation: { methods: ["GET"], paths: ["/items/*"] } }],
    ...changes,
  };
}

/** The AuthorizationPolicy that denies what no other allows. */
export function defaultDeny(spec: Tree = {}, metadata: Tree = {}): Resource {
  return istio(
    "security.istio.io/v1",
    "AuthorizationPolicy",
    { namespace: "shop", name: "default-deny", ...metadata },
    spec,
  );
}

/** A RequestAuthentication for the namespace that every policy accepts, with its rule changed. */
export function requestAuthentication(rule: Tree = {}, spec: Tree = {}, inNamespace = "shop"): Resource {
  const jwtRules = [
    { issuer: "https://auth.example.com", jwksUri: "https://auth.example.com/jwks", ...rule },
  ];
  return istio(
    "security.istio.io/v1",
    "RequestAuthentication",
    { namespace: inNamespace, name: "default" },
    { jwtRules, ...spec },
  );
}

/** A VirtualService for `catalog` with these routes; without any, with one that every policy accepts. */
export function virtualService(http: unknown = [route()], spec: Tree = {}, metadata: Tree = {}): Resource {
  return istio(
    "networking.istio.io/v1",
    "VirtualService",
    { namespace: "shop", name: "catalog", ...metadata },
    { hosts: ["catalog"], http, ...spec },
  );
}

/** A route that every policy accepts, with the given changes. */
export function route(changes: Tree = {}): Tree {
  return {
    route: [{ destination: { host: "catalog" } }],
    timeout: "10s",
    retries: { attempts: 2, perTryTimeout: "2s", retryOn: "connect-failure,refused-stream" },
    ...changes,
  };
}

/** A Gateway that redirects to HTTPS, with the given changes to that server. */
export function gateway(https: Tree = {}, http: Tree = {}): Resource {
  const hosts = ["shop.example.com"];
  const servers = [
    { port: { number: 80, name: "http", protocol: "HTTP" }, hosts, tls: { httpsRedirect: true }, ...http },
    {
      port: { number: 443, name: "https", protocol: "HTTPS" },
      hosts,
      tls: { mode: "SIMPLE", credentialName: "shop", minProtocolVersion: "TLSV1_2" },
      ...https,
    },
  ];
  return istio(
    "networking.istio.io/v1",
    "Gateway",
    { namespace: "shop", name: "public" },
    { selector: { istio: "ingress" }, servers },
  );
}

/** A release of a gateway in a namespace of its own, with the given values and arguments. */
export function gatewayRelease(values: Tree = {}, args: Tree = {}): Resource {
  const props = {
    name: "istio-ingress",
    namespace: "istio-ingress",
    chart: "gateway",
    version: facts.istio.version,
    values: { autoscaling: { minReplicas: 2 }, podDisruptionBudget: { minAvailable: 1 }, ...values },
    ...args,
  };
  return { type: "kubernetes:helm.sh/v3:Release", name: "istio-ingress", props };
}

/** Any Kubernetes object. */
export function kubernetes(apiVersion: string, kind: string, props: Tree): Resource {
  const metadata = props.metadata as Tree;
  return { type: `kubernetes:${apiVersion}:${kind}`, name: String(metadata.name), props };
}

/** A release of a chart with the given values. */
export function release(chart: string, values: Tree): Resource {
  const props = { name: chart, namespace: "monitoring", chart, version: "2.29.0", values };
  return { type: "kubernetes:helm.sh/v3:Release", name: chart, props };
}

/** A release of Kiali that every policy accepts, with the given values changed. */
export function kiali(values: Tree = {}): Resource {
  return release("kiali-server", {
    auth: { strategy: "token" },
    deployment: { view_only_mode: true },
    login_token: { signing_key: "secret:kiali-signing-key:key" },
    ...values,
  });
}

/** A release of Grafana that every policy accepts, with the given values changed. */
export function grafana(values: Tree = {}): Resource {
  return release("grafana", {
    admin: { existingSecret: "grafana-admin", passwordKey: "admin-password" },
    ...values,
  });
}

/** A release of the Prometheus operator's stack that every policy accepts, with the given values changed. */
export function prometheusStack(values: Tree = {}): Resource {
  return release("kube-prometheus-stack", { grafana: { enabled: false }, ...values });
}
