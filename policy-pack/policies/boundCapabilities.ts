import { words } from "../configuration";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { type Field, textsOf } from "../reading/field";
import { containersOf, isIstioContainer, istioHubs, isWorkload, isZtunnel, podOf } from "../reading/workload";

/** The capabilities with which Istio's own containers redirect traffic. */
const REDIRECTING = ["NET_ADMIN", "NET_RAW"];

/** The capability with which ztunnel enters the network namespaces of its node's pods. */
const ENTERING = ["SYS_ADMIN"];

/** The texts of this policy's violations. */
export const messages = {
  privileged: (): Message => ({ problem: "is true, which grants every capability", fix: "Remove it" }),
  capability: (name: string): Message => ({
    problem: `is ${name}, which is not an allowed capability`,
    fix: "Remove it from the list",
  }),
};

/**
 * A container that can change the pod's network can send traffic past the sidecar.
 * https://istio.io/latest/docs/ops/deployment/application-requirements/
 */
export const boundCapabilities = resourcePolicy({
  name: "bound-capabilities",
  displayName: "Containers cannot change the traffic redirection",
  description:
    "Only Istio's own containers have capabilities beyond the baseline, such as NET_ADMIN and NET_RAW.",
  severity: "high",
  framework: nist("AC-6", "Least privilege"),
  tags: ["istio", "security", "pod"],
  remediationSteps:
    "Remove privileged and the capability from the container's securityContext. With Istio's CNI plugin, no container requires NET_ADMIN.",
  url: "https://istio.io/latest/docs/setup/additional-setup/cni/",
  settings: {
    istioHubs,
    // The baseline of the Pod Security Standards: the default of container runtimes.
    capabilities: words(
      [
        ...["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"],
        ...["SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"],
      ],
      "Capabilities that any container may add. Istio's own containers may also add NET_ADMIN and NET_RAW, and ztunnel SYS_ADMIN.",
    ),
  },
  appliesTo: isWorkload,
  judge(resource, { capabilities, istioHubs }) {
    return containersOf(podOf(resource)).flatMap((container) => {
      const allowed = [
        ...capabilities,
        ...(isIstioContainer(container, istioHubs) ? REDIRECTING : []),
        ...(resource.type.kind === "DaemonSet" && isZtunnel(container, istioHubs) ? ENTERING : []),
      ];
      return [...judgePrivileged(container), ...judgeAdded(container, allowed)];
    });
  },
});

function judgePrivileged(container: Field): Violation[] {
  const field = container.at("securityContext", "privileged");
  return field.value === true ? [{ field, ...messages.privileged() }] : [];
}

function judgeAdded(container: Field, allowed: readonly string[]): Violation[] {
  return textsOf(container.at("securityContext", "capabilities", "add"))
    .filter(({ text }) => !allowed.includes(text.toUpperCase().replace(/^CAP_/, "")))
    .map(({ field, text }) => ({ field, ...messages.capability(text) }));
}
