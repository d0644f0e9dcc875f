import { fieldsAt, has, textAt, textsAt } from "./field";
import { gatewayGroup } from "./gatewayApi/names";
import { type Model, objectsOf } from "./model";
import type { KnownObject } from "./object";
import { selectionOf, targetPath } from "./selection";
import { gatewayName } from "./virtualService";
import { workloadsSelected } from "./workload";

/** Kinds whose objects in the root namespace select pods of every namespace. */
const meshWide = [
  "AuthorizationPolicy",
  "EnvoyFilter",
  "ProxyConfig",
  "RequestAuthentication",
  "Telemetry",
  "TrafficExtension",
  "WasmPlugin",
];

/**
 * Returns what an object refers to that is not there: labels that no workload has, targets, Gateways, and the workload of
 * an autoscaler. An object that selects everything selects what is there.
 */
export function dangling(model: Model, object: KnownObject): string[] {
  const { kind, namespace, spec } = object;
  return [
    ...missingPods(model, object),
    ...missingTargets(model, object).map(({ text }) => text),
    ...(kind === "VirtualService" ? missingGateways(model, spec, namespace) : []),
  ];
}

/** Returns the labels that an object selects and no workload has, and the workload that an autoscaler scales. */
export function missingPods(model: Model, object: KnownObject): string[] {
  const { kind, namespace, spec } = object;
  const { labels } = selectionOf(object);
  const everywhere =
    kind === "Gateway" || (meshWide.includes(kind) && namespace === model.settings.rootNamespace);
  const chosen = workloadsSelected(model.workloads, labels, everywhere ? undefined : namespace);
  const written = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return [
    ...(written.length > 0 && chosen.length === 0
      ? [`no workload with the labels ${written.join(", ")}`]
      : []),
    ...(kind === "HorizontalPodAutoscaler" ? missingTarget(model, spec, namespace) : []),
  ];
}

/** A target reference of a policy that is not there. */
export interface MissingTarget {
  readonly path: string;
  readonly text: string;
  readonly kind: string;
  readonly group: string;
}

/** Kinds that target references of Istio's policies may name in the policy's own namespace, with their groups. */
const targetKinds = [
  ["Gateway", gatewayGroup],
  ["Service", ""],
  ["ServiceEntry", "networking.istio.io"],
] as const;

/** Returns the target references of a policy to Gateways of the Gateway API, Services and ServiceEntries that do not exist. */
export function missingTargets(model: Model, object: KnownObject): MissingTarget[] {
  return selectionOf(object).targets.flatMap(({ kind, group, name, namespace }, i) => {
    const isRead = targetKinds.some((one) => one[0] === kind && one[1] === group);
    const isThere =
      (namespace ?? object.namespace) === object.namespace &&
      objectsOf(model, kind, group).some((one) => one.namespace === object.namespace && one.name === name);
    if (!isRead || isThere) return [];
    const of = kind === "Gateway" ? " of the Gateway API" : "";
    return [
      {
        path: targetPath(object, i),
        kind,
        group,
        text: `no ${kind} ${namespace ?? object.namespace}/${name}${of}`,
      },
    ];
  });
}

function missingGateways(model: Model, spec: unknown, namespace: string): string[] {
  const known = new Set(
    objectsOf(model, "Gateway", "networking.istio.io").map((one) => `${one.namespace}/${one.name}`),
  );
  const named = textsAt(spec, "gateways").map((name) => gatewayName(name, namespace));
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
