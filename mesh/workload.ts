import { compare, type Mesh, type Service, type Workload } from "../catalog";
import { metadata, type Manifest } from "./object";
import { podTemplate } from "./pod";

/** One Deployment, StatefulSet, Job or CronJob for each version of each service that the catalog deploys. */
export function workloads(mesh: Mesh): Manifest[] {
  return mesh.services.flatMap((service) =>
    service.workloads.map((workload) => ({
      apiVersion: apiVersions[workload.kind],
      kind: workload.kind,
      metadata: metadata(mesh, {
        name: workload.name,
        namespace: service.namespace,
        from: [service.path],
        labels: { ...workload.labels, ...workload.selector },
      }),
      spec: spec(mesh, service, workload),
    })),
  );
}

const apiVersions = {
  Deployment: "apps/v1",
  StatefulSet: "apps/v1",
  Job: "batch/v1",
  CronJob: "batch/v1",
} as const;

function spec(mesh: Mesh, service: Service, workload: Workload): object {
  const template = podTemplate(mesh, service, workload);
  const scaled = {
    // With an autoscaler, a number of replicas here would be reset at every deployment.
    ...(!workload.autoscaling && { replicas: workload.replicas }),
    selector: { matchLabels: { ...workload.selector } },
    template,
  };
  const job = { ...(workload.replicas !== 1 && parallel(workload.replicas)), template };
  switch (workload.kind) {
    case "Deployment":
      return scaled;
    case "StatefulSet":
      return { ...scaled, serviceName: service.headless?.name, ...claims(workload) };
    case "Job":
      return job;
    case "CronJob":
      return {
        schedule: workload.schedule,
        ...(workload.timeZone !== undefined && { timeZone: workload.timeZone }),
        jobTemplate: { spec: job },
      };
  }
}

function parallel(replicas: number): object {
  return { completions: replicas, parallelism: replicas };
}

function claims({ volumeClaimTemplates }: Workload): object {
  const templates = Object.entries(volumeClaimTemplates)
    .map(([name, spec]) => ({ metadata: { name }, spec }))
    .sort((a, b) => compare(a.metadata.name, b.metadata.name));
  return templates.length > 0 ? { volumeClaimTemplates: templates } : {};
}
