import { fieldsAt, has, listAt, numberAt, textAt, textsAt } from "./field";
import { isWildcard, isWithin, overlap } from "./host";
import type { Model } from "./model";
import { nameOf, type KnownObject, type ObjectName } from "./object";
import { perWorkload } from "./perWorkload";
import { sees, type ServiceHost } from "./service";
import { sidecarOf } from "./sidecar";
import { destinationsOf, type VirtualService, virtualServicesFor } from "./virtualService";
import type { Workload } from "./workload";

/** What a proxy has for outbound requests to one listener, or to all ports. */
export interface Listener {
  /** Undefined for the listener of all other ports. */
  readonly port?: number;
  readonly services: readonly ServiceHost[];
  readonly virtualServices: readonly VirtualService[];
}

/** The part of the mesh that a proxy has configuration for. */
export interface Scope {
  readonly listeners: readonly Listener[];
  /** Hosts that the proxy has clusters for. */
  readonly services: readonly ServiceHost[];
  /** Whether requests to unknown hosts are sent to their destination, or refused. */
  readonly outboundTraffic: "ALLOW_ANY" | "REGISTRY_ONLY";
  /** The Sidecar that limits it. */
  readonly from?: ObjectName;
}

const cache = new WeakMap<Model, Map<string, Scope>>();

/**
 * Returns what a workload's proxy has for outbound requests: all that is exported to its namespace, or what its Sidecar
 * selects of it. A Sidecar with a selector precedes the namespace's, which precedes the root namespace's.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/sidecar/
 */
export const scopeOf = perWorkload((model, workload): Scope => {
  const scopes = cache.get(model) ?? new Map<string, Scope>();
  cache.set(model, scopes);
  const sidecar = sidecarOf(model, workload);
  const key = JSON.stringify([workload.namespace, workload.proxy === "gateway", sidecar && nameOf(sidecar)]);
  const scope = scopes.get(key) ?? readScope(model, workload, sidecar);
  scopes.set(key, scope);
  return scope;
});

/** Returns the listener that a port's requests arrive at. */
export function listenerAt({ listeners }: Scope, port: number): Listener | undefined {
  return listeners.find((one) => one.port === undefined || one.port === port);
}

/** Returns whether the Sidecar that selects what a workload's proxy has is another one, or has changed. */
export function scopeChanges(before: Model, old: Workload, after: Model, now: Workload): boolean {
  const [was, is] = [sidecarOf(before, old), sidecarOf(after, now)];
  return was !== is && JSON.stringify([was?.name, was?.spec]) !== JSON.stringify([is?.name, is?.spec]);
}

/** Returns what happens to a workload's requests to unknown hosts, and the Sidecar that decides it. */
export function outboundTrafficOf(model: Model, workload: Workload): Pick<Scope, "outboundTraffic" | "from"> {
  const sidecar = sidecarOf(model, workload);
  return outbound(model, sidecar);
}

function outbound(model: Model, sidecar: KnownObject | undefined): Pick<Scope, "outboundTraffic" | "from"> {
  const mode = textAt(fieldsAt(sidecar?.spec, "outboundTrafficPolicy"), "mode");
  return {
    outboundTraffic:
      mode === "ALLOW_ANY" || mode === "REGISTRY_ONLY"
        ? mode
        : has(sidecar?.spec, "outboundTrafficPolicy")
          ? "REGISTRY_ONLY"
          : model.settings.outboundTraffic,
    ...(sidecar && { from: nameOf(sidecar) }),
  };
}

function readScope(model: Model, { namespace, proxy }: Workload, sidecar: KnownObject | undefined): Scope {
  if (proxy === "gateway") {
    const visible = model.services.filter(({ exportTo }) => sees(exportTo, namespace));
    return { listeners: [], services: ofOneNamespace(visible, namespace), outboundTraffic: "REGISTRY_ONLY" };
  }
  const egress = listAt(sidecar?.spec, "egress");
  const listeners = (egress.length > 0 ? egress : [{ hosts: ["*/*"] }]).map((listener): Listener => {
    const hosts = selectedHosts(textsAt(listener, "hosts"), namespace);
    const port = numberAt(fieldsAt(listener, "port"), "number");
    const chosen = candidates(model.services, ({ host }) => [host], hosts.exact).filter(
      (service) =>
        sees(service.exportTo, namespace) &&
        hosts.includes(service.namespace, service.host) &&
        (port === undefined || service.ports.some(({ number }) => number === port)),
    );
    return {
      ...(port !== undefined && { port }),
      services: ofOneNamespace(chosen, namespace),
      virtualServices: candidates(
        virtualServicesFor(model, namespace, "mesh"),
        (one) => one.hosts,
        hosts.exact,
      ).filter((one) => one.hosts.some((host) => hosts.overlaps(one.namespace, host))),
    };
  });
  return {
    listeners,
    services: withDestinations(model, namespace, listeners),
    ...outbound(model, sidecar),
  };
}

