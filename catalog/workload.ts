import { z } from "zod";
import { drainSchema, terminationDefaults, type Termination } from "./drain";
import type { Duration } from "./duration";
import { envSourceSchema, podSchema, volumeClaimSchema } from "./podSchema";
import type { EnvVarSource, PersistentVolumeClaimSpec, PodSpec } from "./podSpec.gen";
import type { Port } from "./port";
import { normalizeProbes, type Probes, type ProbesDefinition, probesSchema } from "./probes";
import type { Labels } from "./selector";
import type { Shape } from "./shape";
import { textOf } from "./text";

/**
 * What runs behind a service. Optional: without it another tool deploys the pods. They must have the labels of the
 * service's `selector`, those of the version's `labels` where there are versions, and run under its `serviceAccount`.
 *
 * Containers run with least privilege: not as root, without capabilities, unable to gain any, and with the runtime's
 * seccomp profile. A container that needs more sets it in `pod`.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/
 */
export interface WorkloadDefinition {
  /**
   * The Kubernetes kind that runs the pods. A `StatefulSet` gets a headless Service `<service>-headless` besides. Pods of
   * a `Job` or `CronJob` get a native sidecar, which ends with the application. Default: `Deployment`.
   */
  readonly kind?: WorkloadKind;
  /** Container image, pinned by tag or digest. */
  readonly image: string;
  /** Number of pods. Default: 2, so that one pod can be lost; 1 for a `Job` or `CronJob`. */
  readonly replicas?: number;
  /**
   * When a `CronJob` runs, such as `"0 3 * * *"`. Default: none; a `CronJob` requires it.
   *
   * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
   */
  readonly schedule?: string;
  /**
   * Volumes that a `StatefulSet` claims for each pod, keyed by name. `pod` mounts them. Default: none.
   *
   * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#volume-claim-templates
   */
  readonly volumeClaimTemplates?: Readonly<Record<string, PersistentVolumeClaimSpec>>;
  /**
   * A fragment of Kubernetes' PodSpec, merged over the pod that the catalog renders as a strategic merge does: containers,
   * volumes and environment variables by `name`, mounts by `mountPath`, ports by `containerPort`. The application's
   * container is the one named as the service. Added containers get the same restrictions as the application's.
   * Default: none.
   *
   * @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodSpec
   */
  readonly pod?: PodSpec;
  /**
   * How long a pod finishes calls after it was told to stop. It is rendered as the proxy's `terminationDrainDuration`, and
   * together with a `preStop` delay of 5 s as the pod's `terminationGracePeriodSeconds`, where these exceed Istio's 5 s and
   * Kubernetes' 30 s. Default: the longest timeout of the calls and routes to the service; 30 s where one has none.
   *
   * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig
   */
  readonly drain?: Duration;
  /** Of the application's container; the proxy's are in `sidecar.resources`. Default: none. */
  readonly resources?: Resources;
  /**
   * Environment variables of the application's container, keyed by name: a value, or a source such as
   * `{ valueFrom: { secretKeyRef: { name: "db", key: "password" } } }`. Default: none.
   */
  readonly env?: Readonly<Record<string, EnvValue>>;
  /**
   * Secrets of which each has one random password, keyed by the Secret's name: the key of the password. `pulumi up`
   * generates a password once and keeps it in its state as a secret; `render` lists the Secrets among those to make.
   * `env` names them. Default: none, so that other Secrets must exist.
   */
  readonly generatedSecrets?: Readonly<Record<string, string>>;
  /**
   * Id of the user that the container runs as; neither 0, root, nor 1337, the proxy, whose traffic is not redirected.
   * Default: the image's user, and where that is root, or has a name and no number, Kubernetes refuses to start it.
   *
   * @see https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
   */
  readonly runAsUser?: number;
  /** Of the application's container, the same in every version. Default: none. */
  readonly probes?: ProbesDefinition;
  /** Default: none; then `replicas` is fixed. */
  readonly autoscaling?: AutoscalingDefinition;
  /** Labels of Deployment and pods, besides those of the service's and the version's selectors. Default: none. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Of the pods, such as `prometheus.io/port`. Default: none. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Kinds that can run a service's pods. */
export const workloadKinds = ["Deployment", "StatefulSet", "Job", "CronJob"] as const;

/** The Kubernetes kind that runs a service's pods. */
export type WorkloadKind = (typeof workloadKinds)[number];

/** Value of an environment variable, or where it comes from: a Secret, a ConfigMap, or a field of the pod. */
export type EnvValue = string | { readonly valueFrom: EnvVarSource };

/** @see https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/ */
export interface Resources {
  /** What the node sets aside. Default: the limits, if there are any, as Kubernetes has it. */
  readonly requests?: ResourceQuantities;
  /** What the container may use at most. Default: none. */
  readonly limits?: ResourceQuantities;
}

export interface ResourceQuantities {
  /** Such as `"100m"` or `"2"`. Default: none. */
  readonly cpu?: string;
  /** Such as `"128Mi"`. Default: none. */
  readonly memory?: string;
}

/** @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/ */
export interface AutoscalingDefinition {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** CPU use in percent of the request at which pods are added, 1–100. */
  readonly averageUtilization: number;
}

/** One Deployment, StatefulSet, Job or CronJob. */
export interface Workload {
  readonly kind: WorkloadKind;
  /** `<service>`, or `<service>-<version>` where the service declares versions. */
  readonly name: string;
  /** The version's name; `v1` where the service declares none. */
  readonly version: string;
  /** Labels that select its pods: the service's, and those of the version. */
  readonly selector: Labels;
  readonly image: string;
  readonly replicas: number;
  readonly resources?: Resources;
  readonly schedule?: string;
  readonly volumeClaimTemplates: Readonly<Record<string, PersistentVolumeClaimSpec>>;
  readonly pod: PodSpec;
  readonly generatedSecrets: Readonly<Record<string, string>>;
  /** The longest drain that the catalog asks for, if it does. */
  readonly drain?: Duration;
  readonly termination: Termination;
  readonly env: Readonly<Record<string, EnvValue>>;
  readonly runAsUser?: number;
  readonly probes: Probes;
  readonly autoscaling?: AutoscalingDefinition;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const quantity = textOf(
  /^\d+(\.\d+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/,
  'write a quantity of Kubernetes, such as "500m" of CPU or "256Mi" of memory',
);
const quantities = z.strictObject({
  cpu: quantity.optional(),
  memory: quantity.optional(),
} satisfies Shape<ResourceQuantities>);

export const resourcesSchema: z.ZodType<Resources> = z.strictObject({
  requests: quantities.optional(),
  limits: quantities.optional(),
} satisfies Shape<Resources>);

export const imageSchema = textOf(
  /^[^\s]+$/,
  'write an image with its tag or digest, such as "registry.example.com/web:1.4.2"',
);
export const replicasSchema = z.int().min(0);
export const envSchema = z.record(z.string(), z.union([z.string(), envSourceSchema]));

export const workloadSchema: z.ZodType<WorkloadDefinition> = z.strictObject({
  kind: z.enum(workloadKinds).optional(),
  image: imageSchema,
  replicas: replicasSchema.optional(),
  schedule: z.string().min(1).optional(),
  volumeClaimTemplates: z.record(z.string(), volumeClaimSchema).optional(),
  pod: podSchema.optional(),
  drain: drainSchema.optional(),
  generatedSecrets: z.record(z.string().min(1), z.string().min(1)).optional(),
  resources: resourcesSchema.optional(),
  env: envSchema.optional(),
  runAsUser: z
    .int()
    .min(1)
    .refine((user) => user !== 1337, {
      params: { fix: "choose another number: traffic of user 1337, the proxy, is not redirected" },
    })
    .meta({ not: { const: 1337 } })
    .optional(),
  probes: probesSchema.optional(),
  autoscaling: z
    .strictObject({
      minReplicas: z.int().min(1),
      maxReplicas: z.int().min(1),
      averageUtilization: z.int().min(1).max(100),
    } satisfies Shape<AutoscalingDefinition>)
    .optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
} satisfies Shape<WorkloadDefinition>);

/** The pods of a workload when its autoscaler, if there is one, has taken away all that it may. */
export function fewestPods({ replicas: count, autoscaling }: Workload): number {
  return autoscaling?.minReplicas ?? count;
}

/** Whether the workload's pods end by themselves. */
export function runsOnce({ kind }: Pick<Workload, "kind">): boolean {
  return kind === "Job" || kind === "CronJob";
}

/** Resolves the defaults of a workload as far as all versions have them in common. @param ports those of the service. */
export function normalizeWorkload(
  service: string,
  definition: WorkloadDefinition,
  ports: readonly Port[],
): Omit<Workload, "name" | "version" | "selector"> {
  const { kind = "Deployment", probes = {}, labels = {}, annotations = {}, env = {}, pod = {} } = definition;
  return {
    ...definition,
    kind,
    replicas: definition.replicas ?? (runsOnce({ kind }) ? 1 : 2),
    volumeClaimTemplates: definition.volumeClaimTemplates ?? {},
    generatedSecrets: definition.generatedSecrets ?? {},
    probes: normalizeProbes(service, probes, ports),
    labels,
    annotations,
    env,
    pod,
    // The calls to the service are not known yet.
    termination: { preStop: 0, ...terminationDefaults },
  };
}
