import { formatPath, type PodSpec, type ServiceDefinition } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Report, Text } from "../rule";
import { base, http } from "./example";

/** Fields of a PodSpec that the catalog sets, or that exclude the pod from the mesh, each with its fix. */
const decided = {
  serviceAccountName:
    "set the service's serviceAccount.name: callees admit the service by its service account",
  serviceAccount: "set the service's serviceAccount.name: callees admit the service by its service account",
  hostNetwork: "remove it: a pod in the host's network gets no sidecar, and so no identity",
  ephemeralContainers: "remove it: kubectl debug adds them to running pods",
} as const satisfies Partial<Record<keyof PodSpec, string>>;

const running = (pod: PodSpec): object => ({
  ...base,
  services: { web: { ports: { http }, workload: { image: "web:1", pod } } },
});

export const decidedField = (service: string, field: string, fix: string): Text => ({
  message: `the pods of "${service}" can't have ${field}: the catalog sets it`,
  fix,
});

export const ownImage = (container: string, path: string): Text => ({
  message: `the image of the container "${container}" is the workload's`,
  fix: `set ${path}`,
});

export const noImage = (service: string, container: string): Text => ({
  message: `the container "${container}" has no image; the application's container is named "${service}"`,
  fix: `set its image, or rename it to "${service}" if it is the application's`,
});

export const podDecided: DefinitionRule = {
  code: "MW345",
  severity: "error",
  title: "A workload's pod fragment sets no field that the catalog sets",
  why: [
    "The catalog sets the service account, the application's image and the network of a pod, because policies depend on them.",
    "A pod with another service account is denied by its callees, and a pod in the host's network gets no sidecar.",
  ],
  see: pages.sidecarInjection,
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
      ...decidedField(service, field, fix),
    };
  }
  for (const [i, { name, image }] of (pod.containers ?? []).entries()) {
    const path = formatPath(["services", service, ...place, "pod", "containers", i, "image"]);
    if (name === service && image !== undefined) {
      yield {
        path,
        ...ownImage(name, formatPath(["services", service, ...place, "image"])),
      };
    }
    if (name !== service && image === undefined) {
      yield {
        path,
        ...noImage(service, name),
      };
    }
  }
}
