import { environment, environmentOf } from "../environment";
import { nist, resourcePolicy, type Violation } from "../policy";
import { type Field, UNKNOWN } from "../reading/field";
import { containersOf, isIstioContainer, isWorkload, podOf } from "../reading/workload";

/** The number of the proxy's user, and of its group. */
const PROXY = 1337;

/**
 * Root in a pod can become any user of it, and traffic of the proxy's user and group, 1337, is not redirected.
 * https://istio.io/latest/docs/ops/deployment/application-requirements/
 */
export const requireNonRoot = resourcePolicy({
  name: "require-non-root",
  displayName: "Containers run as another user than root",
  description:
    "In prod and staging, every container but Istio's own says that it does not run as root, nor as the proxy's user or group.",
  severity: "medium",
  framework: nist("AC-6", "Least privilege"),
  tags: ["istio", "security", "pod"],
  remediationSteps:
    "Set securityContext.runAsNonRoot to true for the pod, or for each container, and runAsUser and runAsGroup to numbers of your own.",
  url: "https://istio.io/latest/docs/ops/deployment/application-requirements/",
  settings: { environment },
  appliesTo: isWorkload,
  judge(resource, { environment }) {
    if (environmentOf(environment) === "dev" || resource.type.patch) return [];
    const pod = podOf(resource);
    const ofPod = pod.at("spec", "securityContext");
    return containersOf(pod)
      .filter((container) => !isIstioContainer(container))
      .flatMap((container): Violation[] => {
        const own = container.at("securityContext");
        const effective = (key: string) => (own.at(key).isSet ? own.at(key) : ofPod.at(key));
        const nonRoot = effective("runAsNonRoot");
        const user = judgeUser(effective("runAsUser"));
        const group = judgeGroup(effective("runAsGroup"));
        if (user.length > 0 || nonRoot.value === true || nonRoot.value === UNKNOWN)
          return [...user, ...group];
        const problem = `is ${nonRoot.value === false ? "false" : "not set"}, so the container may run as root`;
        return [
          ...group,
          {
            field: own.at("runAsNonRoot").isSet ? nonRoot : own.at("runAsNonRoot"),
            problem,
            cure: "Set it to true, here or for the pod",
          },
        ];
      });
  },
});

function judgeUser(field: Field): Violation[] {
  if (field.value === 0) return [taken(field, "root")];
  return field.value === PROXY ? [taken(field, "the sidecar's user, whose traffic is not redirected")] : [];
}

function judgeGroup(field: Field): Violation[] {
  return field.value === PROXY ? [taken(field, "the sidecar's group, whose traffic is not redirected")] : [];
}

function taken(field: Field, who: string): Violation {
  return { field, problem: `is ${String(field.value)}, which is ${who}`, cure: "Choose another number" };
}
