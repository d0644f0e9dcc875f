import type { Setting } from "../configuration";
import { nist, resourcePolicy, type Violation } from "../policy";
import { consolesOf } from "../reading/console";
import { type Field, leaves, UNKNOWN } from "../reading/field";
import { isIstiod, istiodValue } from "../reading/release";
import { isHelmRelease } from "../reading/resource";
import { containersOf, isWorkload, podOf } from "../reading/workload";

const PREFIX = "traffic.sidecar.istio.io/";

/** Where istiod and the proxies show their metrics. Prometheus asks pods by address; no sidecar guards these ports. */
const METRICS_PORTS = [15014, 15020, 15090];

const ports = (description: string) =>
  ({ type: "array", items: { type: "integer" }, default: [] as number[], description }) satisfies Setting;

/**
 * What bypasses the sidecar is neither encrypted nor authorized nor limited nor seen; yet some protocols need it.
 * https://istio.io/latest/docs/reference/config/annotations/
 */
export const flagCaptureBypasses = resourcePolicy({
  name: "flag-capture-bypasses",
  displayName: "Traffic that bypasses the sidecar is known",
  description: "Ports and addresses that bypass the sidecar are among those that the organization knows of.",
  enforcementLevel: "advisory",
  severity: "medium",
  framework: nist("SC-7", "Boundary protection"),
  tags: ["istio", "security", "injection"],
  remediationSteps:
    "Remove the annotation: a ServiceEntry and a DestinationRule serve most reasons for it. Else add the port to allowedOutboundPorts " +
    "or allowedInboundPorts.",
  url: "https://istio.io/latest/docs/reference/config/annotations/#TrafficSidecarExcludeOutboundPorts",
  settings: {
    allowedOutboundPorts: ports("Ports of other hosts that pods may call without the sidecar"),
    allowedInboundPorts: ports("Ports of pods that others may call without the sidecar"),
  },
  appliesTo: (type) => isWorkload(type) || isHelmRelease(type),
  judge(resource, { allowedOutboundPorts, allowedInboundPorts }) {
    if (isWorkload(resource.type)) {
      const pod = podOf(resource);
      const annotation = (name: string) => pod.at("metadata", "annotations", `${PREFIX}${name}`);
      return [
        ...judgePorts(annotation("excludeOutboundPorts"), allowedOutboundPorts),
        ...judgePorts(annotation("excludeInboundPorts"), allowedInboundPorts),
        ...judgeCaptured(annotation("includeInboundPorts"), pod, allowedInboundPorts),
        ...judgeRanges(annotation("excludeOutboundIPRanges"), ""),
        ...judgeRanges(annotation("includeOutboundIPRanges"), "*"),
        ...judgeRanges(annotation("excludeInterfaces"), ""),
      ];
    }
    if (consolesOf(resource).length > 0) {
      return leaves(resource.fields.at("values"))
        .filter(({ key }) => key.startsWith(PREFIX))
        .flatMap((field) => {
          switch (field.key.slice(PREFIX.length)) {
            case "excludeOutboundPorts":
              return judgePorts(field, [...METRICS_PORTS, ...allowedOutboundPorts]);
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
    if (!isIstiod(resource)) return [];
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
  // YAML makes a number of a single port.
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  return String(value)
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function judgePorts(field: Field, allowed: readonly number[]): Violation[] {
  const bypassing = (listed(field) ?? []).filter((port) => !allowed.includes(Number(port)));
  if (bypassing.length === 0) return [];
  const problem = `has ${bypassing.join(", ")}, whose traffic the sidecar neither secures nor sees`;
  return [{ field, problem, cure: "Remove it, or allow it in the policy's configuration" }];
}

/** A list of captured ports bypasses the others: those that the pod's containers declare, or whichever they open. */
function judgeCaptured(field: Field, pod: Field, allowed: readonly number[]): Violation[] {
  const captured = listed(field);
  if (captured === undefined || captured.includes("*")) return [];
  const lists = containersOf(pod).map((container) => container.at("ports"));
  const declared = lists.flatMap((list) => list.children()).map((port) => port.at("containerPort").value);
  const open = [pod.at("spec", "containers"), ...lists].some(({ value }) => value === UNKNOWN);
  if (declared.length === 0 && !open) {
    const problem = `is "${captured.join(",")}" while the pod declares no port, so the sidecar may not see all traffic`;
    return [{ field, problem, cure: "Remove it, or declare the ports" }];
  }
  const bypassing = declared.filter(
    (port) => typeof port === "number" && !captured.includes(String(port)) && !allowed.includes(port),
  );
  if (bypassing.length === 0) return [];
  const problem = `leaves out ${bypassing.join(", ")}, whose traffic the sidecar neither secures nor sees`;
  return [{ field, problem, cure: "Remove it, or add the port" }];
}

function judgeRanges(field: Field, harmless: string): Violation[] {
  const ranges = listed(field) ?? [];
  // An empty list keeps all traffic from the sidecar, if it says what to capture: forbid-injection-opt-out refuses it.
  if (ranges.length === 0 || ranges.join() === harmless) return [];
  const problem = `is "${ranges.join(",")}", so the sidecar does not see all traffic`;
  return [{ field, problem, cure: "Remove it" }];
}
