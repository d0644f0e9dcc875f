import type { Field } from "./field";
import type { KubernetesResource } from "./resource";
import { asText } from "./value";
import { containersOf, isImageOf, istioHubs, podOf } from "./workload";

/** The agents of Istio's charts on each node, by the names of their images, with the programs that these run. */
const PROGRAMS: ReadonlyMap<
  string,
  { readonly command: readonly string[]; readonly args?: readonly string[] }
> = new Map([
  ["ztunnel", { command: [], args: ["proxy", "ztunnel"] }],
  ["install-cni", { command: ["install-cni"] }],
]);

/**
 * Whether a workload is an agent of Istio on each node: ztunnel or the CNI plugin, with Istio's image and its own program. It
 * configures the network of pods, for which it needs rights that applications do not have.
 */
export function isNodeAgent(resource: KubernetesResource): boolean {
  const { type } = resource;
  if (type.group !== "apps" || type.kind !== "DaemonSet" || type.patch) return false;
  const containers = containersOf(podOf(resource));
  return containers.length > 0 && containers.every(runsAgent);
}

function runsAgent(container: Field): boolean {
  const image = container.at("image").peek;
  if (typeof image !== "string") return false;
  return [...PROGRAMS].some(
    ([name, { command, args }]) =>
      isImageOf([name], image, istioHubs.default) &&
      is(container.at("command"), command) &&
      (args === undefined || is(container.at("args"), args)),
  );
}

function is(list: Field, wanted: readonly string[]): boolean {
  return JSON.stringify(list.children().map(({ peek }) => asText(peek))) === JSON.stringify(wanted);
}

/** Variables of an agent that are harmless with every value. A * at the end matches any suffix. */
const VARIABLES =
  /^((RUST|LOG|POD|ISTIO_META|ZTUNNEL|REPAIR|GO|KUBERNETES|CNI)_.*|GOMAXPROCS|GOMEMLIMIT|INPOD_ENABLED|INSTANCE_IP|NETWORK|NODE_NAME|SERVICE_ACCOUNT|TERMINATION_GRACE_PERIOD_SECONDS|ENABLE_.*|AMBIENT_.*)$/;

/** An address of istiod's Service. */
const ISTIOD = /^istiod(-[a-z0-9-]+)?(\.[a-z0-9-]+(\.svc[a-z0-9.-]*)?)?(:\d+)?$/;

/**
 * The variables by which an agent uses another control plane or CA than istiod, and those of unknown effect: also all that
 * ztunnel reads from other objects. The CNI plugin connects to no control plane, and its chart gives it a ConfigMap.
 */
export function agentChanges(resource: KubernetesResource): Field[] {
  return containersOf(podOf(resource)).flatMap((container) => {
    const isCni = is(container.at("command"), ["install-cni"]);
    return [...variableChanges(container), ...(isCni ? [] : container.at("envFrom").children())];
  });
}

function variableChanges(container: Field): Field[] {
  return container
    .at("env")
    .children()
    .filter((variable) => {
      const name = asText(variable.at("name").peek);
      if (name !== "CA_ADDRESS" && name !== "XDS_ADDRESS") return !VARIABLES.test(name);
      const { value } = variable.at("value");
      return typeof value === "string" ? !ISTIOD.test(value) : variable.at("valueFrom").isSet;
    })
    .map((variable) => variable.at("name"));
}
