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
 * in their certificate. Others have the same TLS by other certificates.
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
      if (!is) return [];
      const change = textOf(was) === textOf(is) ? undefined : strengthChange(was, is);
      const [had, has] = [was, is].map((one) => certificatesText(one, was, is));
      if (change === undefined && had === has) return [];
      const kind =
        change === undefined ? "certificate changed" : change < 0 ? "mTLS weaker" : "mTLS stronger";
      const isSame = kind === "certificate changed";
      return [
        {
          kind,
          workload: now,
          sure: true,
          sent: { host: isWildcard(host) ? `other${host.slice(1)}` : host, port: was.port, scheme: "https" },
          isExample: false,
          before: isSame ? (had ?? "") : textOf(was),
          after: isSame ? (has ?? "") : textOf(is),
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
  const newest = ({ maxProtocolVersion }: GatewayServer): number => versions.indexOf(maxProtocolVersion);
  const changes = [
    next - mode,
    version(is) - version(was),
    newest(is) - newest(was),
    isMutual ? namesChange(was, is) : 0,
  ];
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

/** The certificates of a server that another one does not have. Empty without TLS, which has none. */
function certificatesText(
  { tls, certificates }: GatewayServer,
  was: GatewayServer,
  is: GatewayServer,
): string {
  if (tls === undefined || [was, is].some((one) => one.tls === undefined)) return "";
  return [...new Set([...Object.keys(was.certificates), ...Object.keys(is.certificates)])]
    .filter((key) => was.certificates[key] !== is.certificates[key])
    .map((key) => `${key} ${certificates[key] ?? "not set"}`)
    .join(", ");
}

function textOf({ tls, minProtocolVersion, maxProtocolVersion, subjectAltNames }: GatewayServer): string {
  if (tls === undefined) return "no TLS";
  const names =
    subjectAltNames.length === 0 ? "" : `, clients named ${subjectAltNames.toSorted().join(", ")}`;
  const range =
    maxProtocolVersion === "TLSV1_3"
      ? `${minProtocolVersion} or newer`
      : `${minProtocolVersion} to ${maxProtocolVersion}`;
  return `TLS ${tls}, ${range}${names}`;
}
