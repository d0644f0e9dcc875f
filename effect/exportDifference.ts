import type { Difference } from "./change";
import type { Model } from "./model";
import type { ServiceHost } from "./service";
import type { Workload } from "./workload";

/** Stands for the pods of namespaces that no object is about. */
const stranger: Workload = { name: "*", namespace: "*", labels: {}, assumed: true };

/** Returns the hosts outside of the mesh that a ServiceEntry now exports to every namespace, and did not before. */
export function exportDifferences(before: Model, after: Model): Difference[] {
  const had = new Map(hostsOf(before).map((one) => [keyOf(one), one]));
  const visible = new Set(
    before.services.filter((one) => one.exportTo.includes("*")).map(({ host }) => host),
  );
  return hostsOf(after).flatMap((is): Difference[] => {
    const was = had.get(keyOf(is));
    const [first] = is.ports;
    if (!was || !first || visible.has(is.host) || !is.exportTo.includes("*")) return [];
    return [
      {
        kind: "host exported",
        workload: stranger,
        sure: true,
        sent: { host: is.host, port: first.number },
        isExample: false,
        before: `exported to ${was.exportTo.join(", ") || "no namespace"}`,
        after: "exported to every namespace",
        by: [is.from],
      },
    ];
  });
}

function hostsOf({ services }: Model): ServiceHost[] {
  return services.filter(({ external, registry }) => external && registry === "entry");
}

function keyOf({ host, from }: ServiceHost): string {
  return `${from.namespace}/${from.name} ${host}`;
}
