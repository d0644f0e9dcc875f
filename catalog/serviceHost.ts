import { typedTextOf } from "./text";

/** Fully qualified host of a Kubernetes Service. */
export type ServiceHost = `${string}.${string}.svc.cluster.local`;

export const serviceHostSchema = typedTextOf<ServiceHost>(
  /^[a-z0-9][-a-z0-9]*\.[a-z0-9][-a-z0-9]*\.svc\.cluster\.local$/,
  "write <service>.<namespace>.svc.cluster.local, for single pods of a StatefulSet with its headless Service",
  "must be a Service's full host",
);

/** The full host of a Service. */
export function hostOf(name: string, namespace: string): ServiceHost {
  return `${name}.${namespace}.svc.cluster.local`;
}

/** The namespace of the Service that has this host. */
export function namespaceOf(host: ServiceHost): string {
  return host.split(".")[1] ?? "";
}
