import { environment, environmentOf } from "../environment";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { type Field, UNKNOWN } from "../reading/field";
import { containersOf, isIstioContainer, istioHubs, isWorkload, podOf } from "../reading/workload";
import { asText } from "../reading/value";

/** The ID of the proxy's user and group. */
const PROXY = 1337;

/** The texts of this policy's violations. */
export const messages = {
  mayBeRoot: (value: boolean | undefined): Message => ({
    problem: `is ${value === undefined ? "not set" : asText(value)}, so the container may run as root`,
    fix: "Set it to true, here or for the pod",
  }),
  root: (): Message => ({ problem: "is 0, which is root", fix: "Use another ID" }),
  proxyUser: (): Message => ({
    problem: `is ${PROXY}, the sidecar's user, whose traffic is not redirected`,
    fix: "Use another ID",
  }),
  proxyGroup: (): Message => ({
    problem: `is ${PROXY}, the sidecar's group, whose traffic is not redirected`,
    fix: "Use another ID",
  }),
};

/**
 * Root in a pod can switch to any user, and traffic of the proxy's user and group, 1337, is not redirected.
 * https://istio.io/latest/docs/ops/deployment/application-requirements/
 */
export const requireNonRoot = resourcePolicy({
  name: "require-non-root",
  displayName: "Containers do not run as root",
  description:
    "In prod and staging, no container except Istio's own may run as root or as the proxy's user or group.",
  severity: "medium",
  framework: nist("AC-6", "Least privilege"),
  tags: ["istio", "security", "pod"],
  remediationSteps:
    "Set securityContext.runAsNonRoot to true for the pod or for each container, and runAsUser and runAsGroup to other IDs than " +
    "0 and 1337.",
  url: "https://istio.io/latest/docs/ops/deployment/application-requirements/",
  settings: { environment, istioHubs },
  appliesTo: isWorkload,
  judge(resource, { environment, istioHubs }) {
    if (environmentOf(environment) === "dev" || resource.type.patch) return [];
    const pod = podOf(resource);
    const ofPod = pod.at("spec", "securityContext");
    return containersOf(pod)
      .filter((container) => !isIstioContainer(container, istioHubs))
      .flatMap((container): Violation[] => {
        const own = container.at("securityContext");
        const effective = (key: string) => (own.at(key).isSet ? own.at(key) : ofPod.at(key));
        const nonRoot = effective("runAsNonRoot");
        const user = judgeUser(effective("runAsUser"));
        const group = judgeGroup(effective("runAsGroup"));
        if (user.length > 0 || nonRoot.value === true || nonRoot.value === UNKNOWN)
          return [...user, ...group];
        const field = own.at("runAsNonRoot").isSet ? nonRoot : own.at("runAsNonRoot");
        return [...group, { field, ...messages.mayBeRoot(nonRoot.value === false ? false : undefined) }];
      });
  },
});

function judgeUser(field: Field): Violation[] {
  if (field.value === 0) return [{ field, ...messages.root() }];
  return field.value === PROXY ? [{ field, ...messages.proxyUser() }] : [];
}

function judgeGroup(field: Field): Violation[] {
  return field.value === PROXY ? [{ field, ...messages.proxyGroup() }] : [];
}
