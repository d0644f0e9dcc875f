import { fieldsAt, fieldsOf, has, listAt, numberAt, textAt, textsAt } from "./field";
import type { KnownObject } from "./object";
import { podTemplateOf } from "./workload";

const admission = "pod-security.kubernetes.io/enforce";

/**
 * Returns what the pods of an object may do beyond the "restricted" Pod Security Standard, one text for each, and whether a
 * namespace admits every pod. The list is empty for pods that meet the standard, and for objects that create no pods.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export function weaknesses(object: KnownObject): string[] {
  if (object.kind === "Namespace") {
    return object.labels[admission] === "privileged"
      ? [`the namespace admits privileged pods (${admission})`]
      : [];
  }
  const template = podTemplateOf(object);
  if (!template) return [];
  const spec = fieldsAt(template, "spec");
  const pod = fieldsAt(spec, "securityContext");
  const host = ["hostNetwork", "hostPID", "hostIPC"].filter((field) => fieldsOf(spec)[field] === true);
  const sysctls = listAt(pod, "sysctls").map((one) => textAt(one, "name") ?? "");
  return [
    ...host.map((field) => `${field} is true`),
    ...listAt(spec, "volumes").flatMap(volumeWeaknesses),
    ...sysctls.filter((name) => !safeSysctls.has(name)).map((name) => `the sysctl ${name} is set`),
    ...isolationWeaknesses(pod).map((text) => `the pod ${text}`),
    ...["initContainers", "containers"].flatMap((key) =>
      listAt(spec, key).flatMap((container) =>
        containerWeaknesses(container, pod).map(
          (text) => `the container "${textAt(container, "name") ?? ""}" ${text}`,
        ),
      ),
    ),
  ];
}

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline */
const safeSysctls = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
]);

const safeVolumes = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

function volumeWeaknesses(volume: unknown): string[] {
  const name = textAt(volume, "name") ?? "";
  if (has(volume, "hostPath")) return [`the volume "${name}" is a path of the node`];
  const others = Object.keys(fieldsOf(volume)).filter((key) => key !== "name");
  const isSafe = others.length === 0 || safeVolumes.some((kind) => has(volume, kind));
  return isSafe ? [] : [`the volume "${name}" is of the kind ${others.join(", ")}`];
}

const labelledTypes = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/** What a security context takes from the isolation by the node's kernel. */
function isolationWeaknesses(context: unknown): string[] {
  const label = fieldsAt(context, "seLinuxOptions");
  const isOwnLabel =
    !labelledTypes.includes(textAt(label, "type") ?? "") || [label.user, label.role].some(Boolean);
  return [
    ...(textAt(fieldsAt(context, "appArmorProfile"), "type") === "Unconfined"
      ? ["has no AppArmor profile"]
      : []),
    ...(isOwnLabel ? ["has an SELinux label of its own"] : []),
    ...(fieldsAt(context, "windowsOptions").hostProcess === true ? ["runs as a process of the node"] : []),
  ];
}

function containerWeaknesses(container: unknown, pod: unknown): string[] {
  const own = fieldsAt(container, "securityContext");
  const of = (field: string): unknown => own[field] ?? fieldsOf(pod)[field];
  const capabilities = fieldsAt(own, "capabilities");
  const added = textsAt(capabilities, "add").filter((name) => name !== "NET_BIND_SERVICE");
  const seccomp =
    textAt(fieldsAt(own, "seccompProfile"), "type") ?? textAt(fieldsAt(pod, "seccompProfile"), "type");
  // 0 is none.
  const ports = listAt(container, "ports").map((port) => numberAt(port, "hostPort") ?? 0);
  return [
    ...(own.privileged === true ? ["is privileged"] : []),
    ...(of("runAsNonRoot") === true ? [] : ["may run as root"]),
    ...(of("runAsUser") === 0 ? ["runs as root"] : []),
    ...(own.allowPrivilegeEscalation === false ? [] : ["may gain privileges"]),
    ...(textsAt(capabilities, "drop").includes("ALL") ? [] : ["keeps the default capabilities"]),
    ...added.map((name) => `has the capability ${name}`),
    ...(seccomp === "RuntimeDefault" || seccomp === "Localhost" ? [] : ["has no seccomp profile"]),
    ...isolationWeaknesses(own),
    ...(["Default", undefined].includes(textAt(own, "procMount")) ? [] : ["sees all of /proc"]),
    ...ports.filter((port) => port > 0).map((port) => `has the port ${port} of the node`),
  ];
}
