import type { V1Container, V1PodSpec, V1Probe, V1ResourceRequirements } from "@kubernetes/client-node";
import { parse } from "yaml";
import {
  compare,
  type EnvValue,
  mergePod,
  type Mesh,
  type Port,
  type Probe,
  type Resources,
  runsOnce,
  type Service,
  type SidecarDefinition,
  terminationDefaults,
  type Workload,
} from "../catalog";
import { quotasName } from "./configMap";
import { injectionLabels } from "./namespace";
import { toYaml } from "./toYaml";

/** The pods of a workload. */
export interface PodTemplate {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: V1PodSpec;
}

/**
 * Returns the pods of a workload: the catalog's fields, with the catalog's PodSpec fragment merged over them. They meet
 * the "restricted" Pod Security Standard, unless the fragment relaxes it.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export function podTemplate(mesh: Mesh, service: Service, workload: Workload): PodTemplate {
  const counts = mesh.rateLimitService?.service === service.name;
  const annotations = {
    ...sidecarAnnotations(service.sidecar),
    ...(runsOnce(workload) && { "sidecar.istio.io/nativeSidecar": "true" }),
    ...workload.annotations,
    ...proxyConfig(workload),
  };
  return {
    metadata: {
      labels: { ...workload.labels, ...injectionLabels(mesh, service.namespace), ...workload.selector },
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    spec: mergePod(podSpec(service, workload, counts), restricted(service, workload)),
  };
}

function podSpec(service: Service, workload: Workload, counts: boolean): V1PodSpec {
  const env = Object.entries<EnvValue>({ ...(counts && readsQuotas), ...workload.env })
    .map(([name, value]) => (typeof value === "string" ? { name, value } : { name, ...value }))
    .sort((a, b) => compare(a.name, b.name));
  const { gracePeriod, preStop } = workload.termination;
  return {
    serviceAccountName: service.serviceAccount.name,
    securityContext: {
      runAsNonRoot: true,
      ...(workload.runAsUser !== undefined && { runAsUser: workload.runAsUser }),
      seccompProfile: { type: "RuntimeDefault" },
    },
    ...(gracePeriod !== terminationDefaults.gracePeriod && { terminationGracePeriodSeconds: gracePeriod }),
    containers: [
      {
        name: service.name,
        image: workload.image,
        ...(service.ports.length > 0 && {
          ports: service.ports.map(({ name, targetPort }) => ({ name, containerPort: targetPort })),
        }),
        ...(env.length > 0 && { env: env }),
        ...(workload.resources && { resources: resources(workload.resources) }),
        ...probes(workload),
        ...(preStop > 0 && { lifecycle: { preStop: { sleep: { seconds: preStop } } } }),
        securityContext: leastPrivilege,
        ...(counts && { volumeMounts: [{ name: "quotas", mountPath: quotasFolder, readOnly: true }] }),
      },
    ],
    ...(runsOnce(workload) && { restartPolicy: "OnFailure" }),
    ...(counts && { volumes: [{ name: "quotas", configMap: { name: quotasName(service.name) } }] }),
    ...(!runsOnce(workload) && {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "topology.kubernetes.io/zone",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: { ...workload.selector } },
        },
      ],
    }),
  };
}

/** The security context of every container, also of those that a fragment adds. */
const leastPrivilege = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };

/** The catalog's fragment. Containers that it adds get the same restrictions as the application's. */
function restricted({ name: application }: Service, { pod }: Workload): object {
  const containers = (list: typeof pod.containers): object[] | undefined =>
    list?.map((one) => (one.name === application ? one : mergePod({ securityContext: leastPrivilege }, one)));
  return {
    ...pod,
    ...(pod.containers && { containers: containers(pod.containers) }),
    ...(pod.initContainers && { initContainers: containers(pod.initContainers) }),
  };
}

/**
 * The proxy drains as long as the pod's calls may take. A native sidecar stops after the application and needs no
 * setting; other sidecars get SIGTERM together with it.
 *
 * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig
 */
function proxyConfig({ annotations, termination: { drain } }: Workload): Record<string, string> {
  const name = "proxy.istio.io/config";
  if (drain <= terminationDefaults.drain) return {};
  const own = (parse(annotations[name] ?? "{}") ?? {}) as Record<string, unknown>;
  return { [name]: toYaml({ terminationDrainDuration: `${drain}s`, ...own }).trimEnd() };
}

const quotasFolder = "/data/ratelimit/config";

/**
 * Settings with which a rate limit service loads its quotas, and reloads them whenever Kubernetes replaces them.
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
