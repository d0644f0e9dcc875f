import type { Difference } from "./change";
import { fieldsAt, textAt, textsAt } from "./field";
import { type Model, objectsNamed } from "./model";
import { type KnownObject, nameOf, titleOf } from "./object";
import { servicesOf } from "./space";
import type { Workload } from "./workload";

/**
 * Returns Services by which clients outside of the cluster reach the pods of a workload now, or no longer. Such clients pass no
 * gateway of the mesh.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types
 */
export function exposureDifferences(before: Model, old: Workload, after: Model, now: Workload): Difference[] {
  const [was, is] = [exposuresOf(before, old), exposuresOf(after, now)];
  const gained = [...is.keys()].filter((text) => !was.has(text));
  const lost = [...was.keys()].filter((text) => !is.has(text));
  if (gained.length + lost.length === 0) return [];
  const text = (all: readonly string[]): string =>
    all.length === 0 ? "only the cluster reaches it" : all.join("; ");
  return [
    {
      kind: gained.length > 0 ? "exposure gained" : "exposure lost",
      workload: now,
      sure: true,
      before: text(lost),
      after: text(gained),
      by: gained.flatMap((one) => is.get(one) ?? []).map(nameOf),
    },
  ];
}

/** How clients outside reach a workload: each way as text, with the Service. */
function exposuresOf(model: Model, workload: Workload): Map<string, KnownObject> {
  const services = servicesOf(model, workload).flatMap(({ from }) =>
    objectsNamed(model, "Service", "", from),
  );
  return new Map(
    services.flatMap((service) =>
      waysInto(service).map((way) => [`${titleOf(service)} has ${way}`, service] as const),
    ),
  );
}

function waysInto({ spec }: KnownObject): string[] {
  const fields = fieldsAt({ spec }, "spec");
  const type = textAt(fields, "type") ?? "ClusterIP";
  const addresses = textsAt(fields, "externalIPs");
  return [
    ...(type === "LoadBalancer" || type === "NodePort" ? [`the type ${type}`] : []),
    ...(addresses.length > 0 ? [`the external addresses ${addresses.join(", ")}`] : []),
  ];
}
