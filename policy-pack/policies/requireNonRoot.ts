import { environment, environmentOf } from "../environment";
import { nist, resourcePolicy, type Violation } from "../policy";
import { UNKNOWN } from "../reading/field";
import { containersOf, isIstioContainer, isWorkload, podOf } from "../reading/workload";

/**
 * Root in a pod can become any user of it, and traffic of the proxy's user, 1337, is not redirected.
 * https://istio.io/latest/docs/ops/deployment/application-requirements/
 */
export const requireNonRoot = resourcePolicy({
  name: "require-non-root",
  displayName: "Containers run as another user than root",
  description:
    "In prod and staging, every container but Istio's own says that it does not run as root, nor as the proxy.",
  severity: "medium",
  framework: nist("AC-6", "Least privilege"),
  tags: ["istio", "security", "pod"],
  remediationSteps:
    "Set securityContext.runAsNonRoot to true for the pod, or for each container, and runAsUser to a number of your own.",
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
        const [nonRoot, user] = [effective("runAsNonRoot"), effective("runAsUser")];
        if (user.value === 0 || user.value === 1337) {
          const who = user.value === 0 ? "root" : "the sidecar's user, whose traffic is not redirected";
          return [
            { field: user, problem: `is ${user.value}, which is ${who}`, cure: "Choose another number" },
          ];
        }
        if (nonRoot.value === true || nonRoot.value === UNKNOWN) return [];
        const problem = `is ${nonRoot.value === false ? "false" : "not set"}, so the container may run as root`;
        return [
          {
            field: own.at("runAsNonRoot").isSet ? nonRoot : own.at("runAsNonRoot"),
            problem,
            cure: "Set it to true, here or for the pod",
          },
        ];
      });
  },
});
