import { changedOf } from "./affected";
import { bypassText } from "./bypass";
import { allowsMore } from "./cors";
import type { Difference, WorkloadPair } from "./change";
import { gatewayServers } from "./gatewayRoute";
import type { RoutedRequest } from "./httpMatch";
import { matchesOf } from "./httpMatch";
import { hostIndex, isWildcard } from "./host";
import { gatewayApiChange } from "./gatewayApi/change";
import { type Model, objectsOf } from "./model";
import type { KnownObject } from "./object";
import { routedRequests } from "./routeClasses";
import { routeOf } from "./routeOf";
import type { Route, RouteDestination } from "./routing";
import { scopeChanges, scopeOf } from "./scope";
import { serviceHosts } from "./service";
import { routeChange } from "./routeParts";
import { brokenText, isVerified, missingIn, routeText, tlsText } from "./routeText";
import { destinationsOf, type VirtualService, virtualServices } from "./virtualService";
import { textAt, textsAt } from "./field";
import { fullHost } from "./host";
import type { Workload } from "./workload";

/**
 * Returns which requests of the workloads are routed otherwise. Only hosts are compared of which an object has changed,
 * hosts whose routes lead to them, and all hosts of workloads whose Sidecar, Gateway or labels have.
 */
export function routeDifferences(before: Model, after: Model, pairs: readonly WorkloadPair[]): Difference[] {
  const changed = changedObjects(before, after);
  const derived = gatewayApiChange(before, after);
  const own = [...changed.flatMap((object) => hostsOf(object, after)), ...derived.hosts];
  const hosts = [...own, ...hostsLeadingTo(own, before, after)];
  const sidecars = changed.some(({ kind }) => kind === "Sidecar");
  const gateways = derived.gateways || changed.some(({ kind }) => kind === "Gateway");
  const mtlsChanges = before.settings.autoMtls !== after.settings.autoMtls;
  const isChanged = hostIndex(hosts.map((host) => ({ host })));
  const changes = new Map<string, readonly [before: string, after: string]>();
  return pairs.flatMap(([old, now]) => {
    if (now.proxy === "none" || old.proxy === "none") return [];
    const scoped = now.proxy === "gateway" ? gateways : sidecars && scopeChanges(before, old, after, now);
    const whole =
      scoped ||
      JSON.stringify(old.labels) !== JSON.stringify(now.labels) ||
      mtlsChanges ||
      bypassText(old) !== bypassText(now);
    if (hosts.length === 0 && !whole) return [];
    const isCompared = (host: string): boolean => whole || isChanged(host).length > 0;
    const targets = targetsOf(before, old, after, now, isCompared);
    return targets.flatMap((target) => compareRoutes(before, old, after, now, target, changes));
  });
}

const routing = ["VirtualService", "DestinationRule", "ServiceEntry", "Sidecar", "Gateway", "Service"];

/** Returns the objects that decide about routes and are not the same in both models. */
function changedObjects(before: Model, after: Model): KnownObject[] {
  return routing.flatMap((kind) => {
    const group = kind === "Service" ? "" : "networking.istio.io";
    const text = (object: KnownObject): string =>
      JSON.stringify([
        object.namespace,
        object.name,
        object.spec,
        object.annotations["networking.istio.io/exportTo"],
      ]);
    return changedOf(objectsOf(before, kind, group), objectsOf(after, kind, group), text);
  });
}

function hostsOf(object: KnownObject, { settings }: Model): string[] {
  const { kind, spec, namespace } = object;
  const full = (host: string): string => fullHost(host, namespace, settings.clusterDomain).toLowerCase();
  if (kind === "DestinationRule") return [full(textAt(spec, "host") ?? "")];
  if (kind === "VirtualService") {
    const names = textsAt(spec, "hosts").map(full);
    // A delegate has no hosts: those of its roots change.
    return names.length > 0 ? names : ["*"];
  }
  return serviceHosts(object, settings).map(({ host }) => host);
}

