import type { Difference } from "./change";
import { gatewayServers, type GatewayServer } from "./gatewayRoute";
import { isWildcard, isWithin } from "./host";
import type { Model } from "./model";
import type { Workload } from "./workload";

/** What a client needs: nothing, TLS, or a certificate of its own. Other modes pass the connection on. */
const modes: readonly (readonly string[])[] = [
  [""],
  ["SIMPLE"],
  ["OPTIONAL_MUTUAL"],
  ["MUTUAL", "ISTIO_MUTUAL"],
];

const versions = ["TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3"];

/**
 * Returns hosts of a gateway whose clients need less or more than before: another mode or version of TLS, or another name
 * in their certificate.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings
 */
export function gatewayTlsDifferences(
  before: Model,
  old: Workload,
  after: Model,
  now: Workload,
): Difference[] {
  if (old.proxy !== "gateway" || now.proxy !== "gateway") return [];
  const [servers, next] = [gatewayServers(before, old), gatewayServers(after, now)];
  const found = servers.flatMap((was) =>
    was.hosts.flatMap(({ host }): Difference[] => {
      const is = servingOf(next, was.port, host);
      if (!is || textOf(was) === textOf(is)) return [];
      const change = strengthChange(was, is);
      if (change === undefined) return [];
      const name = isWildcard(host) ? `other${host.slice(1)}` : host;
      return [
        {
          kind: change < 0 ? "mTLS weaker" : "mTLS stronger",
          workload: now,
          sure: true,
          sent: { host: name, port: was.port, scheme: "https" },
          isExample: false,
          before: textOf(was),
          after: textOf(is),
          by: [is.from],
        },
      ];
    }),
  );
  // A host in two servers of a port is the first one's.
  return [
    ...new Map(
      found.toReversed().map((one) => [`${one.sent?.host ?? ""}:${one.sent?.port ?? 0}`, one]),
    ).values(),
  ];
}

/** The server of a port with a host, or else the one with the longest wildcard that covers it. */
function servingOf(servers: readonly GatewayServer[], port: number, host: string): GatewayServer | undefined {
  const own = servers.filter((one) => one.port === port);
  const cover = (one: GatewayServer): number =>
    Math.max(-1, ...one.hosts.filter((each) => isWithin(host, each.host)).map((each) => each.host.length));
  const [first] = own.filter((one) => cover(one) >= 0).toSorted((one, other) => cover(other) - cover(one));
  return first;
}

/** Below 0 if clients need less now in any way, above 0 if more. Undefined if another proxy ends the TLS. */
function strengthChange(was: GatewayServer, is: GatewayServer): number | undefined {
  const [mode, next] = [was, is].map(({ tls = "" }) => modes.findIndex((names) => names.includes(tls)));
  if (mode === undefined || next === undefined || mode < 0 || next < 0) return undefined;
  const version = (one: GatewayServer): number =>
    one.tls === undefined ? -1 : versions.indexOf(one.minProtocolVersion);
  const isMutual = mode > 1 && next > 1;
  const changes = [next - mode, version(is) - version(was), isMutual ? namesChange(was, is) : 0];
  const weaker = changes.find((change) => change < 0);
  return weaker ?? changes.find((change) => change > 0);
}

/** Without names, a certificate with any name is accepted. */
function namesChange(
  { subjectAltNames: was }: GatewayServer,
  { subjectAltNames: is }: GatewayServer,
): number {
  if (was.length === 0 || is.length === 0) return Math.sign(is.length - was.length);
  if (is.some((name) => !was.includes(name))) return -1;
  return was.length - is.length;
}

function textOf({ tls, minProtocolVersion, subjectAltNames }: GatewayServer): string {
  if (tls === undefined) return "no TLS";
  const names =
    subjectAltNames.length === 0 ? "" : `, clients named ${subjectAltNames.toSorted().join(", ")}`;
  return `TLS ${tls}, ${minProtocolVersion} or newer${names}`;
}
