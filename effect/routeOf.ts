import { bypassesOutbound } from "./bypass";
import { routesConnections, serviceConnection } from "./connectionRoute";
import { gatewayRoute } from "./gatewayRoute";
import type { RoutedRequest } from "./httpMatch";
import { isWildcard, isWithin, mostSpecific } from "./host";
import { fieldsAt, listAt } from "./field";
import { type Model, objectsOf } from "./model";
import { selectionOf } from "./selection";
import { perWorkload } from "./perWorkload";
import { candidatesOf, destinationTo, defaultRetries, firstRoute, resolver, type Route } from "./routing";
import { type Listener, listenerAt, type Scope, scopeOf } from "./scope";
import type { ServiceHost } from "./service";
import { unreadOf } from "./unread";
import type { VirtualService } from "./virtualService";
import type { Workload } from "./workload";

/**
 * Returns what a workload's proxy does with a request. For a sidecar it is a request of its application, for a gateway
 * a request from outside.
 *
 * @see https://istio.io/latest/docs/concepts/traffic-management/
 */
export function routeOf(model: Model, from: Workload, request: RoutedRequest): Route {
  const unread = unreadRoute(model, from);
  const bypass = from.proxy === "none" ? (unread ? "no" : "yes") : bypassesOutbound(from, request.port);
  if (bypass === "yes") return { outcome: "passed through", destinations: [], mirrors: [] };
  if (bypass === "unknown") {
    return { outcome: "unknown", destinations: [], mirrors: [], ...(from.from && { by: from.from }) };
  }
  if (unread) return { outcome: "unknown", destinations: [], mirrors: [], by: unread.from };
  return from.proxy === "gateway" ? gatewayRoute(model, from, request) : sidecarRoute(model, from, request);
}

const unreadRoute = perWorkload((model, from) =>
  unreadOf(model, from).find(({ about }) => about !== "limits"),
);

function sidecarRoute(model: Model, from: Workload, request: RoutedRequest): Route {
  const scope = scopeOf(model, from);
  const listener = listenerAt(scope, request.port);
  const target = listener && virtualHost(model, from, listener, request);
  if (target && "candidates" in target) {
    return firstRoute(model, target.candidates, request, target.resolve) ?? notFound;
  }
  if (target) {
    const resolve = resolver(model, from, () => request.port);
    const { service } = target;
    if (!isHttp(service, request.port)) {
      const routed = listener.virtualServices.filter(routesConnections);
      const proxy = { workload: from, gateway: "mesh" };
      const found = serviceConnection(
        routed,
        { host: service.host, isTls: isTls(service, request.port) },
        request,
        proxy,
        resolve,
      );
      if (found === "unmatched") return undeclared(scope);
      if (found) return found;
    }
    return (target.unrouted ??= {
      outcome: "forwarded",
      destinations: [destinationTo(model, from, service, { host: service.host, port: request.port })],
      mirrors: [],
      ...(isHttp(service, request.port) && { retries: defaultRetries }),
    });
  }
  return undeclared(scope);
}

/** What a proxy does with a connection for which it has no listener or chain. */
function undeclared({ outboundTraffic, from }: Scope): Route {
  return outboundTraffic === "ALLOW_ANY"
    ? { outcome: "passed through", destinations: [], mirrors: [] }
    : { outcome: "blocked", destinations: [], mirrors: [], ...(from && { by: from }) };
}

const notFound: Route = { outcome: "not found", destinations: [], mirrors: [] };

/** The classes of hosts to which a workload sends. */
export interface HostClasses {
  /** Names the class of a host and port: unless the workload's proxy forwards requests, it treats those of one class alike. */
  readonly nameOf: (host: string, port: number) => string;
  /** The hosts that the proxy has. All others are of one class on each port. Undefined if it matches hosts by wildcards. */
  readonly keys?: ReadonlySet<string>;
}

/** Returns the classes of hosts to which a workload sends. */
export function hostClasses(model: Model, from: Workload): HostClasses {
  if (from.proxy === "gateway") return { nameOf: (host, port) => `${port} ${host}` };
  const scope = scopeOf(model, from);
  const keys = knownHosts(scope, from.namespace, model.settings.clusterDomain);
  return { nameOf: hostNaming(model, from, scope), ...(keys && { keys }) };
}

const hostsKnown = new WeakMap<Scope, { readonly hosts: ReadonlySet<string> | undefined }>();

