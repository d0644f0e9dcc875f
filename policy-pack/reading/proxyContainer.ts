import type { Field } from "./field";
import { isList, isObject } from "./value";
import { containersOf, ISTIO_CONTAINERS } from "./workload";
import { asText } from "./value";

/**
 * Fields of a container that injection merges into Istio's own, and that are harmless, or that policies judge by their
 * content.
 */
const HARMLESS = [
  ...["name", "image", "imagePullPolicy", "resources", "resizePolicy", "ports", "restartPolicy", "env"],
  ...["securityContext", "terminationMessagePath", "terminationMessagePolicy"],
];

const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"];

/** Paths below which a proxy reads no configuration, certificates or tokens, except those of a gateway's own servers. */
const MOUNTS = /^\/(mnt|tmp|data|etc\/certs|etc\/istio\/[a-z]+gateway-(ca-)?certs)(\/|$)/;

/** The containers of a pod that have the name of one that Istio injects: injection keeps what they set. */
export function proxyContainers(pod: Field): Field[] {
  return containersOf(pod).filter((container) =>
    ISTIO_CONTAINERS.includes(asText(container.at("name").peek)),
  );
}

/** The fields by which a pod changes the program of Istio's container, runs another one in it, or replaces its files. */
export function programChanges(container: Field): Field[] {
  return container.children().flatMap((field) => {
    if (HARMLESS.includes(field.key) || isEmptyField(field)) return [];
    if (PROBES.includes(field.key)) return field.at("exec").isSet ? [field.at("exec")] : [];
    if (field.key === "lifecycle") return field.children().filter((action) => !isPause(action));
    if (field.key !== "volumeMounts") return [field];
    return field
      .children()
      .map((mount) => mount.at("mountPath"))
      .filter(({ peek }) => typeof peek !== "string" || !MOUNTS.test(peek));
  });
}

/** Whether an action only waits, as gateways do before they end. */
export function isPause(action: Field): boolean {
  const command = action.at("exec", "command");
  return !command.isSet
    ? action.at("sleep").isSet
    : /^(\/(usr\/)?bin\/)?sleep,\d+[smh]?$/.test(
        command
          .children()
          .map(({ peek }) => asText(peek))
          .join(","),
      );
}

function isEmptyField({ peek }: Field): boolean {
  return (
    peek === undefined || (isObject(peek) && (isList(peek) ? peek.length : Object.keys(peek).length) === 0)
  );
}
