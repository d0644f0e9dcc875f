import type { V1Container, V1DeploymentSpec, V1Probe, V1ResourceRequirements } from "@kubernetes/client-node";
import type { Mesh, Port, Probe, Resources, Service, SidecarDefinition, Workload } from "../catalog";
import { quotasName } from "./configMap";
import { injectionLabels } from "./namespace";
import { metadata, type MeshObject } from "./object";

/** One Deployment for each version of each service that is deployed with the mesh. */
export function deployments(mesh: Mesh): MeshObject[] {
  return mesh.services.flatMap((service) =>
    service.workloads.map((workload) => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadata(mesh, {
        name: workload.name,
        namespace: service.namespace,
        from: [service.path],
        labels: { ...workload.labels, ...workload.selector },
      }),
      spec: deploymentSpec(service, workload, {
        injection: injectionLabels(mesh, service.namespace),
        counts: mesh.rateLimitService?.service === service.name,
      }),
    })),
  );
}

/**
 * Pods may do what the "restricted" Pod Security Standard allows, and no more.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
function deploymentSpec(
  service: Service,
  workload: Workload,
  { injection, counts }: { readonly injection: Record<string, string>; readonly counts: boolean },
): V1DeploymentSpec {
  const labels = { ...workload.selector };
  const annotations = { ...sidecarAnnotations(service.sidecar), ...workload.annotations };
  const env = Object.entries({ ...(counts && readsQuotas), ...workload.env })
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    // With an autoscaler a number here would be put back at every deployment.
    ...(!workload.autoscaling && { replicas: workload.replicas }),
    selector: { matchLabels: labels },
    template: {
      metadata: {
        labels: { ...workload.labels, ...injection, ...labels },
        ...(Object.keys(annotations).length > 0 && { annotations }),
      },
      spec: {
        serviceAccountName: service.serviceAccount.name,
        securityContext: {
          runAsNonRoot: true,
          ...(workload.runAsUser !== undefined && { runAsUser: workload.runAsUser }),
          seccompProfile: { type: "RuntimeDefault" },
        },
        containers: [
          {
            name: service.name,
            image: workload.image,
            ports: service.ports.map(({ name, targetPort }) => ({ name, containerPort: targetPort })),
            ...(env.length > 0 && { env }),
            ...(workload.resources && { resources: resources(workload.resources) }),
            ...probes(workload),
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
            ...(counts && { volumeMounts: [{ name: "quotas", mountPath: quotasFolder, readOnly: true }] }),
          },
        ],
        ...(counts && { volumes: [{ name: "quotas", configMap: { name: quotasName(service.name) } }] }),
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: "topology.kubernetes.io/zone",
            whenUnsatisfiable: "ScheduleAnyway",
            labelSelector: { matchLabels: labels },
          },
        ],
      },
    },
  };
}

const quotasFolder = "/data/ratelimit/config";

/**
 * Where a rate limit service finds its quotas, which it reads again whenever Kubernetes replaces them.
 *
 * @see https://github.com/envoyproxy/ratelimit#loading-configuration
 */
const readsQuotas = {
  RUNTIME_ROOT: "/data",
  RUNTIME_SUBDIRECTORY: "ratelimit",
  RUNTIME_WATCH_ROOT: "false",
  RUNTIME_IGNOREDOTFILES: "true",
  USE_STATSD: "false",
};

function resources({ requests, limits }: Resources): V1ResourceRequirements {
  return { ...(requests && { requests: { ...requests } }), ...(limits && { limits: { ...limits } }) };
}

function probes({ probes: { readiness, liveness, startup } }: Workload): Partial<V1Container> {
  return {
    ...(startup && { startupProbe: probe(startup) }),
    ...(readiness && { readinessProbe: probe(readiness) }),
    ...(liveness && { livenessProbe: probe(liveness) }),
  };
}

function probe({ port, path, period, timeout, failureThreshold }: Probe): V1Probe {
  return {
    ...action(port, path),
    periodSeconds: period / 1_000,
    timeoutSeconds: timeout / 1_000,
    failureThreshold,
  };
}

function action(
  { protocol, targetPort: port }: Port,
  path?: string,
): Pick<V1Probe, "grpc" | "httpGet" | "tcpSocket"> {
  if (protocol === "grpc") return { grpc: { port } };
  return path === undefined ? { tcpSocket: { port } } : { httpGet: { path, port } };
}

/** @see https://istio.io/latest/docs/reference/config/annotations/ */
function sidecarAnnotations(sidecar: SidecarDefinition): Record<string, string> {
  const { requests, limits } = sidecar.resources ?? {};
  const annotations = {
    "sidecar.istio.io/proxyCPU": requests?.cpu,
    "sidecar.istio.io/proxyCPULimit": limits?.cpu,
    "sidecar.istio.io/proxyMemory": requests?.memory,
    "sidecar.istio.io/proxyMemoryLimit": limits?.memory,
    "traffic.sidecar.istio.io/excludeOutboundPorts": sidecar.excludeOutboundPorts?.join(","),
    "traffic.sidecar.istio.io/includeInboundPorts": sidecar.includeInboundPorts?.join(","),
  };
  return Object.fromEntries(
    Object.entries(annotations).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