/** A scope is that of one namespace. */
function knownHosts(scope: Scope, namespace: string, domain: string): ReadonlySet<string> | undefined {
  const known = hostsKnown.get(scope);
  if (known) return known.hosts;
  const all = scope.listeners.flatMap(({ services, virtualServices }) => [
    ...services.flatMap((service) => [service.host, ...namesOf(service, namespace, domain)]),
    ...virtualServices.flatMap(({ hosts }) => hosts),
  ]);
  const hosts = all.some(isWildcard) ? undefined : new Set(all);
  hostsKnown.set(scope, { hosts });
  return hosts;
}

function hostNaming(model: Model, from: Workload, scope: Scope): (host: string, port: number) => string {
  return (host, port) => {
    const listener = listenerAt(scope, port);
    if (!listener) return String(port);
    const { onPort, services, byHost, wild } = indexOf(
      listener,
      from.namespace,
      model.settings.clusterDomain,
    );
    const wanted = nameOf(host);
    const here = onPort(port);
    if (here.named.has(wanted) || services.has(wanted) || byHost.has(wanted)) return `${port} ${wanted}`;
    const within = [...here.wild, ...wild].filter((one) => isWithin(wanted, one.host));
    return within.length === 0 ? String(port) : `${port} ${within.map((one) => one.host).join()}`;
  };
}

type Target =
  | {
      readonly candidates: ReturnType<typeof candidatesOf>;
      readonly resolve: ReturnType<typeof resolver>;
    }
  | {
      readonly service: ServiceHost;
      /** What a proxy does that has no route to the service. It is read once. */
      unrouted?: Route;
    };

/** What a listener has by name and port, so that a request does not search all of it. */
interface ListenerIndex {
  /** The services of a port by each of their names, and those whose host is a wildcard. */
  readonly onPort: (port: number) => {
    readonly named: ReadonlyMap<string, ServiceHost>;
    readonly all: readonly ServiceHost[];
    readonly wild: readonly ServiceHost[];
  };
  readonly services: ReadonlySet<string>;
  /** The VirtualServices of each host, in their order. */
  readonly byHost: ReadonlyMap<string, readonly VirtualService[]>;
  readonly wild: readonly { readonly of: VirtualService; readonly host: string }[];
}

const indexes = new WeakMap<Listener, ListenerIndex>();

/** A listener is that of one namespace, by which services have short names. */
function indexOf(listener: Listener, namespace: string, domain: string): ListenerIndex {
  const known = indexes.get(listener);
  if (known) return known;
  const { services, virtualServices } = listener;
  const ports = new Map<number, ReturnType<ListenerIndex["onPort"]>>();
  const hosts = virtualServices.flatMap((of) => of.hosts.map((host) => ({ of, host })));
  const groups = Map.groupBy(hosts, ({ host }) => host);
  const index: ListenerIndex = {
    onPort: (port) => {
      const own = ports.get(port);
      if (own) return own;
      const all = services.filter((service) => service.ports.some(({ number }) => number === port));
      const named = new Map<string, ServiceHost>();
      for (const service of all) {
        for (const name of namesOf(service, namespace, domain)) {
          if (!named.has(name)) named.set(name, service);
        }
      }
      const read = { named, all, wild: all.filter(({ host }) => isWildcard(host)) };
      ports.set(port, read);
      return read;
    },
    services: new Set(services.map(({ host }) => host)),
    byHost: new Map([...groups].map(([host, own]) => [host, [...new Set(own.map(({ of }) => of))]])),
    wild: hosts.filter(({ host }) => isWildcard(host)),
  };
  indexes.set(listener, index);
  return index;
}

/** The targets at a listener, by the labels of workloads that decide about them, and by port and host. */
const targets = new WeakMap<Listener, Map<string, Map<string, Target | undefined>>>();

/** The routes that a proxy has for a host and a port, or the service itself if no VirtualService has any. */
function virtualHost(
  model: Model,
  from: Workload,
  listener: Listener,
  request: Pick<RoutedRequest, "host" | "port">,
): Target | undefined {
  const known = targetsAt(listener, decisiveLabels(model, from));
  const key = `${request.port} ${request.host}`;
  const found = known.get(key);
  if (found !== undefined || known.has(key)) return found;
  const target = findVirtualHost(model, from, listener, request);
  known.set(key, target);
  return target;
}

function targetsAt(listener: Listener, labels: string): Map<string, Target | undefined> {
  let byLabels = targets.get(listener);
  if (byLabels === undefined)
    targets.set(listener, (byLabels = new Map<string, Map<string, Target | undefined>>()));
  let known = byLabels.get(labels);
  if (known === undefined) byLabels.set(labels, (known = new Map<string, Target | undefined>()));
  return known;
}

/**
 * The labels by which routes and DestinationRules distinguish the clients of one scope. All else that they depend on is the
 * scope's: its namespace and its hosts.
 */