const byHost = new WeakMap<readonly object[], Map<string, readonly number[]>>();

/**
 * The items that can have one of some hosts, in their order: those of the hosts, and those with a wildcard. All, if the
 * hosts are not known.
 */
function candidates<T extends object>(
  items: readonly T[],
  hostsOf: (one: T) => readonly string[],
  hosts: readonly string[] | undefined,
): readonly T[] {
  if (!hosts) return items;
  let index = byHost.get(items);
  if (!index) {
    const entries = items.flatMap((one, i) =>
      hostsOf(one).map((host) => [isWildcard(host) ? "*" : host, i] as const),
    );
    const groups = Map.groupBy(entries, ([host]) => host);
    index = new Map([...groups].map(([host, own]) => [host, own.map(([, i]) => i)]));
    byHost.set(items, index);
  }
  const found = new Set(["*", ...hosts].flatMap((host) => index.get(host) ?? []));
  return [...found].sort((a, b) => a - b).flatMap((i) => items[i] ?? []);
}

/** Which hosts of which namespaces a listener selects: `<namespace>/<host>`, and `~<namespace>/<host>` without. */
function selectedHosts(
  hosts: readonly string[],
  own: string,
): {
  readonly includes: (namespace: string, host: string) => boolean;
  readonly overlaps: (namespace: string, host: string) => boolean;
  /** The hosts, if none has a wildcard. */
  readonly exact: readonly string[] | undefined;
} {
  const read = hosts.flatMap((entry) => {
    const [of = "", host, more] = entry.split("/");
    if (host === undefined || more !== undefined) return [];
    const excluded = of.startsWith("~");
    const named = excluded ? of.slice(1) || "*" : of;
    return [{ excluded, namespace: named === "." ? own : named, host }];
  });
  const from = (namespace: string, excluded: boolean): typeof read =>
    read.filter((one) => one.excluded === excluded && (one.namespace === "*" || one.namespace === namespace));
  const isExcluded = (namespace: string, host: string): boolean =>
    from(namespace, true).some((one) => isWithin(host, one.host));
  const named = read.filter(({ excluded }) => !excluded).map(({ host }) => host);
  return {
    exact: named.some(isWildcard) ? undefined : named,
    includes: (namespace, host) =>
      !isExcluded(namespace, host) && from(namespace, false).some((one) => isWithin(host, one.host)),
    overlaps: (namespace, host) =>
      !isExcluded(namespace, host) && from(namespace, false).some((one) => overlap(host, one.host)),
  };
}

/**
 * Several namespaces can declare one host. A proxy uses that of its own namespace, then Kubernetes' own Service, then the
 * oldest.
 */
function ofOneNamespace(services: readonly ServiceHost[], own: string): ServiceHost[] {
  const chosen = new Map<string, ServiceHost>();
  for (const service of services) {
    const known = chosen.get(service.host);
    if (!known || precedes(service, known, own)) chosen.set(service.host, service);
  }
  return services.filter((service) => chosen.get(service.host)?.namespace === service.namespace);
}

function precedes(service: ServiceHost, known: ServiceHost, own: string): boolean {
  if (known.namespace === own) return false;
  return service.namespace === own || (known.registry !== "kubernetes" && service.registry === "kubernetes");
}

/** The listeners' services, and those that their VirtualServices route to. */
function withDestinations(model: Model, namespace: string, listeners: readonly Listener[]): ServiceHost[] {
  const result = new Map<string, ServiceHost>();
  const add = (service: ServiceHost): void => {
    const known = result.get(service.host);
    if (!known) result.set(service.host, service);
    else if (known.namespace === service.namespace && known !== service) {
      const more = service.ports.filter((port) => known.ports.every(({ number }) => number !== port.number));
      if (more.length > 0) result.set(service.host, { ...known, ports: [...known.ports, ...more] });
    }
  };
  for (const listener of listeners) {
    listener.services.forEach(add);
    for (const one of listener.virtualServices) {
      for (const [host, ports] of Map.groupBy(destinationsOf(one, namespace), (each) => each.host)) {
        if (isWildcard(host)) continue;
        const own = candidates(model.services, (each) => [each.host], [host]).filter(
          (each) => each.host === host,
        );
        const service =
          own.find((each) => each.namespace === namespace) ??
          own
            .filter(({ exportTo }) => sees(exportTo, namespace))
            .sort((a, b) => Number(b.registry === "kubernetes") - Number(a.registry === "kubernetes"))[0];
        if (!service) continue;
        const named = ports.map(({ port }) => port);
        const kept = named.includes(undefined)
          ? service.ports
          : service.ports.filter(({ number }) => named.includes(number));
        if (kept.length > 0)
          add(kept.length === service.ports.length ? service : { ...service, ports: kept });
      }
    }
  }
  return [...result.values()];
}