/** The hosts whose routes lead to one of others: a gateway's to services, those of outside hosts to the egress gateway. */
function hostsLeadingTo(others: readonly string[], before: Model, after: Model): string[] {
  if (others.length === 0) return [];
  const find = hostIndex(others.map((host) => ({ host })));
  const led = [before, after].flatMap((model) =>
    virtualServices(model)
      .filter((one) => destinationsOf(one).some(({ host }) => find(host).length > 0))
      .flatMap(({ hosts }) => hosts),
  );
  return [...new Set(led)];
}

function targetsOf(
  before: Model,
  old: Workload,
  after: Model,
  now: Workload,
  isCompared: (host: string) => boolean,
): RoutedRequest[] {
  const targets = [...hostsAndPorts(before, old), ...hostsAndPorts(after, now)]
    .map((one) => (isWildcard(one.host) ? { ...one, host: `other${one.host.slice(1)}` } : one))
    .filter(({ host }) => isCompared(host));
  const byName = new Map(targets.map((one) => [`${one.host}:${one.port} ${one.scheme}`, one]));
  return [...byName.values()].map(({ scheme, ...one }) => (scheme === "https" ? { ...one, scheme } : one));
}

function hostsAndPorts(
  model: Model,
  workload: Workload,
): { host: string; port: number; scheme: "http" | "https" }[] {
  if (workload.proxy === "gateway") {
    return gatewayServers(model, workload).flatMap(({ gateway, port, tls }) =>
      virtualServices(model)
        .filter(({ gateways }) => gateways.includes(gateway))
        .flatMap(({ hosts }) => hosts)
        .map((host) => ({ host, port, scheme: tls === undefined ? ("http" as const) : ("https" as const) })),
    );
  }
  const { listeners } = scopeOf(model, workload);
  return listeners.flatMap(({ services, virtualServices: own }) => [
    ...services.flatMap(({ host, ports }) =>
      ports.map(({ number }) => ({ host, port: number, scheme: "http" as const })),
    ),
    ...own.flatMap(({ hosts }) => hosts.map((host) => ({ host, port: 80, scheme: "http" as const }))),
  ]);
}

function compareRoutes(
  before: Model,
  old: Workload,
  after: Model,
  now: Workload,
  target: RoutedRequest,
  changes: Map<string, readonly [before: string, after: string]>,
): Difference[] {
  const relevant = [before, after].flatMap((model) => virtualServicesOf(model, target.host));
  const matches = relevant.flatMap(({ http }) => http).flatMap(matchesOf);
  const found = new Map<string, readonly Difference[]>();
  for (const sent of routedRequests(target, matches)) {
    const [was, is] = [routeOf(before, old, sent), routeOf(after, now, sent)];
    const [wasText, isText] = [routeText(was), routeText(is)];
    if (wasText === isText) continue;
    const outside = after.services.find(({ host, external }) => external && host === sent.host);
    const isReached = was.outcome === "blocked" && is.outcome === "forwarded" && outside !== undefined;
    const kinds: readonly Kind[] = isReached ? ["host reached"] : kindsOf(was, is);
    const key = `${kinds.join()} ${wasText} ${isText}`;
    if (found.has(key)) continue;
    // Many clients have the same routes.
    const texts = `${wasText}\n${isText}`;
    const parts = changes.get(texts) ?? routeChange(was, is);
    changes.set(texts, parts);
    const [wasPart, isPart] = parts;
    const differences = kinds.map((kind): Difference => {
      const missing = kind === "route broken" ? missingIn(is).map(({ host }) => host) : [];
      return {
        kind,
        workload: now,
        sure: is.outcome !== "unknown",
        sent,
        before: kind === "mTLS weaker" ? tlsText(was) : kind === "route broken" ? wasText : wasPart,
        after: kind === "mTLS weaker" ? tlsText(is) : kind === "route broken" ? brokenText(is) : isPart,
        by: is.by ? [is.by] : isReached ? [outside.from] : [],
        ...(missing.length > 0 && { missing }),
        ...(kind !== "route broken" && kind !== "host reached" && { routes: [was, is] }),
        extent: key,
      };
    });
    found.set(key, differences);
  }
  return found.size > 0 ? [...found.values()].flat() : expressionDifferences(before, old, after, now, target);
}

