import type { Setting } from "../configuration";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { consolesOf, isPrometheusPod } from "../reading/console";
import { type Field, leaves, UNKNOWN } from "../reading/field";
import { isIstiod, istiodValue } from "../reading/release";
import { isHelmRelease } from "../reading/resource";
import { entriesOf } from "../reading/value";
import { containersOf, isWorkload, podOf } from "../reading/workload";

const PREFIX = "traffic.sidecar.istio.io/";

/** The ports on which istiod and proxies expose metrics. Prometheus scrapes pods by address, without a sidecar. */
const METRICS_PORTS = [15014, 15020, 15090];

const ports = (description: string) =>
  ({ type: "array", items: { type: "integer" }, default: [] as number[], description }) satisfies Setting;

/** The texts of this policy's violations. */
export const messages = {
  ports: (ports: string): Message => ({
    problem: `excludes ${ports}, so the sidecar does not secure that traffic`,
    fix: "Remove it, or allow the port in the policy's configuration",
  }),
  portsLeftOut: (ports: string): Message => ({
    problem: `does not include ${ports}, so the sidecar does not secure that traffic`,
    fix: "Remove it, or add the port",
  }),
  undeclaredPorts: (captured: string): Message => ({
    problem: `is "${captured}" while the pod declares no port, so the sidecar may not see all traffic`,
    fix: "Remove it, or declare the ports",
  }),
  ranges: (ranges: string): Message => ({
    problem: `is "${ranges}", so the sidecar does not see all traffic`,
    fix: "Remove it",
  }),
};

/**
 * Traffic that bypasses the sidecar is neither encrypted, authorized, limited nor measured. Some protocols require it.
 * https://istio.io/latest/docs/reference/config/annotations/
 */
export const flagCaptureBypasses = resourcePolicy({
  name: "flag-capture-bypasses",
  displayName: "Traffic bypasses the sidecar only where allowed",
  description: "Ports and addresses that bypass the sidecar are on the organization's lists.",
  enforcementLevel: "advisory",
  severity: "medium",
  framework: nist("SC-7", "Boundary protection"),
  tags: ["istio", "security", "injection"],
  remediationSteps:
    "Remove the annotation. A ServiceEntry and a DestinationRule replace most uses of it. Otherwise add the port to " +
    "allowedOutboundPorts or allowedInboundPorts.",
  url: "https://istio.io/latest/docs/reference/config/annotations/#TrafficSidecarExcludeOutboundPorts",
  settings: {
    allowedOutboundPorts: ports("Ports of other hosts to which pods may connect without the sidecar"),
    allowedInboundPorts: ports("Ports of pods that accept connections without the sidecar"),
  },
  appliesTo: (type) => isWorkload(type) || isHelmRelease(type),
  judge(resource, { allowedOutboundPorts, allowedInboundPorts }) {
    if (isWorkload(resource.type)) {
      const pod = podOf(resource);
      const annotation = (name: string) => pod.at("metadata", "annotations", `${PREFIX}${name}`);
      return [
        ...judgePorts(annotation("excludeOutboundPorts"), [
          ...(isPrometheusPod(pod) ? METRICS_PORTS : []),
          ...allowedOutboundPorts,
        ]),
        ...judgePorts(annotation("excludeInboundPorts"), allowedInboundPorts),
        ...judgeCaptured(annotation("includeInboundPorts"), pod, allowedInboundPorts),
        ...judgeRanges(annotation("excludeOutboundIPRanges"), ""),
        ...judgeRanges(annotation("includeOutboundIPRanges"), "*"),
        ...judgeRanges(annotation("excludeInterfaces"), ""),
      ];
    }
    if (!isIstiod(resource)) {
      const scraped = consolesOf(resource).length > 0 ? METRICS_PORTS : [];
      return leaves(resource.fields.at("values"))
        .filter(({ key }) => key.startsWith(PREFIX))
        .flatMap((field) => {
          switch (field.key.slice(PREFIX.length)) {
            case "excludeOutboundPorts":
              return judgePorts(field, [...scraped, ...allowedOutboundPorts]);
            case "excludeInboundPorts":
              return judgePorts(field, allowedInboundPorts);
            case "includeOutboundIPRanges":
              return judgeRanges(field, "*");
            case "excludeOutboundIPRanges":
            case "excludeInterfaces":
              return judgeRanges(field, "");
            default:
              return [];
          }
        });
    }
    const proxy = (name: string) => istiodValue(resource, "global", "proxy", name);
    return [
      ...judgePorts(proxy("excludeOutboundPorts"), allowedOutboundPorts),
      ...judgePorts(proxy("excludeInboundPorts"), allowedInboundPorts),
      ...judgeRanges(proxy("includeInboundPorts"), "*"),
      ...judgeRanges(proxy("excludeIPRanges"), ""),
      ...judgeRanges(proxy("includeIPRanges"), "*"),
    ];
  },
});

function listed(field: Field): string[] | undefined {
  const value = field.value;
  // YAML parses a single port as a number.
  return typeof value === "string" || typeof value === "number" ? entriesOf(String(value)) : undefined;
}

function judgePorts(field: Field, allowed: readonly number[]): Violation[] {
  const bypassing = (listed(field) ?? []).filter((port) => !allowed.includes(Number(port)));
  if (bypassing.length === 0) return [];
  return [{ field, ...messages.ports(bypassing.join(", ")) }];
}

/** Judges a list of captured ports. All other ports bypass the sidecar, be they declared by a container or not. */
function judgeCaptured(field: Field, pod: Field, allowed: readonly number[]): Violation[] {
  const captured = listed(field);
  if (captured === undefined || captured.includes("*")) return [];
  const lists = containersOf(pod).map((container) => container.at("ports"));
  const declared = lists.flatMap((list) => list.children()).map((port) => port.at("containerPort").value);
  const open = [pod.at("spec", "containers"), ...lists].some(({ value }) => value === UNKNOWN);
  if (declared.length === 0 && !open) {
    return [{ field, ...messages.undeclaredPorts(captured.join(",")) }];
  }
  const bypassing = declared.filter(
    (port) => typeof port === "number" && !captured.includes(String(port)) && !allowed.includes(port),
  );
  if (bypassing.length === 0) return [];
  return [{ field, ...messages.portsLeftOut(bypassing.join(", ")) }];
}

function judgeRanges(field: Field, harmless: string): Violation[] {
  const ranges = listed(field) ?? [];
  // An empty list of captured addresses is a violation of forbid-injection-opt-out.
  if (ranges.length === 0 || ranges.join() === harmless) return [];
  return [{ field, ...messages.ranges(ranges.join(",")) }];
}
