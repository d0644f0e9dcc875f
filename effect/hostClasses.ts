import { isWildcard, isWithin } from "./host";
import { indexOf, nameOf, namesOf } from "./listenerIndex";
import type { Model } from "./model";
import { listenerAt, type Scope, scopeOf } from "./scope";
import type { Workload } from "./workload";

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
