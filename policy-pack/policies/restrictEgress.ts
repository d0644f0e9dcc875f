import { environment, environmentOf } from "../environment";
import { nist, resourcePolicy, type Violation } from "../policy";
import { excessOf } from "../reading/addressBlock";
import { type Field, textsOf, UNKNOWN } from "../reading/field";
import { isIstiod, istiodValue } from "../reading/release";
import { isHelmRelease, isServiceEntry, isSidecar, type KubernetesResource } from "../reading/resource";

/**
 * By default every pod may call every host of the world: what is stolen leaves unseen.
 * https://istio.io/latest/docs/tasks/traffic-management/egress/egress-control/
 */
export const restrictEgress = resourcePolicy({
  name: "restrict-egress",
  displayName: "Calls leave the mesh only where it is declared",
  description:
    "In prod and staging, the mesh lets through only calls to hosts that it knows, and no entry stands for all hosts or addresses.",
  severity: "high",
  framework: nist("SC-7(5)", "Boundary protection: deny by default, allow by exception"),
  tags: ["istio", "security", "egress"],
  remediationSteps:
    "Set meshConfig.outboundTrafficPolicy.mode of istiod to REGISTRY_ONLY, and declare external hosts as ServiceEntries. Remove " +
    "outboundTrafficPolicy from Sidecars.",
  url: "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-OutboundTrafficPolicy-Mode",
  settings: { environment },
  appliesTo: (type) => isHelmRelease(type) || isSidecar(type) || isServiceEntry(type),
  judge(resource, { environment }) {
    if (environmentOf(environment) === "dev") return [];
    if (isSidecar(resource.type)) return judgeSidecar(resource);
    if (isServiceEntry(resource.type)) return judgeServiceEntry(resource);
    return isIstiod(resource) ? judgeMeshConfig(resource) : [];
  },
});

const CURE = "Set it to REGISTRY_ONLY";

function judgeMeshConfig(release: KubernetesResource): Violation[] {
  const field = istiodValue(release, "meshConfig", "outboundTrafficPolicy", "mode");
  const value = field.value;
  if (value === "REGISTRY_ONLY" || value === UNKNOWN) return [];
  const known = value === "ALLOW_ANY" ? "is ALLOW_ANY" : "is none of Istio's modes";
  const problem = value === undefined ? "is not set, which is ALLOW_ANY" : known;
  return [{ field, problem: `${problem}, so pods may call every host`, cure: CURE }];
}

function judgeSidecar({ fields }: KubernetesResource): Violation[] {
  const field = fields.at("spec", "outboundTrafficPolicy", "mode");
  if (field.value !== "ALLOW_ANY") return [];
  return [{ field, problem: "is ALLOW_ANY, so these pods may call every host", cure: CURE }];
}

function judgeServiceEntry({ fields }: KubernetesResource): Violation[] {
  return [
    ...textsOf(fields.at("spec", "hosts")).flatMap(({ field, text }) => judgeHost(field, text)),
    ...textsOf(fields.at("spec", "addresses")).flatMap(({ field, text }) => judgeAddress(field, text)),
  ];
}

/** A wildcard above any domain that someone owns, such as `*` or `*.com`. */
function judgeHost(field: Field, host: string): Violation[] {
  if (!/^\*(\.[^.]*)?$/.test(host)) return [];
  const problem = `is "${host}", which declares hosts that nobody has looked at`;
  return [{ field, problem, cure: "Name the hosts, or their domain: *.example.com" }];
}

/** Whatever its hosts are called, connections over TCP are let through by their address. */
function judgeAddress(field: Field, block: string): Violation[] {
  const excess = excessOf(block);
  if (excess === undefined) return [];
  const problem = `is "${block}", which declares ${excess}`;
  return [{ field, problem, cure: "Name the blocks that are called, each no wider than its network" }];
}
