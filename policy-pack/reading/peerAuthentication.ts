import type { Field } from "./field";
import type { KubernetesResource } from "./resource";
import { matchLabels, selects } from "./selector";
import { podOf } from "./workload";

/**
 * The PeerAuthentication modes of a workload: of all ports, and of single ports. A PeerAuthentication that selects the
 * workload overrides that of its namespace, which overrides that of the mesh. UNSET inherits.
 *
 * @param authentications all PeerAuthentications
 * @param roots the root namespaces, whose PeerAuthentications apply to the mesh
 *
 * https://istio.io/latest/docs/concepts/security/#peer-authentication
 */
export function modesFor(
  workload: KubernetesResource,
  authentications: readonly KubernetesResource[],
  roots: ReadonlySet<string>,
): unknown[] {
  const here = authentications.filter(({ namespace }) => namespace === workload.namespace);
  const podLabels = podOf(workload).at("metadata", "labels");
  const levels = [
    here.find((one) => hasSelector(one) && selects(matchLabels(one), podLabels)),
    here.find((one) => !hasSelector(one)),
    authentications.find((one) => roots.has(one.namespace ?? "") && !hasSelector(one)),
  ].filter((level) => level !== undefined);
  const modes = levels.map(({ fields }) => fields.at("spec", "mtls", "mode").peek);
  const inherited = modes.find((mode) => mode !== undefined && mode !== "UNSET") ?? "PERMISSIVE";
  const ports = levels[0] === undefined ? [] : portsOf(levels[0]);
  return [inherited, ...ports.map((port) => port.at("mode").peek ?? inherited)];
}

function hasSelector(one: KubernetesResource): boolean {
  return matchLabels(one).children().length > 0;
}

/** Only a PeerAuthentication with a selector has settings for ports. */
function portsOf(one: KubernetesResource): Field[] {
  return hasSelector(one) ? one.fields.at("spec", "portLevelMtls").children() : [];
}
