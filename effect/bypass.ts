import type { Truth } from "./truth";
import type { Workload } from "./workload";

const annotation = "traffic.sidecar.istio.io";

/**
 * Whether connections to a port of a workload's pods bypass its proxy, as the pods' annotations say.
 *
 * @see https://istio.io/latest/docs/reference/config/annotations/
 */
export function bypassesInbound(workload: Workload, port: number): boolean {
  if (!isIntercepted(workload)) return true;
  const included = listed(workload, "includeInboundPorts");
  const isIncluded = included === undefined || included.includes("*") || included.includes(String(port));
  return !isIncluded || isListed(workload, "excludeInboundPorts", port);
}

/**
 * Whether a workload's connections to a port bypass its proxy, as the pods' annotations say. `unknown` if that depends on
 * the address.
 */
export function bypassesOutbound(workload: Workload, port: number): Truth {
  if (!isIntercepted(workload)) return "yes";
  if (isListed(workload, "includeOutboundPorts", port)) return "no";
  if (isListed(workload, "excludeOutboundPorts", port)) return "yes";
  const included = listed(workload, "includeOutboundIPRanges") ?? ["*"];
  const excluded = listed(workload, "excludeOutboundIPRanges") ?? [];
  // Without blocks of addresses, only the included ports are redirected to the proxy.
  if (included.every((block) => block === "")) return "yes";
  return included.includes("*") && excluded.every((block) => block === "") ? "no" : "unknown";
}

/** Annotations that decide whether connections bypass the proxy. */
const deciding =
  /^(traffic\.sidecar\.istio\.io\/.*|sidecar\.istio\.io\/interceptionMode|proxy\.istio\.io\/config)$/;

/** Returns the annotations of a workload's pods that decide whether connections bypass its proxy, as text. */
export function bypassText({ annotations = {} }: Workload): string {
  return JSON.stringify(Object.entries(annotations).filter(([name]) => deciding.test(name)));
}

/** The ports that annotations let bypass the proxy when the pods connect to them. */
export function excludedPorts(workload: Workload): number[] {
  return (listed(workload, "excludeOutboundPorts") ?? []).map(Number).filter((port) => port > 0);
}

/** Whether the pods' connections are redirected to the proxy. The annotation of the mode precedes the proxy's settings. */
function isIntercepted({ annotations = {} }: Workload): boolean {
  const mode =
    annotations["sidecar.istio.io/interceptionMode"] ??
    /interception_?mode["']?\s*:\s*["']?(\w+)/i.exec(annotations["proxy.istio.io/config"] ?? "")?.[1];
  return mode !== "NONE";
}

function isListed(workload: Workload, name: string, port: number): boolean {
  return listed(workload, name)?.includes(String(port)) ?? false;
}

function listed({ annotations = {} }: Workload, name: string): string[] | undefined {
  return annotations[`${annotation}/${name}`]?.split(",").map((one) => one.trim());
}
