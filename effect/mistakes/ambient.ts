import { ambientBy, hasWaypoint, isAmbient, waypointLabel, waypointOf } from "../ambient";
import { fieldsAt, has, listAt, textAt, textsAt } from "../field";
import { fullHost, isWildcard, isWithin } from "../host";
import { type Model, objectsOf } from "../model";
import { type KnownObject, titleOf } from "../object";
import { applies, isWide, selectionOf, targetPath } from "../selection";
import { type Workload, workloadsSelected } from "../workload";
import type { Mistake } from "./mistake";

/** Conditions that ztunnel can evaluate. */
const ofConnections = /^(source\.(ip|namespace|principal)|destination\.(ip|port))$/;

/** Whether an AuthorizationPolicy decides by what only a waypoint reads: the requests, or another authorizer's answer. */
function isAboutRequests({ spec }: KnownObject): boolean {
  const names = ["methods", "notMethods", "paths", "notPaths", "hosts", "notHosts"];
  const sources = ["requestPrincipals", "notRequestPrincipals", "remoteIpBlocks", "notRemoteIpBlocks"];
  return (
    textAt(spec, "action") === "CUSTOM" ||
    listAt(spec, "rules").some(
      (rule) =>
        listAt(rule, "to").some((to) => names.some((name) => has(fieldsAt(to, "operation"), name))) ||
        listAt(rule, "from").some((from) => sources.some((name) => has(fieldsAt(from, "source"), name))) ||
        listAt(rule, "when").some((one) => !ofConnections.test(textAt(one, "key") ?? "")),
    )
  );
}

/** Policies that only waypoints read in ambient mode, with their groups. */
const policies: readonly (readonly [
  kind: string,
  group: string,
  isRead: (policy: KnownObject) => boolean,
])[] = [
  ["AuthorizationPolicy", "security.istio.io", isAboutRequests],
  ["RequestAuthentication", "security.istio.io", () => true],
  ["WasmPlugin", "extensions.istio.io", () => true],
  ["TrafficExtension", "extensions.istio.io", () => true],
  ["Telemetry", "telemetry.istio.io", () => true],
];

/**
 * Returns settings about requests of pods in ambient mode that no waypoint reads. ztunnel handles connections only, and
 * waypoints ignore selectors.
 *
 * @see https://istio.io/latest/docs/ambient/usage/l7-features/
 */
export function unreadByWaypoints(model: Model): Mistake[] {
  const ambient = model.workloads.filter((one) => isAmbient(model, one));
  if (ambient.length === 0) return [];
  const selective = policies.flatMap(([kind, group, isRead]) =>
    objectsOf(model, kind, group)
      .filter(isRead)
      .flatMap((object) => selectorMistakes(model, object, ambient)),
  );
  const hosts = (["VirtualService", "DestinationRule"] as const).flatMap((kind) =>
    objectsOf(model, kind, "networking.istio.io").flatMap((object) => hostMistakes(model, object, ambient)),
  );
  return [...selective, ...targetMistakes(model), ...hosts];
}

function selectorMistakes(model: Model, object: KnownObject, ambient: readonly Workload[]): Mistake[] {
  const { targets } = selectionOf(object);
  const pods = ambient.filter((one) => one.namespace === object.namespace && applies(object, one));
  const [first] = pods;
  if (targets.length > 0 || !first) return [];
  // A Telemetry for the whole namespace is also the waypoint's.
  if (object.kind === "Telemetry" && isWide(object) && waypointOf(model, first) !== undefined) return [];
  const effect =
    object.kind !== "AuthorizationPolicy"
      ? "it has no effect on them"
      : textAt(object.spec, "action") === "DENY"
        ? "ztunnel denies by the other conditions of its rules only"
        : "ztunnel admits no request by its rules";
  return [
    {
      object,
      path: isWide(object) ? "spec" : "spec.selector",
      problem: `${titleOf(object)} is about requests and applies to pods in ambient mode (${first.name}), whose waypoints ignore selectors, so ${effect}`,
      fix: "Replace the selector by targetRefs to the Services of the pods, and give these a waypoint by the label istio.io/use-waypoint",
    },
  ];
}

/** Targets that are Services without a waypoint: ztunnel ignores objects with targetRefs, whatever they say. */
function targetMistakes(model: Model): Mistake[] {
  return policies.flatMap(([kind, group]) =>
    objectsOf(model, kind, group).flatMap((object) =>
      selectionOf(object).targets.flatMap((target, i): Mistake[] => {
        const service = objectsOf(model, target.kind, target.group).find(
          ({ namespace, name }) => namespace === object.namespace && name === target.name,
        );
        if (!["Service", "ServiceEntry"].includes(target.kind) || !service) return [];
        if (waypointOf(model, service) !== undefined) return [];
        return [
          {
            object,
            path: targetPath(object, i),
            problem: `${titleOf(object)} is for ${titleOf(service)}, which has no waypoint, and other proxies ignore targetRefs, so it has no effect`,
            fix: "Give the Service a waypoint by the label istio.io/use-waypoint, or use a selector for pods with a sidecar",
          },
        ];
      }),
    ),
  );
}

/**
 * Routes and limits of Services whose pods are in ambient mode. Only a waypoint applies them: those of the Service's namespace
 * and of its own. It also applies limits of the root namespace.
 */
