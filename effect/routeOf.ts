import { bypassesOutbound } from "./bypass";
import { connectionRoute, routesConnections } from "./connectionRoute";
import { gatewayRoute } from "./gatewayRoute";
import type { RoutedRequest } from "./httpMatch";
import { isWildcard, mostSpecific } from "./host";
import type { Model } from "./model";
import { candidatesOf, destinationTo, defaultRetries, firstRoute, resolver, type Route } from "./routing";
import { type Listener, listenerAt, scopeOf } from "./scope";
import type { ServiceHost } from "./service";
import { unreadOf } from "./unread";
import type { VirtualService } from "./virtualService";
import type { Workload } from "./workload";

/**
 * Returns what a workload's proxy does with a request: that of a sidecar with a request of its application, that of a
 * gateway with a request from outside.
 *
 * @see https://istio.io/latest/docs/concepts/traffic-management/
 */
export function routeOf(model: Model, from: Workload, request: RoutedRequest): Route {
  const bypass = from.proxy === "none" ? "yes" : bypassesOutbound(from, request.port);
  if (bypass === "yes") return { outcome: "passed through", destinations: [], mirrors: [] };
  if (bypass === "unknown") {
    return { outcome: "unknown", destinations: [], mirrors: [], ...(from.from && { by: from.from }) };
  }
  const [unread] = unreadOf(model, from).filter(({ about }) => about !== "limits");
  if (unread) return { outcome: "unknown", destinations: [], mirrors: [], by: unread.from };
  return from.proxy === "gateway" ? gatewayRoute(model, from, request) : sidecarRoute(model, from, request);
}

function sidecarRoute(model: Model, from: Workload, request: RoutedRequest): Route {
  const scope = scopeOf(model, from);
  const listener = listenerAt(scope, request.port);
  const resolve = resolver(model, from, () => request.port);
  const target = listener && virtualHost(model, from, listener, request);
  if (target && "candidates" in target) {
    return firstRoute(model, target.candidates, request, resolve) ?? notFound;
  }
  if (target) {
    const { service } = target;
    if (!isHttp(service, request.port)) {
      const routed = listener.virtualServices.filter(routesConnections);
      const proxy = { workload: from, gateway: "mesh" };
      const found = connectionRoute(routed, service.host, { ...request, host: service.host }, proxy, resolve);
      if (found) return found;
    }
    const destination = destinationTo(model, from, service, { host: service.host, port: request.port });
    return {
      outcome: "forwarded",
      destinations: [destination],
      mirrors: [],
      ...(isHttp(service, request.port) && { retries: defaultRetries }),
    };
  }
  return scope.outboundTraffic === "ALLOW_ANY"
    ? { outcome: "passed through", destinations: [], mirrors: [] }
    : { outcome: "blocked", destinations: [], mirrors: [], ...(scope.from && { by: scope.from }) };
}

const notFound: Route = { outcome: "not found", destinations: [], mirrors: [] };

type Target = { readonly candidates: ReturnType<typeof candidatesOf> } | { readonly service: ServiceHost };

/** The routes that a proxy has for a host and a port, or the service itself if no VirtualService has any. */
function virtualHost(
  model: Model,
  from: Workload,
  { services, virtualServices }: Listener,
  { host, port }: RoutedRequest,
): Target | undefined {
  const domain = model.settings.clusterDomain;
  const onPort = services.filter((service) => service.ports.some(({ number }) => number === port));
  const wanted = host.toLowerCase().replace(/\.$/, "");
  const named = onPort.find((service) => namesOf(service, from.namespace, domain).includes(wanted));
  const service =
    named ??
    mostSpecific(
      wanted,
      onPort.filter((one) => isWildcard(one.host)),
      (one) => one.host,
    );
  if (service && !isHttp(service, port)) return { service };
  const proxy = { workload: from, gateway: "mesh" };
  const routed = virtualServices
    .map((of) => ({ of, candidates: candidatesOf(of, port, proxy) }))
    .filter(({ candidates }) => candidates.length > 0);
  if (service) {
    const exact = routed.find(({ of }) => of.hosts.includes(service.host));
    if (exact) return exact;
    const best = mostSpecificHost(virtualServices, service.host);
    const wild = routed.find(({ of }) => best !== undefined && of === best);
    return wild ?? { service };
  }
  // Hosts without a service have routes on port 80, and beside the services that their VirtualService has on a port.
  const owned = routed.filter(
    ({ of }) =>
      port === 80 ||
      onPort.some((one) => of.hosts.some((each) => each === one.host || isWildcardOf(each, one.host))),
  );
  const isService = (each: string): boolean => services.some((one) => one.host === each);
  return mostSpecific(
    wanted,
    owned.flatMap((one) =>
      one.of.hosts.filter((each) => !isService(each)).map((each) => ({ ...one, host: each })),
    ),
    (one) => one.host,
  );
}

function isWildcardOf(host: string, name: string): boolean {
  return isWildcard(host) && name.endsWith(host.slice(1));
}

function mostSpecificHost(all: readonly VirtualService[], name: string): VirtualService | undefined {
  const hosts = all.flatMap((of) => of.hosts.map((host) => ({ of, host })));
  return mostSpecific(name, hosts, ({ host }) => host)?.of;
}

function isHttp({ ports }: ServiceHost, port: number): boolean {
  const protocol = ports.find(({ number }) => number === port)?.protocol;
  return protocol === "http" || protocol === "auto";
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
