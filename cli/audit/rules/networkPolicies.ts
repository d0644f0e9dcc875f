import { listAt } from "../../../effect/field";
import { type Direction, isPort, policiesOf } from "../../../effect/networkPolicy";
import { type Connection, type KnownObject, type Model, titleOf, type Workload } from "../../../effect";
import { type Audited, isInjectionKnown } from "../audited";
import { listed } from "../finding";
import type { RuleFinding } from "../rule";

/** Where Kubernetes describes them. */
export const see = {
  title: "Network Policies",
  url: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
};

/** The proxies of pods whose injection is known. */
export function proxies(audited: Audited): Workload[] {
  return audited.model.workloads.filter(
    (one) => one.proxy !== "none" && one.hostNetwork !== true && isInjectionKnown(audited, one),
  );
}

/** Whether no rule of the policies that limit a pod's egress has one of these ports, whatever its peers. */
export function lacks(
  model: Model,
  workload: Workload,
  ports: readonly Pick<Connection, "port" | "protocol">[],
): boolean {
  const policies = policiesOf(model, workload, "egress");
  // A named port is that of the pods to which it applies, which are unknown.
  const to = { workload: { name: "", namespace: "", labels: {} } };
  const has = (policy: KnownObject): boolean =>
    listAt(policy.spec, "egress").some((rule) => {
      const listedPorts = listAt(rule, "ports");
      return (
        listedPorts.length === 0 ||
        listedPorts.some((port) => ports.some((one) => isPort(port, { from: to, to, ...one }) !== "no"))
      );
    });
  return policies.length > 0 && !policies.some(has);
}

/** One finding for each set of policies: what they deny to which workloads. */
export function* byPolicies(
  audited: Audited,
  direction: Direction,
  denied: readonly Workload[],
  text: (names: string, many: boolean) => Pick<RuleFinding, "message" | "fix">,
  selected: (workload: Workload) => Workload = (workload) => workload,
): Iterable<RuleFinding> {
  const policies = (workload: Workload) => policiesOf(audited.model, selected(workload), direction);
  const groups = Map.groupBy(denied, (workload) => policies(workload).map(titleOf).join(" "));
  for (const own of groups.values()) {
    const [first] = own;
    const object = first && policies(first)[0];
    if (!object) continue;
    yield { object, path: "spec", ...text(listed(own.map(nameOf).sort()), own.length > 1) };
  }
}

/** A workload in messages. */
export const nameOf = ({ namespace, name }: Workload): string => `${namespace}/${name}`;

/** The pods of istiod among the objects. */
export function istiods({ model }: Audited): Workload[] {
  return model.workloads.filter(
    (one) =>
      one.namespace === model.settings.rootNamespace && one.labels.app === "istiod" && one.assumed !== true,
  );
}
