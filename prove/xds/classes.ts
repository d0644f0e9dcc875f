import { identityOf, principalOf, textClasses, type Workload } from "../../effect";
import type { Classes } from "../alike";
import { textHolds } from "./envoy/text";
import type { Mesh } from "./journey";
import { type Json, listOf, objectOf, textsIn, valueAt } from "./json";
import type { ProxyConfiguration } from "./proxy";

/** What the configurations of proxies distinguish: clients by their identities, hosts by names and addresses. */
export function classesIn(mesh: Mesh, configurationClass: (client: Workload) => number): Classes {
  const principals = new WeakMap<Workload, string>();
  const principalFor = (client: Workload): string => {
    const known =
      principals.get(client) ?? `spiffe://${principalOf(identityOf(client, mesh.model.settings))}`;
    principals.set(client, known);
    return known;
  };
  return {
    identity: principalFor,
    configuration: configurationClass,
    distinguish: (receivers) => {
      const matchers = receivers.flatMap((receiver) => {
        const configuration = mesh.configurationOf(receiver);
        return configuration === undefined ? [] : principalMatchers(configuration);
      });
      return textClasses(matchers, exactOf, textHolds);
    },
    host: (client) => {
      const configuration = mesh.configurationOf(client);
      const names = configuration && namesIn(configuration);
      return {
        nameOf: (host, port) => {
          if (names === undefined) return `${port} ${host}`;
          const name = host.toLowerCase();
          const known =
            names.hosts.has(name) || mesh.world.resolve(host).some((one) => names.addresses.has(one));
          return known || names.others ? `${port} ${name}` : `${port} ${names.patternsOf(name)}`;
        },
      };
    },
  };
}

function exactOf({ exact, ignoreCase }: Json): string | undefined {
  return typeof exact === "string" && ignoreCase !== true ? exact : undefined;
}

/** Every matcher of the client's principal in the filters of a proxy. */
const principalMatchers = perConfiguration(({ listeners }): readonly Json[] => {
  const found: Json[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (value !== null && typeof value === "object") {
      const one = value as Json;
      for (const [matcher, field] of [
        [one.authenticated, "principalName"],
        [one.filterState, "stringMatch"],
      ] as const) {
        const text = valueAt(matcher, field);
        if (text !== undefined) found.push(objectOf(text));
      }
      Object.values(one).forEach(visit);
    }
  };
  visit(listeners);
  return found;
});

/** What a proxy's configuration has by the name or the address of a host. */
interface Names {
  readonly hosts: ReadonlySet<string>;
  readonly addresses: ReadonlySet<string>;
  /** The patterns that hold for a name. */
  readonly patternsOf: (name: string) => string;
  /** Whether it has blocks of addresses, or other matchers of hosts, so that no two hosts are alike. */
  readonly others: boolean;
}

const namesIn = perConfiguration(({ listeners, routes }): Names => {
  const hosts = new Set<string>();
  const addresses = new Set<string>();
  const patterns = new Set<string>();
  let others = false;
  const add = (name: string): void => {
    (name.includes("*") ? patterns : hosts).add(name.toLowerCase());
  };
  for (const listener of listeners) {
    others ||= listener.name !== "virtualInbound" && filtersIn(listener).some(isPolicy);
    for (const one of [listener, ...listOf(listener.additionalAddresses)]) {
      addresses.add(String(valueAt(one, "address", "socketAddress", "address")));
    }
    for (const { filterChainMatch } of listOf(listener.filterChains)) {
      const { serverNames, prefixRanges } = objectOf(filterChainMatch);
      textsIn(serverNames).forEach(add);
      for (const { addressPrefix, prefixLen } of listOf(prefixRanges)) {
        if (prefixLen === 32) addresses.add(String(addressPrefix));
        else others = true;
      }
    }
  }
  const inline = listeners.flatMap(filtersIn).flatMap(({ typedConfig }) => {
    const { routeConfig } = objectOf(typedConfig);
    return routeConfig === undefined ? [] : [objectOf(routeConfig)];
  });
  for (const { virtualHosts } of [...routes.values(), ...inline]) {
    for (const { domains, routes: own } of listOf(virtualHosts)) {
      textsIn(domains).forEach(add);
      others ||= listOf(own).some(({ match }) =>
        listOf(objectOf(match).headers).some(({ name }) => String(name).toLowerCase() === ":authority"),
      );
    }
  }
  const tails = [...patterns].filter((pattern) => pattern !== "*");
  return {
    hosts,
    addresses,
    others,
    patternsOf: (name) => tails.filter((pattern) => isLike(name, pattern)).join(),
  };
});

/** The filters of a listener's chains, and those of their connection managers. */
function filtersIn(listener: Json): Json[] {
  const chains = [...listOf(listener.filterChains), objectOf(listener.defaultFilterChain)];
  return chains
    .flatMap(({ filters }) => listOf(filters))
    .flatMap((filter) => [filter, ...listOf(objectOf(filter.typedConfig).httpFilters)]);
}

function isPolicy({ name }: Json): boolean {
  return String(name).endsWith(".rbac");
}

/** Whether a pattern with `*` at its beginning or end holds for a name. */
function isLike(name: string, pattern: string): boolean {
  return pattern.startsWith("*") ? name.endsWith(pattern.slice(1)) : name.startsWith(pattern.slice(0, -1));
}

function perConfiguration<T>(read: (configuration: ProxyConfiguration) => T) {
  const known = new WeakMap<ProxyConfiguration, { readonly value: T }>();
  return (configuration: ProxyConfiguration): T => {
    const found = known.get(configuration) ?? { value: read(configuration) };
    known.set(configuration, found);
    return found.value;
  };
}
