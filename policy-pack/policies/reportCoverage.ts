import { honouredExemptions, unusedExemptions } from "../exemptions";
import { nist, stackPolicy } from "../policy";
import { dataPlaneOf, getsSidecar } from "../reading/injection";
import { podOptOuts } from "../reading/optOut";
import { modesFor } from "../reading/peerAuthentication";
import { isNamespace, isPeerAuthentication, type KubernetesResource } from "../reading/resource";
import { rootNamespace, rootNamespaces } from "../reading/rootNamespace";
import { isWorkload, podOf } from "../reading/workload";

/**
 * A run that passes says nothing: this tells what passed, and which exemptions made it pass.
 * https://istio.io/latest/docs/concepts/security/#peer-authentication
 */
export const reportCoverage = stackPolicy({
  name: "report-coverage",
  displayName: "What is covered",
  description:
    "Tells how many workloads are STRICT, and which exemptions were honoured or not needed. It is a report, not a violation.",
  enforcementLevel: "advisory",
  severity: "low",
  framework: nist("CA-7", "Continuous monitoring"),
  tags: ["istio", "report"],
  remediationSteps:
    "There is nothing to mend unless workloads are listed that are not STRICT, or exemptions that are not needed.",
  url: "https://istio.io/latest/docs/concepts/security/#peer-authentication",
  settings: { rootNamespace },
  appliesTo: (stack, _, cluster) =>
    stack.some(({ type }) => isWorkload(type)) ||
    honouredExemptions(cluster).length + unusedExemptions(namespacesOf(stack)).length > 0 ||
    "The stack has no workload, and no exemption was honoured",
  *judge(stack, settings, cluster) {
    const roots = rootNamespaces(stack, settings.rootNamespace);
    const outside = new Set(stack.filter(isOutsideMesh).map(({ name }) => name));
    const workloads = stack.filter(({ type, namespace }) => isWorkload(type) && !outside.has(namespace));
    const authentications = stack.filter(({ type }) => isPeerAuthentication(type) && !type.patch);
    const namespaces = new Map(stack.filter(({ type }) => isNamespace(type)).map((one) => [one.name, one]));
    const open = workloads.filter(
      (workload) =>
        // Nothing is known of a namespace that another stack has.
        getsSidecar(podOf(workload), namespaces.get(workload.namespace)) === false ||
        !isStrict(workload, authentications, roots),
    );
    const exemptions = honouredExemptions(cluster);
    const count = `${workloads.length - open.length} of ${workloads.length} workloads STRICT, ${exemptions.length} ${
      exemptions.length === 1 ? "exemption" : "exemptions"
    }`;
    const lines = [
      `${count}.`,
      ...open.map(({ title }) => `Not STRICT: ${title}.`),
      ...exemptions.flatMap(({ policy, until, reason, tolerated }) =>
        [...tolerated].map((message) => `Exempt from ${policy} until ${until} (${reason}): ${message}`),
      ),
      ...unusedExemptions(namespacesOf(stack)).map(
        ({ policy, namespace, name, until, reason }) =>
          `Not needed: the exemption of ${namespace}/${name} from ${policy} until ${until} (${reason}). Remove it.`,
      ),
    ];
    yield { subject: { name: undefined, namespace: undefined, labels: {} }, message: lines.join("\n") };
  },
});

/** The namespaces that the stack has, or has objects in. */
function namespacesOf(stack: readonly KubernetesResource[]): Set<string | undefined> {
  return new Set(stack.map(({ type, name, namespace }) => (isNamespace(type) ? name : namespace)));
}

function isOutsideMesh({ type, labels }: KubernetesResource): boolean {
  return isNamespace(type) && dataPlaneOf(labels) === undefined;
}

function isStrict(
  workload: KubernetesResource,
  authentications: readonly KubernetesResource[],
  roots: ReadonlySet<string>,
): boolean {
  const pod = podOf(workload);
  const captured = podOptOuts(pod).length === 0 && workload.unknowns.size === 0;
  return captured && modesFor(workload, authentications, roots).every((mode) => mode === "STRICT");
}
