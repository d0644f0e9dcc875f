import { formatPath, type PodSpec, type ServiceDefinition } from "../../catalog";
import type { DefinitionRule, Report } from "../rule";
import { base, http } from "./example";

/** Fields of a PodSpec that the catalog decides, or that keep the pod out of the mesh. */
const decided = {
  serviceAccountName: "set the service's serviceAccount.name: callees admit the service by it",
  serviceAccount: "set the service's serviceAccount.name: callees admit the service by it",
  hostNetwork: "remove it: a pod in the host's network gets no sidecar, so it has no identity",
  ephemeralContainers: "remove it: kubectl debug adds them to running pods",
} as const satisfies Partial<Record<keyof PodSpec, string>>;

const running = (pod: PodSpec): object => ({
  ...base,
  services: { web: { ports: { http }, workload: { image: "web:1", pod } } },
});

export const podDecided: DefinitionRule = {
  code: "MW345",
  severity: "error",
  title: "A workload's fragment of a pod leaves to the catalog what the catalog decides",
  stage: "definition",
  examples: {
    wrong: running({ serviceAccountName: "other" }),
    right: running({ nodeSelector: { disk: "ssd" } }),
  },
  *check({ services }) {
    for (const [service, { workload, versions = {} }] of Object.entries(services)) {
      yield* judged(service, ["workload"], workload);
      for (const [version, own] of Object.entries(versions)) {
        yield* judged(service, ["versions", version], own);
      }
    }
  },
};

function* judged(
  service: string,
  place: string[],
  workload: Pick<NonNullable<ServiceDefinition["workload"]>, "pod"> | undefined,
): Iterable<Report> {
  const pod = workload?.pod ?? {};
  for (const [field, fix] of Object.entries(decided)) {
    const value = pod[field as keyof PodSpec];
    if (value === undefined || value === false) continue;
    yield {
      path: formatPath(["services", service, ...place, "pod", field]),
      message: `the pods of "${service}" can't have ${field}: the catalog decides it`,
      fix,
    };
  }
  for (const [i, { name, image }] of (pod.containers ?? []).entries()) {
    const path = formatPath(["services", service, ...place, "pod", "containers", i, "image"]);
    if (name === service && image !== undefined) {
      yield {
        path,
        message: `the image of the container "${name}" is the workload's`,
        fix: `set services.${service}.${place.join(".")}.image`,
      };
    }
    if (name !== service && image === undefined) {
      yield {
        path,
        message: `the container "${name}" has no image; the application's container is called "${service}"`,
        fix: `give it an image, or call it "${service}" if it is the application's`,
      };
    }
  }
}
