import { ambientBy } from "./ambient";
import { attached } from "./attachment";
import { fieldsAt, has, listAt, textAt } from "./field";
import { gatewaysAs } from "./gatewayApi/gateways";
import { gatewayGroup } from "./gatewayApi/names";
import { type Model, objectsOf } from "./model";
import { type KnownObject, nameOf, type ObjectName } from "./object";
import { perWorkload } from "./perWorkload";
import { sidecarOf } from "./sidecar";
import type { Workload } from "./workload";

/** An object whose effect the model doesn't read. */
export interface Unread {
  readonly from: ObjectName;
  /** What it may change: who may call (`access`), where requests go (`route`), or only how many (`limits`). */
  readonly about: "access" | "route" | "limits";
  readonly reason: string;
}

/** Returns the objects that may change what a workload's proxy does, and that the model doesn't read. */
export const unreadOf = perWorkload((model, workload): readonly Unread[] => {
  if (workload.proxy === "none") return ambient(model, workload);
  return [
    ...envoyFilters(model, workload).flatMap(filterEffect),
    ...attached(model, "WasmPlugin", "extensions.istio.io", workload).map((plugin) =>
      access(plugin, "a Wasm plugin can answer, change and refuse requests"),
    ),
    ...attached(model, "TrafficExtension", "extensions.istio.io", workload).map((extension) =>
      access(extension, "an extension can answer, change and refuse requests"),
    ),
    ...gatewayApi(model, workload),
    ...ownCertificates(model, workload),
  ];
});

function access(object: KnownObject, reason: string): Unread {
  return { from: nameOf(object), about: "access", reason };
}

function route(object: KnownObject, reason: string): Unread {
  return { from: nameOf(object), about: "route", reason };
}

/** A Sidecar's listener with certificates of its own accepts clients by them, if mutual TLS of the mesh is off. */
function ownCertificates(model: Model, workload: Workload): Unread[] {
  const sidecar = sidecarOf(model, workload);
  const listeners = listAt(sidecar?.spec, "ingress").filter((one) => has(one, "tls"));
  return sidecar && listeners.length > 0
    ? [access(sidecar, "a listener of a Sidecar has certificates of its own")]
    : [];
}

/** The EnvoyFilters that apply to a workload. */
export function envoyFilters(model: Model, workload: Workload): readonly KnownObject[] {
  return attached(model, "EnvoyFilter", "networking.istio.io", workload);
}

/** Filters that refuse requests above a rate, and let no other pass. */
const limiting = /^type\.googleapis\.com\/envoy\.extensions\.filters\.(http|network)\.(local_?)?ratelimit\./;

/** Only filters that are inserted to limit the rate, and rates of routes, leave access and routes as they are. */
function filterEffect(filter: KnownObject): Unread[] {
  const effects = listAt(filter.spec, "configPatches").map((patch) => {
    const applyTo = textAt(patch, "applyTo") ?? "";
    const operation = textAt(fieldsAt(patch, "patch"), "operation") ?? "";
    const value = fieldsAt(patch, "patch", "value");
    const inserted = operation.startsWith("INSERT") || operation === "ADD";
    if (applyTo === "CLUSTER" && operation === "ADD") return "limits";
    if (/^(HTTP_FILTER|NETWORK_FILTER)$/.test(applyTo) && inserted) {
      return limiting.test(textAt(fieldsAt(value, "typed_config"), "@type") ?? "") ? "limits" : "access";
    }
    if (/^(HTTP_ROUTE|VIRTUAL_HOST)$/.test(applyTo) && operation === "MERGE") {
      return limitsOnly(value) ? "limits" : "route";
    }
    return "access";
  });
  return [...new Set(effects)].map((about) => ({
    from: nameOf(filter),
    about,
    reason:
      about === "limits"
        ? "an EnvoyFilter limits the rate of requests"
        : "an EnvoyFilter changes the proxy's configuration",
  }));
}

function limitsOnly(value: unknown): boolean {
  const route = fieldsAt(value, "route");
  const perFilter = Object.keys(fieldsAt(value, "typed_per_filter_config"));
  return (
    Object.keys(fieldsAt({ value }, "value")).every((key) =>
      ["route", "rate_limits", "typed_per_filter_config"].includes(key),
    ) &&
    Object.keys(route).every((key) => key === "rate_limits") &&
    perFilter.every((name) => name.includes("ratelimit"))
  );
}

/** Waypoints, which route and refuse requests of ambient mode, and sets of listeners. */
function gatewayApi(model: Model, { labels, namespace }: Workload): Unread[] {
  const own = labels[`${gatewayGroup}/gateway-name`];
  if (own === undefined) return [];
  const isOwn = ({ name, namespace: of }: KnownObject): boolean => of === namespace && name === own;
  const sets = objectsOf(model, "ListenerSet", gatewayGroup).filter(({ spec, namespace: of }) => {
    const parent = fieldsAt(spec, "parentRef");
    return textAt(parent, "name") === own && (textAt(parent, "namespace") ?? of) === namespace;
  });
  return [
    ...gatewaysAs(model, "waypoint")
      .filter(isOwn)
      .flatMap((one) => [
        access(one, "waypoints of ambient mode are not read"),
        route(one, "waypoints of ambient mode are not read"),
      ]),
    ...sets.map((one) => route(one, "sets of listeners are not read")),
  ];
}

/**
 * Returns the object that puts a workload's pods into ambient mode, in which ztunnel and waypoints decide about requests.
 *
 * @see https://istio.io/latest/docs/ambient/usage/add-workloads/
 */
function ambient(model: Model, workload: Workload): Unread[] {
  const namespace = model.namespaces.get(workload.namespace);
  const found = ambientBy(model, workload);
  const by =
    found === "namespace" ? namespace && { ...nameOf(namespace), namespace: "" } : found && workload.from;
  if (by === undefined) return [];
  const reason = "ztunnel and waypoints of ambient mode are not read";
  return [
    { from: by, about: "access", reason },
    { from: by, about: "route", reason },
  ];
}
