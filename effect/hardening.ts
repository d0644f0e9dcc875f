import { fieldsAt, fieldsOf, has, listAt, textAt, textsAt } from "./field";
import type { KnownObject } from "./object";
import { podTemplateOf } from "./workload";

/**
 * Returns what the pods of an object may do beyond the "restricted" Pod Security Standard, one text for each. The list
 * is empty for pods that meet it, and for objects that create no pods.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export function weaknesses(object: KnownObject): string[] {
  const template = podTemplateOf(object);
  if (!template) return [];
  const spec = fieldsAt(template, "spec");
  const pod = fieldsAt(spec, "securityContext");
  const host = ["hostNetwork", "hostPID", "hostIPC"].filter((field) => fieldsOf(spec)[field] === true);
  const paths = listAt(spec, "volumes").filter((volume) => has(volume, "hostPath"));
  return [
    ...host.map((field) => `${field} is true`),
    ...paths.map((volume) => `the volume "${textAt(volume, "name") ?? ""}" is a path of the node`),
    ...["initContainers", "containers"].flatMap((key) =>
      listAt(spec, key).flatMap((container) =>
        containerWeaknesses(fieldsAt(container, "securityContext"), pod).map(
          (text) => `the container "${textAt(container, "name") ?? ""}" ${text}`,
        ),
      ),
    ),
  ];
}

function containerWeaknesses(own: unknown, pod: unknown): string[] {
  const of = (field: string): unknown => fieldsOf(own)[field] ?? fieldsOf(pod)[field];
  const capabilities = fieldsAt(own, "capabilities");
  const added = textsAt(capabilities, "add").filter((name) => name !== "NET_BIND_SERVICE");
  const seccomp =
    textAt(fieldsAt(own, "seccompProfile"), "type") ?? textAt(fieldsAt(pod, "seccompProfile"), "type");
  return [
    ...(fieldsOf(own).privileged === true ? ["is privileged"] : []),
    ...(of("runAsNonRoot") === true ? [] : ["may run as root"]),
    ...(of("runAsUser") === 0 ? ["runs as root"] : []),
    ...(fieldsOf(own).allowPrivilegeEscalation === false ? [] : ["may gain privileges"]),
    ...(textsAt(capabilities, "drop").includes("ALL") ? [] : ["keeps the default capabilities"]),
    ...added.map((name) => `has the capability ${name}`),
    ...(seccomp === "RuntimeDefault" || seccomp === "Localhost" ? [] : ["has no seccomp profile"]),
  ];
}
