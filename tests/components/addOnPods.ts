import type { Manifest } from "../../mesh";

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
  /** Null where a template writes the key and nothing below it. */
  readonly env?: readonly Variable[] | null;
  readonly securityContext?: SecurityContext;
}

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
}

interface SecurityContext {
  readonly allowPrivilegeEscalation?: boolean;
  readonly capabilities?: { readonly drop?: readonly string[] };
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
}

interface Volume {
  readonly name: string;
  readonly secret?: {
    readonly secretName: string;
    readonly optional?: boolean;
    readonly items?: { key: string }[];
  };
  readonly configMap?: { readonly name: string; readonly optional?: boolean };
  readonly persistentVolumeClaim?: { readonly claimName: string };
}

/** What a chart's objects make pods of. */
export interface AddOnPod {
  /** Kind and name of the object. */
  readonly of: string;
  readonly namespace: string;
  readonly replicas: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly spec: {
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly securityContext?: SecurityContext;
    readonly hostNetwork?: boolean;
    readonly volumes?: readonly Volume[];
  };
}

interface WorkloadSpec {
  readonly replicas?: number;
  readonly template: {
    readonly metadata: { readonly labels: Record<string, string> };
    readonly spec: AddOnPod["spec"] & { readonly serviceAccountName?: string };
  };
}

interface PrometheusSpec {
  readonly replicas: number;
  readonly serviceAccountName: string;
  readonly image: string;
  readonly portName: string;
  readonly podMetadata: { readonly labels: Record<string, string> };
  readonly securityContext: SecurityContext;
}

/** The pods of Deployments and StatefulSets, and those that the operator makes of a Prometheus object. */
export function podsOf(objects: readonly Manifest[]): AddOnPod[] {
  return objects.flatMap(({ kind, metadata: { name, namespace = "" }, spec }): AddOnPod[] => {
    if (kind === "Prometheus") return [operated(name, namespace, spec as PrometheusSpec)];
    if (kind !== "Deployment" && kind !== "StatefulSet") return [];
    const { replicas = 1, template } = spec as WorkloadSpec;
    return [
      {
        of: `${kind} ${name}`,
        namespace,
        replicas,
        labels: template.metadata.labels,
        serviceAccount: template.spec.serviceAccountName ?? "default",
        spec: template.spec,
      },
    ];
  });
}

/** https://prometheus-operator.dev/docs/platform/operator/#pod-template */
function operated(
  name: string,
  namespace: string,
  { replicas, serviceAccountName, image, portName, podMetadata, securityContext }: PrometheusSpec,
): AddOnPod {
  const confined = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
  return {
    of: `Prometheus ${name}`,
    namespace,
    replicas,
    labels: {
      ...podMetadata.labels,
      "app.kubernetes.io/name": "prometheus",
      "app.kubernetes.io/instance": name,
      "app.kubernetes.io/managed-by": "prometheus-operator",
      "operator.prometheus.io/name": name,
    },
    serviceAccount: serviceAccountName,
    spec: {
      securityContext,
      containers: [
        {
          name: "prometheus",
          image,
          ports: [{ name: portName, containerPort: 9090 }],
          securityContext: confined,
        },
        {
          name: "config-reloader",
          image,
          ports: [{ name: "reloader-web", containerPort: 8080 }],
          securityContext: confined,
        },
      ],
    },
  };
}

/** Whether a selector's labels pick a pod. */
export function picks(
  selector: Readonly<Record<string, string>>,
  { labels }: Pick<AddOnPod, "labels">,
): boolean {
  return Object.entries(selector).every(([label, value]) => labels[label] === value);
}
