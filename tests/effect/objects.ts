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
