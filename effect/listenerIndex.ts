import { isWildcard } from "./host";
import type { Listener } from "./scope";
import type { ServiceHost } from "./service";
import type { VirtualService } from "./virtualService";

/** What a listener has by name and port, so that a request does not search all of it. */
export interface ListenerIndex {
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
export function indexOf(listener: Listener, namespace: string, domain: string): ListenerIndex {
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

/** A host as it is compared. */
export function nameOf(host: string): string {
  return host.toLowerCase().replace(/\.$/, "");
}

/** The names under which a proxy of a namespace reaches a service: short ones too, and its addresses. */
export function namesOf({ host, addresses }: ServiceHost, namespace: string, domain: string): string[] {
  const lower = host.toLowerCase();
  const tail = `.svc.${domain}`;
  if (!lower.endsWith(tail)) return [lower, ...addresses];
  const short = lower.slice(0, -tail.length);
  const [name = "", of, more] = short.split(".");
  const alone = of === namespace && more === undefined ? [name] : [];
  return [lower, short, `${short}.svc`, ...alone, ...addresses];
}