function hostMistakes(model: Model, object: KnownObject, ambient: readonly Workload[]): Mistake[] {
  const { kind, namespace, spec } = object;
  const gateways = textsAt(spec, "gateways");
  if (gateways.length > 0 && !gateways.includes("mesh")) return [];
  const named: readonly (readonly [string, string])[] =
    kind === "DestinationRule"
      ? [["spec.host", textAt(spec, "host") ?? ""]]
      : textsAt(spec, "hosts").map((host, i) => [`spec.hosts[${i}]`, host] as const);
  if (kind === "VirtualService" && listAt(spec, "http").length === 0) return [];
  return named.flatMap(([path, name]): Mistake[] => {
    const host = fullHost(name, namespace, model.settings.clusterDomain);
    // Of a wildcard, one Service is an example of all.
    const service = model.services.find(
      (one) =>
        (one.host === host || (isWildcard(host) && isWithin(one.host, host))) &&
        one.registry === "kubernetes" &&
        one.selector !== undefined &&
        workloadsSelected(ambient, one.selector, one.namespace).length > 0,
    );
    if (!service) return [];
    const from = objectsOf(model, "Service", "").find(
      (one) => one.namespace === service.namespace && one.name === service.from.name,
    );
    if (!from) return [];
    const waypoint = waypointOf(model, from);
    if (waypoint === undefined) {
      return [
        {
          object,
          path,
          problem: `the pods of ${titleOf(from)} are in ambient mode and it has no waypoint, so only clients with a sidecar apply ${titleOf(object)}`,
          fix: "Give the Service a waypoint by the label istio.io/use-waypoint",
        },
      ];
    }
    const [own = ""] = waypoint.split("/");
    const read = [...new Set([service.namespace, own])];
    const isOfMesh = kind === "DestinationRule" && namespace === model.settings.rootNamespace;
    if (isOfMesh || read.includes(namespace)) return [];
    return [
      {
        object,
        path,
        problem: `the waypoint of ${titleOf(from)} reads only objects of the namespace${read.length > 1 ? "s" : ""} ${read.join(" and ")}, so it ignores ${titleOf(object)}`,
        fix: `Move it to the namespace ${service.namespace}`,
      },
    ];
  });
}

/** The objects that create pods, each with its workload. */
function owned(model: Model): { readonly object: KnownObject; readonly workload: Workload }[] {
  const objects = new Map([...model.byKind.values()].flat().map((one) => [titleOf(one), one]));
  return model.workloads.flatMap((workload) => {
    const object = workload.from && objects.get(titleOf(workload.from));
    return object ? [{ object, workload }] : [];
  });
}

/**
 * Returns labels of ambient mode that have no effect on pods. They are those of pods with a sidecar, and waypoints of
 * pods that are not in ambient mode.
 *
 * @see https://istio.io/latest/docs/ambient/usage/add-workloads/#ambient-labels
 */
export function uselessAmbientLabels(model: Model): Mistake[] {
  return owned(model).flatMap(({ object, workload }): Mistake[] => {
    const by = ambientBy(model, workload);
    if (workload.proxy === "sidecar" && by !== undefined) {
      const whose = by === "pods" ? "the pods" : `the Namespace ${workload.namespace}`;
      return [
        {
          object,
          path: "metadata",
          problem: `its pods get a sidecar, so the label istio.io/dataplane-mode=ambient of ${whose} has no effect on them`,
          fix: "Remove one of the two: the label, or the injection of sidecars",
        },
      ];
    }
    const own = workload.labels[waypointLabel];
    if (own === undefined || own === "none" || isAmbient(model, workload)) return [];
    return [
      {
        object,
        path: "metadata",
        problem: `its pods name the waypoint ${own} and are not in ambient mode, so the waypoint gets none of their requests`,
        fix: "Add the label istio.io/dataplane-mode=ambient to the pods or their Namespace, or remove the label",
      },
    ];
  });
}

/** Returns labels by which Namespaces, Services, ServiceEntries and pods name a waypoint that does not exist. */
export function missingWaypoints(model: Model): (Mistake & { readonly waypoint: string })[] {
  const named = [
    ...[...model.namespaces.values()].map((object) => ({
      object,
      labels: object.labels,
      namespace: object.name,
    })),
    ...[...objectsOf(model, "Service", ""), ...objectsOf(model, "ServiceEntry", "networking.istio.io")].map(
      (object) => ({ object, labels: object.labels, namespace: object.namespace }),
    ),
    ...owned(model).map(({ object, workload: { labels, namespace } }) => ({ object, labels, namespace })),
  ];
  return named.flatMap(({ object, labels, namespace }) => {
    if (labels[waypointLabel] === undefined) return [];
    const waypoint = waypointOf(model, { labels, namespace });
    if (waypoint === undefined || hasWaypoint(model, waypoint)) return [];
    return [
      {
        object,
        waypoint,
        path: "metadata",
        problem: `the label istio.io/use-waypoint names the waypoint ${waypoint}, which does not exist, so no rule about requests applies`,
        fix: "Add the Gateway with gatewayClassName istio-waypoint, or correct the name",
      },
    ];
  });
}
