import { type PlainObject, type Workload } from "../../effect";

const versions: Readonly<Record<string, string>> = {
  AuthorizationPolicy: "security.istio.io/v1",
  PeerAuthentication: "security.istio.io/v1",
  RequestAuthentication: "security.istio.io/v1",
  Service: "v1",
  Namespace: "v1",
  Pod: "v1",
  Deployment: "apps/v1",
  WasmPlugin: "extensions.istio.io/v1alpha1",
  EnvoyFilter: "networking.istio.io/v1alpha3",
  HTTPRoute: "gateway.networking.k8s.io/v1",
  GRPCRoute: "gateway.networking.k8s.io/v1",
  TLSRoute: "gateway.networking.k8s.io/v1",
  TCPRoute: "gateway.networking.k8s.io/v1alpha2",
  BackendTLSPolicy: "gateway.networking.k8s.io/v1",
  GatewayClass: "gateway.networking.k8s.io/v1",
  ListenerSet: "gateway.networking.k8s.io/v1",
  ReferenceGrant: "gateway.networking.k8s.io/v1beta1",
  NetworkPolicy: "networking.k8s.io/v1",
};

/** An object of a kind, named `<namespace>/<name>`. */
export function object(kind: string, name: string, spec: object, metadata: object = {}): PlainObject {
  const [namespace, own = ""] = name.includes("/") ? name.split("/") : [undefined, name];
  return {
    apiVersion: versions[kind] ?? "networking.istio.io/v1",
    kind,
    metadata: { name: own, ...(namespace !== undefined && { namespace }), ...metadata },
    spec,
  };
}

/** A Gateway of the Gateway API, which Istio implements. */
export function apiGateway(name: string, listeners: readonly object[], spec: object = {}): PlainObject {
  const own = object("Gateway", name, { gatewayClassName: "istio", listeners, ...spec });
  return { ...own, apiVersion: "gateway.networking.k8s.io/v1" };
}

/** A Kubernetes Service with one port of HTTP. */
export function service(name: string, spec: object = {}, metadata: object = {}): PlainObject {
  const [, own = ""] = name.split("/");
  const ports = [{ name: "http", port: 80, targetPort: 8080 }];
  return object("Service", name, { selector: { app: own }, clusterIP: "10.0.0.1", ports, ...spec }, metadata);
}

/** A workload with a sidecar. */
export function workload(name: string, more: Partial<Workload> = {}): Workload {
  const [namespace = "", own = ""] = name.split("/");
  return { name: own, namespace, labels: { app: own }, serviceAccount: own, proxy: "sidecar", ...more };
}
