import { type Fields, listAt, numberAt } from "../field";
import { isWithin } from "../host";
import { type Model, objectsOf } from "../model";
import { compare, type KnownObject, nameOf } from "../object";
import type { VirtualService } from "../hostRoutes";
import { weightedBackends } from "./backend";
import { byPrecedence } from "./match";
import { gatewayGroup } from "./names";
import { type Parent, parentsOf } from "./parent";
import { translateRules, type Translated } from "./rule";

/** A VirtualService that istiod derives from routes, with what orders it among the others. */
export interface Derived {
  readonly of: VirtualService;
  readonly created: number;
  readonly name: string;
}

/** The routes of one object for one host of a listener or a service. */
interface Part {
  /** Parts of a key are merged. */
  readonly key: string;
  readonly object: KnownObject;
  readonly gateway: string;
  readonly host: string;
  readonly http: readonly { readonly route: Fields; readonly rule: number }[];
}

/** Returns the VirtualServices that istiod derives from the routes of the Gateway API, each for one host. */
export function derivedVirtualServices(model: Model): Derived[] {
  const parts = ["HTTPRoute", "GRPCRoute"].flatMap((kind) =>
    objectsOf(model, kind, gatewayGroup).flatMap((object) => partsOf(model, object)),
  );
  const merged = [...Map.groupBy(parts, ({ key }) => key)].map(([key, own]) => merge(key, own));
  const connections = ["TLSRoute", "TCPRoute"].flatMap((kind) =>
    objectsOf(model, kind, gatewayGroup).flatMap((object) => connectionRoutes(model, object)),
  );
  return [...merged, ...connections];
}

function partsOf(model: Model, object: KnownObject): Part[] {
  const translated = new Map<boolean, Translated>();
  const translate = (granted: boolean): Translated => {
    const known = translated.get(granted) ?? translateRules(model, object, granted);
    translated.set(granted, known);
    return known;
  };
  return parentsOf(model, object).flatMap((parent): Part[] => {
    const atGateway = "listener" in parent;
    const routes = translate(atGateway);
    if (routes === "invalid" || routes.length === 0) return [];
    const port = atGateway ? undefined : parent.port;
    const http =
      port === undefined ? routes : routes.map((one) => ({ ...one, route: atPort(one.route, port) }));
    const [gateway, place] = atGateway
      ? [parent.listener.gateway, parent.listener.gateway]
      : ["mesh", port === undefined ? object.namespace : `${object.namespace}/${port}`];
    return parent.hosts.map((host) => ({ key: `${place}/${host}`, object, gateway, host, http }));
  });
}

function atPort(route: Fields, port: number): Fields {
  const matches = listAt(route, "match");
  return { ...route, match: (matches.length > 0 ? matches : [{}]).map((one) => ({ ...one, port })) };
}

/** Merges the routes of a host, and puts them into the order of the Gateway API. */
function merge(key: string, parts: readonly Part[]): Derived {
  const sorted = [...parts].sort(
    (a, b) =>
      a.object.created - b.object.created ||
      compare(a.object.namespace, b.object.namespace) ||
      compare(a.object.name, b.object.name),
  );
  const http = sorted
    .flatMap(({ object, http: own }) =>
      [...own].sort((a, b) => byPrecedence(a.route, b.route)).map((one) => ({ ...one, object })),
    )
    .sort((a, b) => byPrecedence(a.route, b.route));
  const [{ object, gateway, host }] = sorted as [Part];
  return {
    created: object.created,
    name: key.replaceAll("/", "~"),
    of: {
      ...common(object, gateway, host),
      http: http.map(({ route }) => route),
      origins: http.map(({ object: from, rule }) => ({ ...nameOf(from), route: rule })),
    },
  };
}

function common(object: KnownObject, gateway: string, host: string): VirtualService {
  return {
    from: nameOf(object),
    namespace: object.namespace,
    hosts: [host],
    gateways: [gateway],
    exportTo: ["*"],
    http: [],
    tls: [],
    tcp: [],
    origins: [],
  };
}

/** A destination that no proxy has, for connections that istiod refuses. */
const refused = [
  { destination: { host: "internal.cluster.local", subset: "zero-weight", port: { number: 65535 } } },
];

/** The VirtualServices of a route of connections, one for each host. */
function connectionRoutes(model: Model, object: KnownObject): Derived[] {
  const kind = object.kind === "TLSRoute" ? "tls" : "tcp";
  const wanted = new Map([true, false].map((granted) => [granted, connections(model, object, granted)]));
  const derived = parentsOf(model, object).flatMap((parent) =>
    (kind === "tcp" && "listener" in parent ? ["*"] : hostsAt(parent)).map((host) => ({ parent, host })),
  );
  return derived.flatMap(({ parent, host }, i): Derived[] => {
    const routes = wanted.get("listener" in parent);
    if (!routes) return [];
    const gateway = "listener" in parent ? parent.listener.gateway : "mesh";
    const port = "listener" in parent ? undefined : parent.port;
    const own = routes.map((route) => ({
      route,
      match: [
        {
          ...(kind === "tls" && { sniHosts: namesAt(object, parent, host) }),
          ...(port !== undefined && { port }),
        },
        // A route of TLS without backends matches no connection.
      ].filter((match) => Object.keys(match).length > 0 && !(kind === "tls" && route === refused)),
    }));
    const name = `${object.name}~${kind}~${i}~istio-autogenerated-k8s-gateway`;
    return [{ created: object.created, name, of: { ...common(object, gateway, host), [kind]: own } }];
  });
}

function hostsAt(parent: Parent): readonly string[] {
  if (!("listener" in parent) || parent.listener.hostname === "") return parent.hosts;
  const own = parent.listener.hostname;
  return parent.hosts.map((host) => narrower(host, own));
}

/** The names by which clients ask for a host. */
function namesAt({ spec }: KnownObject, parent: Parent, host: string): readonly string[] {
  const names = (spec as { readonly hostnames?: unknown }).hostnames;
  const given = Array.isArray(names) && names.length > 0;
  if (!("listener" in parent)) {
    if (!given) return [host];
    // Of several names, only those of the service count: without any, the route is for every name.
    return names.length === 1 ? names.map(String) : names.map(String).filter((name) => isWithin(host, name));
  }
  const listener = parent.listener.hostname;
  const hosts = given ? names.map((name) => String(name).toLowerCase()) : ["*"];
  return listener === "" ? hosts : hosts.map((name) => narrower(name, listener));
}

/** Of two hosts that overlap, the more specific one. */
function narrower(a: string, b: string): string {
  if (!a.startsWith("*")) return a;
  return !b.startsWith("*") || b.length > a.length ? b : a;
}

/** The destinations of each rule of connections. Undefined if istiod refuses the route. */
function connections(model: Model, object: KnownObject, granted: boolean): Fields[][] | undefined {
  const result: Fields[][] = [];
  for (const rule of listAt(object.spec, "rules")) {
    const backends = weightedBackends(model, object, rule, granted);
    const single = backends.length === 1;
    if (backends.some(({ destination }) => destination === "invalid")) return undefined;
    result.push(
      backends.length === 0
        ? refused
        : backends.map(({ backend, destination }) => ({
            destination,
            ...(!single && { weight: numberAt(backend, "weight") ?? 1 }),
          })),
    );
  }
  return result;
}

/** Orders VirtualServices, derived or not, as istiod does: the oldest first, then by name and namespace. */
export function byCreation(a: Derived, b: Derived): number {
  return a.created - b.created || compare(a.name, b.name) || compare(a.of.namespace, b.of.namespace);
}
