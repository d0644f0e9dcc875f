import type { Resource } from "../../../policy-pack/tests/engine";

/** Any fields of an object. */
export type Tree = Readonly<Record<string, unknown>>;

/** Resources that a program adds to a compliant stack, and what they do. */
export interface Case {
  readonly what: string;
  readonly resources: readonly Resource[];
}

const groups: Readonly<Record<string, string>> = {
  Namespace: "v1",
  Service: "v1",
  ConfigMap: "v1",
  Pod: "v1",
  List: "v1",
  Deployment: "apps/v1",
  StatefulSet: "apps/v1",
  DaemonSet: "apps/v1",
  Job: "batch/v1",
  CronJob: "batch/v1",
  Rollout: "argoproj.io/v1alpha1",
  CloneSet: "apps.kruise.io/v1alpha1",
  PeerAuthentication: "security.istio.io/v1",
  AuthorizationPolicy: "security.istio.io/v1",
  RequestAuthentication: "security.istio.io/v1",
  EnvoyFilter: "networking.istio.io/v1alpha3",
  WasmPlugin: "extensions.istio.io/v1alpha1",
  Telemetry: "telemetry.istio.io/v1",
  IstioOperator: "install.istio.io/v1alpha1",
  Istio: "sailoperator.io/v1",
  HTTPRoute: "gateway.networking.k8s.io/v1",
  ReferenceGrant: "gateway.networking.k8s.io/v1beta1",
  HorizontalPodAutoscaler: "autoscaling/v2",
  PodDisruptionBudget: "policy/v1",
  NetworkPolicy: "networking.k8s.io/v1",
};

/** An object in namespace shop, unless its metadata says otherwise. */
export function object(kind: string, name: string, fields: Tree, metadata: Tree = {}): Resource {
  return typed(groups[kind] ?? "networking.istio.io/v1", kind, name, fields, metadata);
}

/** An object of an API version. */
export function typed(
  apiVersion: string,
  kind: string,
  name: string,
  fields: Tree,
  metadata: Tree = {},
): Resource {
  const token = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  const place = kind === "Namespace" ? {} : { namespace: "shop" };
  return {
    type: `kubernetes:${token}:${kind}`,
    name,
    props: { apiVersion, kind, metadata: { name, ...place, ...metadata }, ...fields },
  };
}

/** A patch of such an object. */
export function patch(kind: string, name: string, fields: Tree, metadata: Tree = {}): Resource {
  const resource = object(kind, name, fields, metadata);
  return { ...resource, type: `${resource.type}Patch` };
}

/** A workload whose pods are compliant, with parts of the pod changed. */
export function workload(
  name: string,
  metadata: Tree = {},
  spec: Tree = {},
  { kind = "Deployment", container = {} }: { kind?: string; container?: Tree } = {},
): Resource {
  return object(kind, name, {
    spec: { selector: { matchLabels: { app: name } }, template: pod(name, metadata, spec, container) },
  });
}

/** A pod template that is compliant, with parts changed. */
export function pod(name: string, metadata: Tree = {}, spec: Tree = {}, container: Tree = {}): Tree {
  return {
    metadata: { labels: { app: name }, ...metadata },
    spec: {
      securityContext: { runAsNonRoot: true, runAsUser: 1000 },
      containers: [
        { name, image: `registry.example.com/${name}:1.0.0`, ports: [{ containerPort: 8080 }], ...container },
      ],
      ...spec,
    },
  };
}

/** ztunnel as its chart installs it, with variables. */
export function ztunnel(env: readonly Tree[] = [], container: Tree = {}): Resource {
  const addresses = ["CA_ADDRESS", "XDS_ADDRESS"].map((name) => ({
    name,
    value: "istiod.istio-system.svc:15012",
  }));
  const metadata = {
    labels: { "sidecar.istio.io/inject": "false", "istio.io/dataplane-mode": "none", app: "ztunnel" },
    annotations: { "sidecar.istio.io/inject": "false" },
  };
  const containers = [
    {
      name: "istio-proxy",
      image: "docker.io/istio/ztunnel:1.31.4-distroless",
      args: ["proxy", "ztunnel"],
      env: [
        ...addresses,
        { name: "RUST_LOG", value: "info" },
        { name: "INPOD_ENABLED", value: "true" },
        ...env,
      ],
      securityContext: {
        allowPrivilegeEscalation: true,
        capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "SYS_ADMIN", "NET_RAW"] },
        runAsUser: 0,
        runAsGroup: 1337,
        runAsNonRoot: false,
      },
      ...container,
    },
  ];
  const template = { metadata, spec: { serviceAccountName: "ztunnel", containers } };
  return object("DaemonSet", "ztunnel", { spec: { template } }, { namespace: "istio-system" });
}

