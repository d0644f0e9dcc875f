import type { Truth } from "./truth";
import type { Workload } from "./workload";

const annotation = "traffic.sidecar.istio.io";

/**
 * Whether connections to a port of a workload's pods bypass its proxy, as the pods' annotations say.
 *
 * @see https://istio.io/latest/docs/reference/config/annotations/
 */
export function bypassesInbound(workload: Workload, port: number): boolean {
  const included = listed(workload, "includeInboundPorts");
  const isIncluded = included === undefined || included.includes("*") || included.includes(String(port));
  return !isIncluded || isListed(workload, "excludeInboundPorts", port);
}

/**
 * Whether a workload's connections to a port bypass its proxy, as the pods' annotations say. `unknown` if that depends on
 * the address.
 */
export function bypassesOutbound(workload: Workload, port: number): Truth {
  if (isListed(workload, "includeOutboundPorts", port)) return "no";
  if (isListed(workload, "excludeOutboundPorts", port)) return "yes";
  const included = listed(workload, "includeOutboundIPRanges") ?? ["*"];
  const excluded = listed(workload, "excludeOutboundIPRanges") ?? [];
  // Without blocks of addresses, only the included ports are redirected to the proxy.
  if (included.every((block) => block === "")) return "yes";
  return included.includes("*") && excluded.every((block) => block === "") ? "no" : "unknown";
}

function isListed(workload: Workload, name: string, port: number): boolean {
  return listed(workload, name)?.includes(String(port)) ?? false;
}

function listed({ annotations = {} }: Workload, name: string): string[] | undefined {
  return annotations[`${annotation}/${name}`]?.split(",").map((one) => one.trim());
}
