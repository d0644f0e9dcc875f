import { bypassesOutbound } from "./bypass";
import { routesConnections, serviceConnection } from "./connectionRoute";
import { gatewayRoute } from "./gatewayRoute";
import type { RoutedRequest } from "./httpMatch";
import { isWildcard, isWithin, mostSpecific } from "./host";
import { indexOf, nameOf } from "./listenerIndex";
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
