import { environment, environmentOf } from "../environment";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { excessOf } from "../reading/addressBlock";
import { type Field, textsOf, UNKNOWN } from "../reading/field";
import { isIstiod, istiodValue } from "../reading/release";
import { isHelmRelease, isServiceEntry, isSidecar, type KubernetesResource } from "../reading/resource";

/** The texts of this policy's violations. */
export const messages = {
  notSet: (): Message => ({
    problem: "is not set and defaults to ALLOW_ANY, so pods may connect to every host",
    fix: FIX,
  }),
  mode: (known: boolean): Message => ({
    problem: `is ${known ? "ALLOW_ANY" : "none of Istio's modes"}, so pods may connect to every host`,
    fix: FIX,
  }),
  sidecar: (): Message => ({
    problem: "is ALLOW_ANY, so the selected pods may connect to every host",
    fix: FIX,
  }),
  host: (host: string): Message => ({
    problem: `is "${host}", which declares the hosts of many owners`,
    fix: "List the hosts, or their domain: *.example.com",
  }),
  addresses: (block: string, excess: string): Message => ({
    problem: `is "${block}", which declares ${excess}`,
    fix: "List the address blocks of the destination, each no wider than its network",
  }),
};

const FIX = "Set it to REGISTRY_ONLY";

/**
 * By default every pod may connect to every external host, so data can be exfiltrated.
 * https://istio.io/latest/docs/tasks/traffic-management/egress/egress-control/
 */
export const restrictEgress = resourcePolicy({
  name: "restrict-egress",
  displayName: "Only declared hosts are reachable outside the mesh",
  description:
    "In prod and staging, pods may connect only to hosts in the mesh's registry, and no ServiceEntry declares all hosts or " +
    "addresses.",
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

function judgeMeshConfig(release: KubernetesResource): Violation[] {
  const field = istiodValue(release, "meshConfig", "outboundTrafficPolicy", "mode");
  const value = field.value;
  if (value === "REGISTRY_ONLY" || value === UNKNOWN) return [];
  const message = value === undefined ? messages.notSet() : messages.mode(value === "ALLOW_ANY");
  return [{ field, ...message }];
}

function judgeSidecar({ fields }: KubernetesResource): Violation[] {
  const field = fields.at("spec", "outboundTrafficPolicy", "mode");
  return field.value === "ALLOW_ANY" ? [{ field, ...messages.sidecar() }] : [];
}

function judgeServiceEntry({ fields }: KubernetesResource): Violation[] {
  return [
    ...textsOf(fields.at("spec", "hosts")).flatMap(({ field, text }) => judgeHost(field, text)),
    ...textsOf(fields.at("spec", "addresses")).flatMap(({ field, text }) => judgeAddress(field, text)),
  ];
}

/** Judges a host. A wildcard for a whole top-level domain, such as `*` or `*.com`, is a violation. */
function judgeHost(field: Field, host: string): Violation[] {
  return /^\*(\.[^.]*)?$/.test(host) ? [{ field, ...messages.host(host) }] : [];
}

/** Judges an address block. Proxies match TCP connections by address, not by host. */
function judgeAddress(field: Field, block: string): Violation[] {
  const excess = excessOf(block);
  return excess === undefined ? [] : [{ field, ...messages.addresses(block, excess) }];
}
