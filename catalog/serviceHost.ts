import { typedTextOf } from "./text";

/** Fully qualified host of a Kubernetes Service. */
export type ServiceHost = `${string}.${string}.svc.cluster.local`;

export const serviceHostSchema = typedTextOf<ServiceHost>(
  /^[a-z0-9][-a-z0-9]*\.[a-z0-9][-a-z0-9]*\.svc\.cluster\.local$/,
  "write <service>.<namespace>.svc.cluster.local; for a single pod of a StatefulSet, the headless Service",
  "must be a Service's full host",
);

/** Returns the fully qualified host of a Service. */
export function hostOf(name: string, namespace: string): ServiceHost {
  return `${name}.${namespace}.svc.cluster.local`;
}

/** Returns the namespace of the Service with a host. */
export function namespaceOf(host: ServiceHost): string {
  return host.split(".")[1] ?? "";
}