/** A release of a chart in istio-system. */
export function release(chart: string, values: Tree, more: Tree = {}): Resource {
  return {
    type: "kubernetes:helm.sh/v3:Release",
    name: chart,
    props: { name: chart, namespace: "istio-system", chart, version: "1.31.0", values, ...more },
  };
}

/** A release of istiod that is compliant, with values added. */
export function istiod(values: Tree = {}, meshConfig: Tree = {}, more: Tree = {}): Resource {
  return release(
    "istiod",
    {
      autoscaleMin: 2,
      ...values,
      meshConfig: { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" }, ...meshConfig },
    },
    more,
  );
}

/** An AuthorizationPolicy for the cart with these rules. */
export function allowing(...rules: Tree[]): Resource {
  return object("AuthorizationPolicy", "cart", {
    spec: { selector: { matchLabels: { app: "cart" } }, rules },
  });
}

/** A DestinationRule of the cart with these changes, within all limits. */
export function destinationRule(name: string, spec: Tree, policy: Tree = {}, metadata: Tree = {}): Resource {
  return object(
    "DestinationRule",
    name,
    {
      spec: {
        host: "cart",
        trafficPolicy: {
          connectionPool: {
            tcp: { maxConnections: 100 },
            http: { http1MaxPendingRequests: 100, http2MaxRequests: 100, maxRetries: 3 },
          },
          outlierDetection: {
            consecutive5xxErrors: 5,
            interval: "10s",
            baseEjectionTime: "30s",
            maxEjectionPercent: 50,
          },
          ...policy,
        },
        ...spec,
      },
    },
    metadata,
  );
}

/** A route to a host, within all limits. */
export function to(host: string, more: Tree = {}): Tree {
  return { route: [{ destination: { host } }], timeout: "5s", retries: { attempts: 0 }, ...more };
}

/** A case of resources. */
export const caseOf = (what: string, ...resources: Resource[]): Case => ({ what, resources });

/** Parts of an AuthorizationPolicy's rule. */
export const from = (source: Tree) => ({ from: [{ source }] });
export const operation = (one: Tree) => ({ to: [{ operation: one }] });
export const when = (key: string, values: string[]) => ({ when: [{ key, values }] });

/** A ServiceEntry. */
export const entry = (spec: Tree, metadata: Tree = {}) =>
  object("ServiceEntry", "outside", { spec }, metadata);

/** An EnvoyFilter that inserts an HTTP filter, with parts of the patch added. */
export const insertedFilter = (value: Tree, more: Tree = {}) =>
  object("EnvoyFilter", "x", {
    spec: {
      priority: 1,
      configPatches: [
        {
          applyTo: "HTTP_FILTER",
          match: { proxy: { proxyVersion: "^1\\.31.*" } },
          patch: { operation: "INSERT_BEFORE", value },
          ...more,
        },
      ],
    },
  });

/** A VirtualService. */
export const virtualService = (spec: Tree, metadata: Tree = {}) =>
  object("VirtualService", "web", { spec }, metadata);

/** A workload whose pods have annotations. */
export const annotated = (annotations: Tree) => workload("web", { labels: { app: "web" }, annotations });

/** An object of the Gateway API. */
export const gatewayApi = (
  kind: string,
  name: string,
  spec: Tree,
  metadata: Tree = {},
  version = "v1",
): Resource => typed(`gateway.networking.k8s.io/${version}`, kind, name, { spec }, metadata);

/** The Gateway of routes. */
export const parentRefs = [{ name: "public", namespace: "ingress" }];

/** A compliant mesh with a namespace and a workload. */
export const compliant: readonly Resource[] = [
  object(
    "PeerAuthentication",
    "default",
    { spec: { mtls: { mode: "STRICT" } } },
    { namespace: "istio-system" },
  ),
  object("AuthorizationPolicy", "default-deny", { spec: {} }, { namespace: "istio-system" }),
  object("Namespace", "shop", {}, { labels: { "istio-injection": "enabled" } }),
  object("AuthorizationPolicy", "default-deny", { spec: {} }),
  destinationRule("cart", {}),
  workload("cart"),
  object("Service", "cart", {
    spec: { selector: { app: "cart" }, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
  }),
];