const decisiveLabels = perWorkload((model, { labels }) =>
  JSON.stringify(namesOfLabels(model).map((name) => labels[name])),
);

const labelNames = new WeakMap<Model, readonly string[]>();

function namesOfLabels(model: Model): readonly string[] {
  const known = labelNames.get(model);
  if (known) return known;
  const group = "networking.istio.io";
  const sources = objectsOf(model, "VirtualService", group).flatMap(({ spec }) =>
    ["http", "tls", "tcp"].flatMap((routes) =>
      listAt(spec, routes).flatMap((route) =>
        listAt(route, "match").flatMap((match) => Object.keys(fieldsAt(match, "sourceLabels"))),
      ),
    ),
  );
  const rules = objectsOf(model, "DestinationRule", group).flatMap((rule) =>
    Object.keys(selectionOf(rule).labels),
  );
  const names = [...new Set([...sources, ...rules])].sort();
  labelNames.set(model, names);
  return names;
}

function findVirtualHost(
  model: Model,
  from: Workload,
  listener: Listener,
  { host, port }: Pick<RoutedRequest, "host" | "port">,
): Target | undefined {
  const index = indexOf(listener, from.namespace, model.settings.clusterDomain);
  const { named, all: onPort, wild } = index.onPort(port);
  const wanted = nameOf(host);
  const service = named.get(wanted) ?? mostSpecific(wanted, wild, (one) => one.host);
  if (service && !isHttp(service, port)) return { service };
  const proxy = { workload: from, gateway: "mesh" };
  const resolve = onlyOnce(resolver(model, from, () => port));
  const routed = (of: VirtualService): Target[] => {
    const candidates = candidatesOf(of, port, proxy);
    return candidates.length > 0 ? [{ candidates, resolve }] : [];
  };
  if (service) {
    // Routes of the Gateway API apply to clients of their own namespace, or to services of it.
    const own = (index.byHost.get(service.host) ?? []).filter(
      (of) => !of.origins || of.namespace === from.namespace || of.namespace === service.namespace,
    );
    for (const of of own) {
      const [exact] = routed(of);
      if (exact) return exact;
    }
    const wildcards = index.wild.filter(({ of }) => !of.origins);
    const best = own[0] ?? mostSpecific(service.host, wildcards, (one) => one.host)?.of;
    const [found] = best ? routed(best) : [];
    return found ?? { service };
  }
  // Hosts without a service have routes on port 80, and beside the services that their VirtualService has on a port.
  const isOwned = (of: VirtualService): boolean =>
    !of.origins &&
    (port === 80 ||
      onPort.some((one) => of.hosts.some((each) => each === one.host || isWildcardOf(each, one.host))));
  const exact = index.services.has(wanted) ? [] : (index.byHost.get(wanted) ?? []);
  const others = [...exact.map((of) => ({ of, host: wanted })), ...index.wild].filter(
    ({ host: each }) => isWithin(wanted, each) && !index.services.has(each),
  );
  const owned = others.flatMap((one) =>
    isOwned(one.of) ? routed(one.of).map((target) => ({ ...one, target })) : [],
  );
  return mostSpecific(wanted, owned, (one) => one.host)?.target;
}

/** A host as it is compared. */
function nameOf(host: string): string {
  return host.toLowerCase().replace(/\.$/, "");
}

/** The same destinations, each of which is resolved once. */
function onlyOnce(resolve: ReturnType<typeof resolver>): ReturnType<typeof resolver> {
  const known = new Map<unknown, ReturnType<typeof resolve>>();
  return (destination) => {
    const found = known.get(destination) ?? resolve(destination);
    known.set(destination, found);
    return found;
  };
}

function isWildcardOf(host: string, name: string): boolean {
  return isWildcard(host) && name.endsWith(host.slice(1));
}

function isHttp({ ports }: ServiceHost, port: number): boolean {
  const protocol = ports.find(({ number }) => number === port)?.protocol;
  return protocol === "http" || protocol === "auto";
}

/** Whether a proxy reads the TLS of connections to a port of a service. */
function isTls({ ports }: ServiceHost, port: number): boolean {
  return ports.find(({ number }) => number === port)?.protocol === "tls";
}

/** The names under which a proxy of a namespace reaches a service: short ones too, and its addresses. */
function namesOf({ host, addresses }: ServiceHost, namespace: string, domain: string): string[] {
  const lower = host.toLowerCase();
  const tail = `.svc.${domain}`;
  if (!lower.endsWith(tail)) return [lower, ...addresses];
  const short = lower.slice(0, -tail.length);
  const [name = "", of, more] = short.split(".");
  const alone = of === namespace && more === undefined ? [name] : [];
  return [lower, short, `${short}.svc`, ...alone, ...addresses];
}
