import type { KubernetesObject } from "@kubernetes/client-node";

/** What a public system's own manifests deploy, as far as the mesh has to match it. */
export interface System {
  readonly namespace: string;
  readonly workloads: readonly Workload[];
  readonly services: readonly DeployedService[];
}

/** A Deployment, DaemonSet or StatefulSet. */
export interface Workload {
  readonly name: string;
  /** Default: Deployment. */
  readonly kind?: "DaemonSet" | "StatefulSet";
  readonly labels: Readonly<Record<string, string>>;
  /** Labels of its selector. Default: all of `labels`. */
  readonly selector?: Readonly<Record<string, string>>;
  /** Default: none is named, so the pods run under `default`. */
  readonly account?: string;
}

/** A Kubernetes Service. */
export interface DeployedService {
  readonly name: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly ServicePort[];
}

/** Name, number, and where they differ from it, the container's port; `appProtocol` where the manifests set it. */
export type ServicePort = readonly [name: string, port: number, targetPort?: number, appProtocol?: string];

/** The namespace of a system, with the label that has istiod inject a proxy into its pods. */
export function namespaceOf({ namespace }: System): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespace, labels: { "istio-injection": "enabled" } },
  };
}

/** The objects that a system's manifests deploy into its namespace, for `kubectl apply`. */
export function manifests({ namespace, workloads, services }: System): KubernetesObject[] {
  const accounts = new Set(workloads.flatMap(({ account }) => account ?? []));
  return [
    ...[...accounts].map((name) => ({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name, namespace },
    })),
    ...workloads.map((workload) => manifest(namespace, workload)),
    ...services.map(({ name, selector, ports }) => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace },
      spec: {
        selector,
        ports: ports.map(([port, number, targetPort = number, appProtocol]) => ({
          name: port,
          port: number,
          targetPort,
          ...(appProtocol !== undefined && { appProtocol }),
        })),
      },
    })),
  ];
}

function manifest(
  namespace: string,
  { name, kind, labels, selector = labels, account }: Workload,
): KubernetesObject {
  return {
    apiVersion: "apps/v1",
    kind: kind ?? "Deployment",
    metadata: { name, namespace },
    spec: {
      ...(kind !== "DaemonSet" && { replicas: 1 }),
      ...(kind === "StatefulSet" && { serviceName: name }),
      selector: { matchLabels: selector },
      template: {
        metadata: { labels },
        spec: {
          ...(account !== undefined && { serviceAccountName: account }),
          containers: [{ name: "main", image: "registry.example.com/main:1.0.0" }],
        },
      },
    },
  } as KubernetesObject;
}
