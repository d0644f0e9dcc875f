import { type Json, listOf, objectOf, textsIn, valueAt } from "../json";
import { blockHolds } from "./text";

/** A connection as a listener sees it, by its destination and its first bytes. */
export interface Connection {
  readonly address: string;
  readonly port: number;
  /** Absent for a connection without TLS. */
  readonly tls?: { readonly sni?: string; readonly alpn: readonly string[] };
  /** What an HTTP inspector detects without TLS. Absent if it is not HTTP. */
  readonly http?: "http/1.1" | "h2c";
}

/** The listener of a sidecar that gets a connection of its application. */
export function outboundListener(listeners: readonly Json[], to: Connection): Json | undefined {
  return (
    listenerAt(listeners, to.address, to.port) ??
    listenerAt(listeners, "0.0.0.0", to.port) ??
    listeners.find(({ name }) => name === "virtualOutbound")
  );
}

/** The listener with an address and a port. */
export function listenerAt(listeners: readonly Json[], address: string, port: number): Json | undefined {
  const index = byAddress.get(listeners) ?? addressesOf(listeners);
  byAddress.set(listeners, index);
  return index.get(`${address}:${port}`);
}

const byAddress = new WeakMap<readonly Json[], ReadonlyMap<string, Json>>();

function addressesOf(listeners: readonly Json[]): ReadonlyMap<string, Json> {
  // The first listener with an address counts.
  return new Map(
    listeners.toReversed().flatMap((listener) =>
      [listener, ...listOf(listener.additionalAddresses)].map((one) => {
        const { address, portValue } = objectOf(valueAt(one, "address", "socketAddress"));
        return [`${String(address)}:${String(portValue)}`, listener] as const;
      }),
    ),
  );
}

/**
 * The filter chain that a listener uses for a connection. Each criterion in turn leaves the chains that fit it best.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/listener/v3/listener_components.proto
 */
export function chainFor(listener: Json, connection: Connection): Json | undefined {
  const inspected = inspectedBy(listener, connection);
  let chains = listOf(listener.filterChains);
  for (const fits of criteria) {
    const rated = chains
      .map((chain) => ({ chain, fit: fits(objectOf(chain.filterChainMatch), inspected) }))
      .filter(({ fit }) => fit !== undefined);
    const best = Math.max(...rated.map(({ fit = 0 }) => fit));
    chains = rated.filter(({ fit }) => fit === best).map(({ chain }) => chain);
  }
  const [chain] = chains;
  return (
    chain ?? (listener.defaultFilterChain === undefined ? undefined : objectOf(listener.defaultFilterChain))
  );
}

/** How well a chain's criterion fits: 0 if it has none, and undefined if it does not fit. */
type Criterion = (match: Json, connection: Inspected) => number | undefined;

interface Inspected extends Connection {
  readonly protocols: readonly string[];
}

const criteria: readonly Criterion[] = [
  ({ destinationPort }, { port }) =>
    destinationPort === undefined ? 0 : destinationPort === port ? 1 : undefined,
  ({ prefixRanges }, { address }) => {
    if (prefixRanges === undefined) return 0;
    const fitting = listOf(prefixRanges).filter((range) => blockHolds(range, address));
    return fitting.length === 0
      ? undefined
      : 1 + Math.max(...fitting.map(({ prefixLen = 0 }) => Number(prefixLen)));
  },
  ({ serverNames }, { tls }) => {
    if (serverNames === undefined) return 0;
    const sni = tls?.sni?.toLowerCase() ?? "";
    const fitting = textsIn(serverNames).filter((name) =>
      name.startsWith("*.") ? sni.endsWith(name.slice(1)) : sni === name,
    );
    // A whole name fits better than any pattern.
    const lengths = fitting.map((name) => (name.startsWith("*.") ? name.length : 1000));
    return fitting.length === 0 ? undefined : Math.max(...lengths);
  },
  ({ transportProtocol }, { tls }) =>
    transportProtocol === undefined
      ? 0
      : transportProtocol === (tls === undefined ? "raw_buffer" : "tls")
        ? 1
        : undefined,
  ({ applicationProtocols }, { protocols }) =>
    applicationProtocols === undefined
      ? 0
      : textsIn(applicationProtocols).some((one) => protocols.includes(one))
        ? 1
        : undefined,
];

/** What the inspectors of a listener find out. */
function inspectedBy(listener: Json, connection: Connection): Inspected {
  const { port, tls, http } = connection;
  const has = (name: string): boolean =>
    listOf(listener.listenerFilters).some(
      (filter) =>
        filter.name === `envoy.filters.listener.${name}` &&
        !(filter.filterDisabled !== undefined && isDisabled(objectOf(filter.filterDisabled), port)),
    );
  if (tls === undefined) {
    return { ...connection, protocols: http !== undefined && has("http_inspector") ? [http] : [] };
  }
  if (has("tls_inspector")) return { ...connection, protocols: tls.alpn };
  return { address: connection.address, port, protocols: [] };
}

/** Whether a listener filter is off for a port. */
function isDisabled(predicate: Json, port: number): boolean {
  const { anyMatch, notMatch, orMatch, andMatch, destinationPortRange } = predicate;
  if (anyMatch === true) return true;
  if (notMatch !== undefined) return !isDisabled(objectOf(notMatch), port);
  if (orMatch !== undefined) return listOf(objectOf(orMatch).rules).some((one) => isDisabled(one, port));
  if (andMatch !== undefined) return listOf(objectOf(andMatch).rules).every((one) => isDisabled(one, port));
  const { start = 0, end = 0 } = objectOf(destinationPortRange);
  return port >= Number(start) && port < Number(end);
}
