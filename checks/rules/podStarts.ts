import { formatPath, type Mesh, type PodSpec, type Service, type Workload } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Report, Text } from "../rule";
import { base, http } from "./example";

const running = (pod: PodSpec): object => ({
  ...base,
  services: { web: { ports: { http }, workload: { image: "web:1", pod } } },
});

export const rootRefused = (container: string): Text => ({
  message: `the container "${container}" runs as root (runAsUser: 0), and runAsNonRoot is true: the kubelet does not start it`,
  fix: "set runAsUser to the number of another user, or runAsNonRoot: false beside it",
});

export const privilegedRefused = (container: string): Text => ({
  message: `the container "${container}" is privileged, and allowPrivilegeEscalation is false: Kubernetes rejects the pod`,
  fix: "remove privileged, or set allowPrivilegeEscalation: true beside it",
});

export const volumeMissing = (container: string, volume: string): Text => ({
  message: `the container "${container}" mounts the volume "${volume}", which the pod does not have: Kubernetes rejects the pod`,
  fix: "add it to the pod's volumes, or to volumeClaimTemplates of a StatefulSet",
});

export const fieldUnknown = (variable: string, field: string): Text => ({
  message: `the environment variable "${variable}" refers to the field "${field}" of the pod, which Kubernetes does not offer`,
  fix: "use metadata.name, metadata.namespace, metadata.uid, metadata.labels['<key>'], metadata.annotations['<key>'], spec.nodeName, spec.serviceAccountName, status.hostIP, status.hostIPs, status.podIP or status.podIPs",
});

const offered =
  /^(metadata\.(name|namespace|uid|(labels|annotations)\['[^']+'\])|spec\.(nodeName|serviceAccountName)|status\.(hostIPs?|podIPs?))$/;

type Container = Partial<NonNullable<PodSpec["containers"]>[number]> & { readonly name: string };

export const podStarts: MeshRule = {
  code: "MW909",
  severity: "error",
  title: "Kubernetes accepts and starts the pods of a workload",
  why: [
    "The settings of a pod can contradict each other, or refer to something that the pod does not have.",
    "The API server rejects such a pod, or the kubelet does not start its container, after other objects have been applied.",
  ],
  see: pages.kubernetesPodSecurity,
  stage: "mesh",
  examples: {
    wrong: running({ securityContext: { runAsUser: 0 } }),
    right: running({ securityContext: { runAsUser: 0, runAsNonRoot: false } }),
  },
  *check(mesh, hasFailed) {
    for (const service of mesh.services) {
      // All versions have most of their pod in common.
      const seen = new Set<string>();
      for (const workload of service.workloads) {
        for (const report of judged(mesh, service, workload)) {
          if (seen.has(report.message) || hasFailed(report.path)) continue;
          seen.add(report.message);
          yield report;
        }
      }
    }
  },
};

function* judged(mesh: Mesh, { name }: Service, workload: Workload): Iterable<Report> {
  const { pod } = workload;
  const path = formatPath(["services", name, "workload", "pod"]);
  const mounted = new Set([
    ...(pod.volumes ?? []).map((volume) => volume.name),
    ...Object.keys(workload.volumeClaimTemplates),
    ...(mesh.rateLimitService?.service === name ? ["quotas"] : []),
  ]);
  // The application's container, if the fragment leaves it as it is.
  const own = (pod.containers ?? []).some((container) => container.name === name) ? [] : [{ name }];
  const containers: Container[] = [...own, ...(pod.containers ?? []), ...(pod.initContainers ?? [])];
  for (const container of containers) {
    const context = container.securityContext ?? {};
    const { runAsNonRoot = pod.securityContext?.runAsNonRoot ?? true } = context;
    // The workload's own runAsUser is never root.
    const { runAsUser = pod.securityContext?.runAsUser } = context;
    if (runAsUser === 0 && runAsNonRoot) yield { path, ...rootRefused(container.name) };
    if (context.privileged === true && context.allowPrivilegeEscalation !== true) {
      yield { path, ...privilegedRefused(container.name) };
    }
    for (const { name: volume } of container.volumeMounts ?? []) {
      if (!mounted.has(volume)) yield { path, ...volumeMissing(container.name, volume) };
    }
    for (const { name: variable, valueFrom } of container.env ?? []) {
      const field = valueFrom?.fieldRef?.fieldPath;
      if (field !== undefined && !offered.test(field)) yield { path, ...fieldUnknown(variable, field) };
    }
  }
  for (const [variable, value] of Object.entries(workload.env)) {
    const field = typeof value === "string" ? undefined : value.valueFrom.fieldRef?.fieldPath;
    if (field === undefined || offered.test(field)) continue;
    yield {
      path: formatPath(["services", name, "workload", "env", variable]),
      ...fieldUnknown(variable, field),
    };
  }
}
