import { fieldsAt, textAt, textsAt } from "./field";
import type { KnownObject } from "./object";

/**
 * Returns how clients outside of the cluster reach a Service without a gateway of the mesh, one text for each way. The list is
 * empty for a Service that only the cluster reaches, and for other objects.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types
 */
export function exposures({ kind, group, spec }: KnownObject): string[] {
  if (kind !== "Service" || group !== "") return [];
  const fields = fieldsAt({ spec }, "spec");
  const type = textAt(fields, "type") ?? "ClusterIP";
  const addresses = textsAt(fields, "externalIPs");
  return [
    ...(type === "LoadBalancer" || type === "NodePort" ? [`its type is ${type}`] : []),
    ...(addresses.length > 0 ? [`it has the external addresses ${addresses.join(", ")}`] : []),
  ];
}
