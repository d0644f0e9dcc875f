import { type Fields, fieldsAt, fieldsOf, has, listAt, textAt, textsAt } from "./field";
import { fullHost } from "./host";
import type { VirtualService } from "./hostRoutes";
import { mergeDelegates } from "./delegate";
import { byCreation, derivedVirtualServices } from "./gatewayApi/virtualServices";
import { type Model, objectsOf } from "./model";
import { type KnownObject, nameOf } from "./object";
import { exported, sees } from "./service";

export type { VirtualService } from "./hostRoutes";

const cache = new WeakMap<Model, readonly VirtualService[]>();

/** Returns the VirtualServices of a model, the oldest first, with their delegates merged into them. */
export function virtualServices(model: Model): readonly VirtualService[] {
  const known = cache.get(model);
  if (known) return known;
  const objects = objectsOf(model, "VirtualService", "networking.istio.io");
  const byName = new Map(objects.map((object) => [`${object.namespace}/${object.name}`, object]));
  const written = objects
    .filter(({ spec }) => textsAt(spec, "hosts").length > 0)
    .map((object) => {
      const of = readOne(object, byName, model.settings.clusterDomain);
      return { of, created: object.created, name: object.name };
    });
  const derived = derivedVirtualServices(model);
  const all = derived.length === 0 ? written : [...written, ...derived].sort(byCreation);
  const read = all.map(({ of }) => of);
  cache.set(model, read);
  return read;
}

/**
 * Returns those that a proxy of a namespace uses for a gateway, in istiod's order of preference. First are those of its
 * own namespace alone, then those exported to it, then the public ones.
 */
export function virtualServicesFor(
  model: Model,
  namespace: string,
  gateway: string,
): readonly VirtualService[] {
  const byProxy = bindings.get(model) ?? new Map<string, readonly VirtualService[]>();
  bindings.set(model, byProxy);
  const key = `${namespace} ${gateway}`;
  const known = byProxy.get(key);
  if (known) return known;
  const bound = virtualServices(model).filter(
    ({ gateways, exportTo }) => gateways.includes(gateway) && sees(exportTo, namespace),
  );
  const rank = ({ exportTo, namespace: own, origins }: VirtualService): number =>
    exportTo.includes("*") ? (origins && own === namespace ? 2 : 3) : own === namespace ? 0 : 1;
  const sorted = bound.sort((a, b) => rank(a) - rank(b));
  byProxy.set(key, sorted);
  return sorted;
}

const bindings = new WeakMap<Model, Map<string, readonly VirtualService[]>>();

function readOne(
  object: KnownObject,
  byName: ReadonlyMap<string, KnownObject>,
  domain: string,
): VirtualService {
  const { spec, namespace } = object;
  const gateways = textsAt(spec, "gateways").map((name) => gatewayName(name, namespace));
  return {
    from: nameOf(object),
    namespace,
    hosts: textsAt(spec, "hosts").map((host) => fullHost(host, namespace, domain).toLowerCase()),
    gateways: gateways.length > 0 ? gateways : ["mesh"],
    exportTo: exported(textsAt(spec, "exportTo"), namespace),
    http: mergeDelegates(object, byName).map(({ route, of }) => withFullHosts(route, of, domain)),
    tls: listAt(spec, "tls").map((route) => withFullHosts(route, namespace, domain)),
    tcp: listAt(spec, "tcp").map((route) => withFullHosts(route, namespace, domain)),
  };
}

/**
 * The full name of a Gateway that an object of a namespace names: `<namespace>/<name>`, or `mesh` for all sidecars.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService-gateways
 */
export function gatewayName(name: string, namespace: string): string {
  return name === "mesh" || name.includes("/") ? name : `${namespace}/${name}`;
}

function withFullHosts(route: Fields, namespace: string, domain: string): Fields {
  const full = (destination: Fields): Fields => {
    const host = textAt(destination, "host");
    return host === undefined ? destination : { ...destination, host: fullHost(host, namespace, domain) };
  };
  const within = (key: string): Fields[] =>
    listAt(route, key).map((one) => ({ ...one, destination: full(fieldsAt(one, "destination")) }));
  return {
    ...route,
    route: within("route"),
    ...(has(route, "mirror") && { mirror: full(fieldsAt(route, "mirror")) }),
    mirrors: within("mirrors"),
    match: listAt(route, "match").map((match) =>
      has(match, "gateways")
        ? { ...match, gateways: textsAt(match, "gateways").map((name) => gatewayName(name, namespace)) }
        : match,
    ),
  };
}

/** A destination of a VirtualService, with its port if it names one. */
export interface NamedDestination {
  readonly host: string;
  readonly port?: number;
}

/**
 * Returns the destinations of a VirtualService that a proxy of a namespace can route to. Routes for other namespaces are
 * left out.
 *
 * @param namespace default: any, so all destinations are returned.
 */
export function destinationsOf({ http, tls, tcp }: VirtualService, namespace?: string): NamedDestination[] {
  const reachable = http.filter((route) => {
    if (namespace === undefined) return true;
    const of = listAt(route, "match").flatMap((match) => textAt(match, "sourceNamespace") ?? []);
    return of.length === 0 || of.includes(namespace);
  });
  return [...reachable, ...tls, ...tcp].flatMap((route) =>
    [
      ...listAt(route, "route").map((one) => fieldsAt(one, "destination")),
      ...(has(route, "mirror") ? [fieldsAt(route, "mirror")] : []),
      ...listAt(route, "mirrors").map((one) => fieldsAt(one, "destination")),
    ].map((destination) => namedDestination(destination)),
  );
}

/** Reads a destination. */
export function namedDestination(destination: unknown): NamedDestination {
  const number = fieldsOf(fieldsAt(destination, "port")).number;
  return {
    host: textAt(destination, "host") ?? "",
    ...(typeof number === "number" && { port: number }),
  };
}