/**
 * Regular expressions of routes that differ, if no example request is routed otherwise: which requests match only one of
 * two expressions is unknown.
 */
function expressionDifferences(
  before: Model,
  client: Workload,
  after: Model,
  workload: Workload,
  target: RoutedRequest,
): Difference[] {
  // A Gateway's redirect to HTTPS, and a host that the proxy does not have, come before all routes.
  const reached = [routeOf(before, client, target), routeOf(after, workload, target)];
  if (reached.every(({ outcome, by }) => outcome === "blocked" || by?.kind === "Gateway")) return [];
  const [old, now] = [before, after].map((model) => virtualServicesOf(model, target.host));
  const texts = (all: readonly VirtualService[] = []): string[] => [
    ...new Set(all.flatMap(({ http }) => http.flatMap(matchesOf)).flatMap(expressionsOf)),
  ];
  const [was, is] = [texts(old), texts(now)];
  const only = (own: readonly string[], other: readonly string[]): string =>
    own.filter((text) => !other.includes(text)).join(", ") || "none";
  const [wasOnly, isOnly] = [only(was, is), only(is, was)];
  if (wasOnly === isOnly) return [];
  return [
    {
      kind: "route changed",
      workload,
      sure: false,
      sent: target,
      isExample: false,
      before: `regular expressions of routes: ${wasOnly}`,
      after: `regular expressions of routes: ${isOnly}`,
      by: (now ?? []).map(({ from }) => from),
    },
  ];
}

/** The regular expressions of a match, at any depth. */
function expressionsOf(match: unknown): string[] {
  if (typeof match !== "object" || match === null) return [];
  return Object.entries(match).flatMap(([key, value]: [string, unknown]) =>
    key === "regex" && typeof value === "string" ? [value] : expressionsOf(value),
  );
}

const byHost = new WeakMap<Model, (host: string) => readonly VirtualService[]>();

function virtualServicesOf(model: Model, host: string): readonly VirtualService[] {
  const find = byHost.get(model) ?? routesByHost(model);
  byHost.set(model, find);
  return find(host);
}

function routesByHost(model: Model): (host: string) => readonly VirtualService[] {
  const index = hostIndex(virtualServices(model).flatMap((of) => of.hosts.map((host) => ({ host, of }))));
  return (host) => [...new Set(index(host).map(({ of }) => of))];
}

type Kind = Difference["kind"];

function kindsOf(was: Route, is: Route): Kind[] {
  if (works(was) && !works(is)) return ["route broken"];
  const weakest = (route: Route): number => Math.min(...route.destinations.map(strengthOf));
  const isWeaker = is.destinations.length > 0 && was.destinations.length > 0 && weakest(is) < weakest(was);
  const isRouted = was.outcome === "forwarded" && is.outcome === "forwarded";
  const kinds: Kind[] = [
    ...(isWeaker ? ["mTLS weaker" as const] : []),
    ...(isRouted && allowsMore(was.cors, is.cors) ? ["CORS wider" as const] : []),
  ];
  return kinds.length > 0 ? kinds : ["route changed"];
}

/** Mutual TLS is stronger than TLS of the server alone, which is stronger than none; both are weaker without verification. */
function strengthOf({ tls, policy }: RouteDestination): number {
  const verified = isVerified(policy) ? 0 : 0.5;
  return ["auto", "ISTIO_MUTUAL", "MUTUAL"].includes(tls)
    ? 2 - verified
    : tls === "SIMPLE"
      ? 1 - verified
      : 0;
}

/** Whether requests can have another answer than an error of the proxy. */
function works({ outcome, destinations }: Route): boolean {
  return (
    outcome === "unknown" ||
    outcome === "redirected" ||
    outcome === "answered" ||
    outcome === "passed through" ||
    (outcome === "forwarded" && destinations.length > 0 && destinations.every(({ exists }) => exists))
  );
}
