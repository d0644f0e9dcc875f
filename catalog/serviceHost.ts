import { z } from "zod";

/** Fully qualified host of a Kubernetes Service. */
export type ServiceHost = `${string}.${string}.svc.cluster.local`;

export const serviceHostSchema = z.custom<ServiceHost>(
  (value) =>
    typeof value === "string" && /^[a-z0-9][-a-z0-9]*\.[a-z0-9][-a-z0-9]*\.svc\.cluster\.local$/.test(value),
  {
    error: "must be a Service's full host",
    params: {
      cure: "write <service>.<namespace>.svc.cluster.local, for single pods of a StatefulSet with its headless Service",
    },
  },
);

/** The full host of a Service. */
export function hostOf(name: string, namespace: string): ServiceHost {
  return `${name}.${namespace}.svc.cluster.local`;
}

/** The namespace of the Service that has this host. */
export function namespaceOf(host: ServiceHost): string {
  return host.split(".")[1] ?? "";
}
