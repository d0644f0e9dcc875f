import { words } from "../configuration";
import { nist, resourcePolicy } from "../policy";
import { type Field, textsOf } from "../reading/field";
import { containersOf, isIstioContainer, isWorkload, isZtunnel, podOf } from "../reading/workload";

/** What Istio's own containers need to redirect traffic. */
const REDIRECTING = ["NET_ADMIN", "NET_RAW"];

/** What ztunnel needs besides, to enter the networks of its node's pods. */
const ENTERING = ["SYS_ADMIN"];

/**
 * A container that may change the pod's network can take its traffic past the sidecar.
 * https://istio.io/latest/docs/ops/deployment/application-requirements/
 */
export const boundCapabilities = resourcePolicy({
  name: "bound-capabilities",
  displayName: "No container can undo the redirection",
  description: "Only Istio's own containers have capabilities beyond the baseline, above all on the network.",
  severity: "high",
  framework: nist("AC-6", "Least privilege"),
  tags: ["istio", "security", "pod"],
  remediationSteps:
    "Remove privileged and the capability from the container's securityContext. With the CNI plugin of Istio, no container needs NET_ADMIN.",
  url: "https://istio.io/latest/docs/setup/additional-setup/cni/",
  settings: {
    // The baseline of the Pod Security Standards: what container runtimes give anyway.
    capabilities: words(
      [
        ...["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"],
        ...["SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"],
      ],
      "Capabilities that any container may add; Istio's own also NET_ADMIN and NET_RAW, and ztunnel SYS_ADMIN",
    ),
  },
  appliesTo: isWorkload,
  judge(resource, { capabilities }) {
    return containersOf(podOf(resource)).flatMap((container) => {
      const allowed = [
        ...capabilities,
        ...(isIstioContainer(container) ? REDIRECTING : []),
        ...(resource.type.kind === "DaemonSet" && isZtunnel(container) ? ENTERING : []),
      ];
      return [...judgePrivileged(container), ...judgeAdded(container, allowed)];
    });
  },
});

function judgePrivileged(container: Field) {
  const field = container.at("securityContext", "privileged");
  if (field.value !== true) return [];
  return [{ field, problem: "is true, which includes every capability", cure: "Leave it out" }];
}

function judgeAdded(container: Field, allowed: readonly string[]) {
  return textsOf(container.at("securityContext", "capabilities", "add"))
    .filter(({ text }) => !allowed.includes(text.toUpperCase().replace(/^CAP_/, "")))
    .map(({ field, text }) => ({
      field,
      problem: `is ${text}, beyond the capabilities allowed`,
      cure: "Remove it",
    }));
}
