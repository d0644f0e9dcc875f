import { words } from "../configuration";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { type Field, textsOf } from "../reading/field";
import { isProxyOnly } from "../reading/gateway";
import { asText } from "../reading/value";
import {
  containersOf,
  isIstioContainer,
  ISTIO_CONTAINERS,
  istioHubs,
  isWorkload,
  isZtunnel,
  podOf,
} from "../reading/workload";

/** The capabilities with which Istio's own containers redirect traffic. */
const REDIRECTING = ["NET_ADMIN", "NET_RAW"];

/** The capability with which ztunnel enters the network namespaces of its node's pods. */
const ENTERING = ["SYS_ADMIN"];

/** The volumes that injection adds for the proxy alone. */
const PROXY_VOLUMES = [
  ...["workload-socket", "credential-socket", "workload-certs", "istio-envoy", "istio-data", "istio-token"],
];

/** The texts of this policy's violations. */
export const messages = {
  privileged: (): Message => ({ problem: "is true, which grants every capability", fix: "Remove it" }),
  shared: (): Message => ({
    problem: "is true, so every container can read the keys of the proxy's process and end it",
    fix: "Remove it",
  }),
  target: (container: string): Message => ({
    problem: `is ${container}, so the container can read the keys of the proxy's process and end it`,
    fix: "Remove it",
  }),
  volume: (name: string): Message => ({
    problem: `is ${name}, a volume of the proxy, so the container can read its keys or change its configuration`,
    fix: "Remove the mount",
  }),
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
  displayName: "Containers cannot change the traffic redirection or the proxy",
  description:
    "Only Istio's own containers have capabilities beyond the baseline, such as NET_ADMIN and NET_RAW. No container " +
    "shares the processes or volumes of a proxy.",
  severity: "high",
  framework: nist("AC-6", "Least privilege"),
  tags: ["istio", "security", "pod"],
  remediationSteps:
    "Remove shareProcessNamespace from the pod, and privileged and the capability from the container's securityContext. With Istio's CNI plugin, no container requires NET_ADMIN.",
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
    const pod = podOf(resource);
    return [...judgeProcesses(pod), ...containersOf(pod).flatMap(judgeContainer)];

    function judgeContainer(container: Field): Violation[] {
      const allowed = [
        ...capabilities,
        ...(isIstioContainer(container, istioHubs) ? REDIRECTING : []),
        ...(resource.type.kind === "DaemonSet" && isZtunnel(container, istioHubs) ? ENTERING : []),
      ];
      const isIstios = isIstioContainer(container, istioHubs);
      return [
        ...judgePrivileged(container),
        ...judgeAdded(container, allowed),
        ...(isIstios ? [] : judgeMounts(container)),
      ];
    }
  },
});

/** Judges whether an application shares the processes of its proxy. A pod of proxies only, such as a gateway, may. */
function judgeProcesses(pod: Field): Violation[] {
  if (isProxyOnly(pod)) return [];
  const shared = pod.at("spec", "shareProcessNamespace");
  return [
    ...(shared.value === true ? [{ field: shared, ...messages.shared() }] : []),
    ...containersOf(pod)
      .map((container) => container.at("targetContainerName"))
      .filter(({ value }) => typeof value === "string" && ISTIO_CONTAINERS.includes(value))
      .map((field) => ({ field, ...messages.target(asText(field.value)) })),
  ];
}

/** Judges volumes that injection adds for the proxy: its sockets, certificates, token and configuration. */
function judgeMounts(container: Field): Violation[] {
  return container
    .at("volumeMounts")
    .children()
    .map((mount) => mount.at("name"))
    .filter(({ value }) => typeof value === "string" && PROXY_VOLUMES.includes(value))
    .map((field) => ({ field, ...messages.volume(asText(field.value)) }));
}

function judgePrivileged(container: Field): Violation[] {
  const field = container.at("securityContext", "privileged");
  return field.value === true ? [{ field, ...messages.privileged() }] : [];
}

function judgeAdded(container: Field, allowed: readonly string[]): Violation[] {
  return textsOf(container.at("securityContext", "capabilities", "add"))
    .filter(({ text }) => !allowed.includes(text.toUpperCase().replace(/^CAP_/, "")))
    .map(({ field, text }) => ({ field, ...messages.capability(text) }));
}
