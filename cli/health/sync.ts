import type { V1Pod } from "@kubernetes/client-node";
import { isReady } from "../addOns";
import type { Problem } from "../problem";
import { proxyVersion } from "./proxies";

/**
 * The configuration of one proxy, as istiod's `/debug/syncz` shows it.
 *
 * @see https://istio.io/latest/docs/ops/diagnostic-tools/proxy-cmd/
 */
export interface ProxySync {
  /** The pod, as `name.namespace`. */
  readonly proxy: string;
  /** What istiod has sent last and what the proxy has acknowledged last, keyed by type URL. */
  readonly resources: Readonly<
    Record<string, { readonly sent?: string; readonly acked?: string; readonly lastError?: string }>
  >;
}

/** What istiods say about their proxies. */
export interface SyncStatus {
  readonly proxies: readonly ProxySync[];
  /** Why istiods could not be read. Undefined if all were. */
  readonly unread?: string;
  /** Whether proxies that no istiod lists are disconnected. False on the sandbox, where no pod runs. */
  readonly complete: boolean;
}

/** Short names of configuration types, as `istioctl proxy-status` prints them. */
const types: ReadonlyMap<string, string> = new Map([
  ["type.googleapis.com/envoy.config.cluster.v3.Cluster", "CDS"],
  ["type.googleapis.com/envoy.config.listener.v3.Listener", "LDS"],
  ["type.googleapis.com/envoy.config.route.v3.RouteConfiguration", "RDS"],
  ["type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment", "EDS"],
  ["type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig", "ECDS"],
]);

/** The types whose newest configuration the proxy has not acknowledged, such as `CDS`. */
export function staleTypes({ resources }: ProxySync): string[] {
  return Object.entries(resources)
    .filter(([type, { sent = "", acked = "" }]) => types.has(type) && sent !== acked)
    .map(([type]) => types.get(type) ?? type)
    .sort();
}

/** Proxies that reject or have not acknowledged their newest configuration, and ready pods whose proxy no istiod lists. */
export function syncProblems({ proxies, unread, complete }: SyncStatus, pods: readonly V1Pod[]): Problem[] {
  if (unread !== undefined) {
    return [
      {
        severity: "warning",
        culprit: "Proxies",
        problem: `Whether proxies have the newest configuration can't be read from istiod: ${unread}`,
        fix: "Ask for the right to create pods/portforward in istiod's namespace, or run istioctl proxy-status with it.",
      },
    ];
  }
  const lost = complete ? unlisted(proxies, pods) : [];
  return [...proxies.flatMap(outOfSync), ...lost.map(disconnected)];
}

/** The ready pods with a proxy that no istiod lists. */
export function unlisted(proxies: readonly ProxySync[], pods: readonly V1Pod[]): V1Pod[] {
  const known = new Set(proxies.map(({ proxy }) => proxy));
  return pods.filter(
    (pod) => proxyVersion(pod) !== undefined && isReady(pod) && !known.has(`${nameOf(pod)}.${spaceOf(pod)}`),
  );
}

function outOfSync(proxy: ProxySync): Problem[] {
  const stale = staleTypes(proxy);
  if (stale.length === 0) return [];
  const [name, namespace] = split(proxy.proxy);
  const rejected = Object.values(proxy.resources).find(
    ({ sent, acked, lastError }) => sent !== acked && lastError !== undefined && lastError !== "",
  )?.lastError;
  return [
    {
      severity: "error",
      culprit: `Proxy ${namespace}/${name}`,
      problem:
        rejected === undefined
          ? `It has not acknowledged its newest ${stale.join(", ")}, so it works with an older configuration.`
          : `It rejects its newest ${stale.join(", ")}, so it works with an older configuration: ${rejected.split("\n")[0] ?? ""}`,
      fix:
        rejected === undefined
          ? `Read its log: kubectl logs -n ${namespace} ${name} -c istio-proxy --since=15m`
          : "Remove what the message names from the EnvoyFilter, WasmPlugin or Telemetry that sets it: docs/runbooks/ProxyConfigRejected.md",
    },
  ];
}

function disconnected(pod: V1Pod): Problem {
  return {
    severity: "error",
    culprit: `Proxy ${spaceOf(pod)}/${nameOf(pod)}`,
    problem: "No istiod has a connection of it, so it gets neither changes nor certificates.",
    fix: `Read its log: kubectl logs -n ${spaceOf(pod)} ${nameOf(pod)} -c istio-proxy --since=15m; docs/runbooks/ProxyCannotReachIstiod.md`,
  };
}

const nameOf = ({ metadata }: V1Pod): string => metadata?.name ?? "";
const spaceOf = ({ metadata }: V1Pod): string => metadata?.namespace ?? "";

/** The name of a pod may have dots, the one of a namespace has none. */
function split(proxy: string): [string, string] {
  const at = proxy.lastIndexOf(".");
  return [proxy.slice(0, at), proxy.slice(at + 1)];
}
