import { fieldsAt, has, textAt, textsAt, textsByName } from "./field";
import { type Model, objectsOf } from "./model";
import type { KnownObject } from "./object";
import { workloadsSelected } from "./workload";

/** Where objects of a kind have the labels of what they select. */
const selectors: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    AuthorizationPolicy: ["selector", "matchLabels"],
    PeerAuthentication: ["selector", "matchLabels"],
    RequestAuthentication: ["selector", "matchLabels"],
    Telemetry: ["selector", "matchLabels"],
    PodDisruptionBudget: ["selector", "matchLabels"],
    NetworkPolicy: ["podSelector", "matchLabels"],
    Sidecar: ["workloadSelector", "labels"],
    EnvoyFilter: ["workloadSelector", "labels"],
    DestinationRule: ["workloadSelector", "matchLabels"],
    Service: ["selector"],
    Gateway: ["selector"],
  }),
);

/** Kinds whose objects in the root namespace select pods of every namespace, as Gateways do. */
const meshWide = ["AuthorizationPolicy", "RequestAuthentication", "Telemetry", "EnvoyFilter"];

/**
 * Returns what an object refers to that is not there: labels that no workload has, Gateways, and the workload of an
 * autoscaler. An object that selects everything selects what is there.
 */
export function dangling(model: Model, { kind, namespace, spec }: KnownObject): string[] {
  const path = selectors.get(kind);
  const labels = path ? textsByName(fieldsAt(spec, ...path.slice(0, -1)), path.at(-1) ?? "") : {};
  const everywhere =
    kind === "Gateway" || (meshWide.includes(kind) && namespace === model.settings.rootNamespace);
  const chosen = workloadsSelected(model.workloads, labels, everywhere ? undefined : namespace);
  const written = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return [
    ...(written.length > 0 && chosen.length === 0
      ? [`no workload with the labels ${written.join(", ")}`]
      : []),
    ...(kind === "VirtualService" ? missingGateways(model, spec, namespace) : []),
    ...(kind === "HorizontalPodAutoscaler" ? missingTarget(model, spec, namespace) : []),
  ];
}

function missingGateways(model: Model, spec: unknown, namespace: string): string[] {
  const known = new Set(
    objectsOf(model, "Gateway", "networking.istio.io").map((one) => `${one.namespace}/${one.name}`),
  );
  const named = textsAt(spec, "gateways").map((name) =>
    name === "mesh" || name.includes("/") ? name : `${namespace}/${name}`,
  );
  return named.filter((name) => name !== "mesh" && !known.has(name)).map((name) => `no Gateway ${name}`);
}

function missingTarget(model: Model, spec: unknown, namespace: string): string[] {
  if (!has(spec, "scaleTargetRef")) return [];
  const target = fieldsAt(spec, "scaleTargetRef");
  const [kind, name] = [textAt(target, "kind") ?? "", textAt(target, "name") ?? ""];
  const found = model.workloads.some(
    ({ from }) => from?.kind === kind && from.namespace === namespace && from.name === name,
  );
  return found ? [] : [`no ${kind} ${namespace}/${name}`];
}
