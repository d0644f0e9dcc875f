import { bypassesOutbound, excludedPorts } from "./bypass";
import type { Difference } from "./change";
import { inbound, modeAt, type MtlsMode } from "./inbound";
import type { Model } from "./model";
import { unknownHost } from "./outside";
import { outboundTrafficOf } from "./scope";
import { servedPorts } from "./space";
import { unreadOf } from "./unread";
import type { Workload } from "./workload";

const strength: Readonly<Record<MtlsMode, number>> = { DISABLE: 0, PERMISSIVE: 1, STRICT: 2 };

/** Returns changes of a workload's proxy: whether there is one, its mutual TLS, what may leave, and unread objects. */
export function proxyDifferences(before: Model, old: Workload, after: Model, now: Workload): Difference[] {
  const base = { workload: now, sure: true, by: now.from ? [now.from] : [] };
  const [had, has] = [old.proxy ?? "sidecar", now.proxy ?? "sidecar"];
  if ((had === "none") !== (has === "none")) {
    return [
      { ...base, kind: has === "none" ? "proxy removed" : "proxy added", before: had, after: has },
      ...bypasses(old, now, before, after, base),
      ...unread(before, old, after, now),
    ];
  }
  return [
    ...bypasses(old, now, before, after, base),
    ...mtls(before, old, after, now),
    ...egress(before, old, after, now),
    ...unread(before, old, after, now),
  ];
}

/** Ports that bypass the proxy now are reported as a proxy that is removed from them. */
function bypasses(
  old: Workload,
  now: Workload,
  before: Model,
  after: Model,
  base: Pick<Difference, "workload" | "sure" | "by">,
): Difference[] {
  if (now.proxy === "none" || old.proxy === "none") return [];
  const [was, is] = [inbound(before, old), inbound(after, now)];
  return portsOf(before, old, after, now).flatMap((port): Difference[] => {
    if (was.bypassed(port) === is.bypassed(port)) return [];
    const removed = is.bypassed(port);
    const texts = ["the proxy receives its connections", "its connections bypass the proxy"] as const;
    return [
      {
        ...base,
        kind: removed ? "proxy removed" : "proxy added",
        witness: { port, protocol: "tcp" },
        before: `port ${port}: ${removed ? texts[0] : texts[1]}`,
        after: `port ${port}: ${removed ? texts[1] : texts[0]}`,
      },
    ];
  });
}

function mtls(before: Model, old: Workload, after: Model, now: Workload): Difference[] {
  const [was, is] = [inbound(before, old), inbound(after, now)];
  const ports = [
    ...new Set([...portsOf(before, old, after, now), ...was.ports.keys(), ...is.ports.keys()]),
  ].filter((port) => !is.bypassed(port) && !was.bypassed(port));
  const changed = ports.flatMap((port) => {
    const [mode, next] = [modeAt(was, port), modeAt(is, port)];
    return mode === next ? [] : [{ port, mode, next }];
  });
  if (changed.length === 0 && was.mode !== is.mode) changed.push({ port: 0, mode: was.mode, next: is.mode });
  return changed.map(({ port, mode, next }) => {
    const weaker = strength[next] < strength[mode];
    const where = port === 0 ? "other ports" : `port ${port}`;
    return {
      kind: weaker ? "mTLS weaker" : "mTLS stronger",
      workload: now,
      sure: true,
      witness: { port, protocol: "tcp" },
      before: `${where}: ${mode}`,
      after: `${where}: ${next}`,
      by: is.by.slice(-1),
    };
  });
}

function egress(before: Model, old: Workload, after: Model, now: Workload): Difference[] {
  if (now.proxy !== "sidecar" && now.proxy !== undefined) return [];
  const [was, is] = [outboundTrafficOf(before, old), outboundTrafficOf(after, now)];
  // Connections that bypass the proxy leave the mesh, whatever it would do with them.
  const excluded = [...excludedPorts(old), ...excludedPorts(now)];
  const included = [443, 80, 65000].filter((port) => !excluded.includes(port)).slice(0, 1);
  const ports = [...new Set([...included, ...excluded])];
  const changed = ports.flatMap((port): Difference[] => {
    const [closed, next] = [
      outboundAt(old, was.outboundTraffic, port),
      outboundAt(now, is.outboundTraffic, port),
    ];
    if ((closed === "REGISTRY_ONLY") === (next === "REGISTRY_ONLY")) return [];
    const opened = next !== "REGISTRY_ONLY";
    return [
      {
        kind: opened ? "egress opened" : "egress closed",
        workload: now,
        sure: bypassesOutbound(now, port) !== "unknown",
        sent: { host: unknownHost, port },
        before: closed,
        after: next,
        by:
          is.from && bypassesOutbound(now, port) === "no"
            ? [is.from]
            : now.from && next !== is.outboundTraffic
              ? [now.from]
              : [],
      },
    ];
  });
  return changed.slice(0, 1);
}

/** What becomes of connections to a port of an unknown host. */
function outboundAt(workload: Workload, mode: string, port: number): string {
  const bypass = bypassesOutbound(workload, port);
  if (bypass === "no") return mode;
  return `${bypass === "yes" ? "" : "some "}connections to port ${port} bypass the proxy`;
}

function unread(before: Model, old: Workload, after: Model, now: Workload): Difference[] {
  const text = (one: { reason: string; about: string; from: object }): string => JSON.stringify(one);
  const known = new Set(unreadOf(before, old).map(text));
  return unreadOf(after, now)
    .filter((one) => !known.has(text(one)))
    .map((one) => ({
      kind: "unread",
      workload: now,
      sure: false,
      before: "not there",
      after: `${one.about}: ${one.reason}`,
      by: [one.from],
    }));
}

function portsOf(before: Model, old: Workload, after: Model, now: Workload): number[] {
  const served = [...servedPorts(before, old), ...servedPorts(after, now)].map(({ number }) => number);
  return [...new Set([...served, ...(old.ports ?? []), ...(now.ports ?? [])])].sort((a, b) => a - b);
}
