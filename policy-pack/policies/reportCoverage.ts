import { type Exemption, honouredExemptions, unusedExemptions } from "../exemptions";
import { nist, stackPolicy } from "../policy";
import { dataPlaneOf, getsSidecar } from "../reading/injection";
import { podOptOuts } from "../reading/optOut";
import { modesFor } from "../reading/peerAuthentication";
import { isNamespace, isPeerAuthentication, type KubernetesResource } from "../reading/resource";
import { rootNamespace, rootNamespaces } from "../reading/rootNamespace";
import { isWorkload, podOf } from "../reading/workload";

/** The lines of the report. */
export const messages = {
  count: (strict: number, workloads: number, exemptions: number) =>
    `${strict} of ${workloads} workloads STRICT, ${exemptions} ${exemptions === 1 ? "exemption" : "exemptions"}.`,
  notStrict: (title: string) => `Not STRICT: ${title}.`,
  exempt: (policy: string, { until, reason }: Pick<Exemption, "until" | "reason">, message: string) =>
    `Exempt from ${policy} until ${until} (${reason}): ${message}`,
  unused: (policy: string, { namespace, name, until, reason }: Exemption) =>
    `Not needed: the exemption of ${namespace}/${name} from ${policy} until ${until} (${reason}). Remove it.`,
};

/**
 * A run without violations prints nothing. This report lists what was covered, and which exemptions were applied.
 * https://istio.io/latest/docs/concepts/security/#peer-authentication
 */
export const reportCoverage = stackPolicy({
  name: "report-coverage",
  displayName: "Report of coverage",
  description:
    "Reports how many workloads are STRICT, and which exemptions were applied or not needed. It is a report, not a violation.",
  enforcementLevel: "advisory",
  severity: "low",
  framework: nist("CA-7", "Continuous monitoring"),
  tags: ["istio", "report"],
  remediationSteps:
    "Make the listed workloads STRICT, and remove exemptions that are not needed. Otherwise there is nothing to fix.",
  url: "https://istio.io/latest/docs/concepts/security/#peer-authentication",
  settings: { rootNamespace },
  appliesTo: (stack, _, cluster) =>
    stack.some(({ type }) => isWorkload(type)) ||
    honouredExemptions(cluster).length + unusedExemptions(namespacesOf(stack)).length > 0 ||
    "The stack has no workload, and no exemption was applied",
  *judge(stack, settings, cluster) {
    const roots = rootNamespaces(stack, settings.rootNamespace);
    const outside = new Set(stack.filter(isOutsideMesh).map(({ name }) => name));
    const workloads = stack.filter(({ type, namespace }) => isWorkload(type) && !outside.has(namespace));
    const authentications = stack.filter(({ type }) => isPeerAuthentication(type) && !type.patch);
    const namespaces = new Map(stack.filter(({ type }) => isNamespace(type)).map((one) => [one.name, one]));
    const open = workloads.filter(
      (workload) =>
        // The labels of a namespace in another stack are unknown.
        getsSidecar(podOf(workload), namespaces.get(workload.namespace)) === false ||
        !isStrict(workload, authentications, roots),
    );
    const exemptions = honouredExemptions(cluster);
    const lines = [
      messages.count(workloads.length - open.length, workloads.length, exemptions.length),
      ...open.map(({ title }) => messages.notStrict(title)),
      ...exemptions.flatMap(({ policy, tolerated, ...exemption }) =>
        [...tolerated].map((message) => messages.exempt(policy, exemption, message)),
      ),
      ...unusedExemptions(namespacesOf(stack)).map(({ policy, ...exemption }) =>
        messages.unused(policy, exemption),
      ),
    ];
    yield { subject: { name: undefined, namespace: undefined, labels: {} }, message: lines.join("\n") };
  },
});

/** The namespaces of the stack, and the namespaces of its objects. */
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
