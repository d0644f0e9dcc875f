import { z } from "zod";
import { drainSchema, terminationDefaults, type Termination } from "./drain";
import type { Duration } from "./duration";
import { envSourceSchema, podSchema, volumeClaimSchema } from "./podSchema";
import type { EnvVarSource, PersistentVolumeClaimSpec, PodSpec } from "./podSpec.gen";
import type { Port } from "./port";
import { normalizeProbes, type Probes, type ProbesDefinition, probesSchema } from "./probes";
import { scheduleSchema, timeZoneSchema } from "./schedule";
import type { Labels } from "./selector";
import type { Shape } from "./shape";
import { textOf } from "./text";

/**
 * How the catalog deploys a service's pods. Without it, another tool deploys them. They must then have the labels of
 * the service's `selector`, the `labels` of their version if there are versions, and its `serviceAccount`.
 *
 * Containers run with least privilege: not as root, without capabilities, without privilege escalation, and with the
 * runtime's seccomp profile. `pod` can relax this.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/
 */
export interface WorkloadDefinition {
  /**
   * Kind of the workload. A `StatefulSet` also gets a headless Service `<service>-headless`. Pods of a `Job` or
   * `CronJob` get a native sidecar, which ends with the application. Default: `Deployment`.
   */
  readonly kind?: WorkloadKind;
  /** Container image, with a fixed tag or a digest. */
  readonly image: string;
  /** Number of pods. Default: 2, so that the service survives the loss of one; 1 for a `Job` or `CronJob`. */
  readonly replicas?: number;
  /**
   * Schedule of a `CronJob`, such as `"0 3 * * *"`, in its {@link timeZone}: Kubernetes refuses `TZ=`. Default: none; a
   * `CronJob` requires it.
   *
   * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
   */
  readonly schedule?: string;
  /**
   * Time zone of a `CronJob`'s schedule: a name of the IANA database, such as `"Europe/Berlin"`. Default: none; the schedule
   * is then in the time zone of the cluster's control plane, usually UTC.
   *
   * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#time-zones
   */
  readonly timeZone?: string;
  /**
   * Volume claim templates of a `StatefulSet`, keyed by name. `pod` mounts the volumes. Default: none.
   *
   * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#volume-claim-templates
   */
  readonly volumeClaimTemplates?: Readonly<Record<string, PersistentVolumeClaimSpec>>;
  /**
   * A fragment of Kubernetes' PodSpec. It is merged into the rendered pod as a strategic merge patch: containers,
   * volumes and environment variables by `name`, mounts by `mountPath`, ports by `containerPort`. The application's
   * container has the name of the service. Added containers get the same restrictions as the application's.
   * Default: none.
   *
   * @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodSpec
   */
  readonly pod?: PodSpec;
  /**
   * How long a terminating pod drains requests. It is rendered as the proxy's `terminationDrainDuration` if it exceeds
   * Istio's 5 s. Together with a `preStop` delay of 5 s, it is the pod's `terminationGracePeriodSeconds` if the sum
   * exceeds Kubernetes' 30 s. Default: the longest timeout of the calls and routes to the service, or 30 s if one has
   * none.
   *
   * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig
   */
  readonly drain?: Duration;
  /** Resources of the application's container. Those of the proxy are in `sidecar.resources`. Default: none. */
  readonly resources?: Resources;
  /**
   * Environment variables of the application's container, keyed by name: a value, or a source such as
   * `{ valueFrom: { secretKeyRef: { name: "db", key: "password" } } }`. Default: none.
   */
  readonly env?: Readonly<Record<string, EnvValue>>;
  /**
   * Secrets with one generated password each, keyed by the Secret's name: the key of the password. `pulumi up`
   * generates a password once and keeps it as a secret in its state. `render` lists the Secrets among those to create.
   * `env` refers to them. Default: none; other Secrets must exist.
   */
  readonly generatedSecrets?: Readonly<Record<string, string>>;
  /**
   * User ID of the container, except 0 (root) and 1337 (the proxy, whose traffic is not redirected). Default: the
   * image's user. Kubernetes does not start a container whose image user is root, or a name instead of a number.
   *
   * @see https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
   */
  readonly runAsUser?: number;
  /** Probes of the application's container, the same for every version. Default: none. */
  readonly probes?: ProbesDefinition;
  /** Horizontal autoscaling. Default: none; `replicas` is fixed then. */
  readonly autoscaling?: AutoscalingDefinition;
  /** Labels of the workload and its pods, in addition to those of the selectors. Default: none. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Annotations of the pods, such as `prometheus.io/port`. Default: none. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The supported kinds of workloads. */
export const workloadKinds = ["Deployment", "StatefulSet", "Job", "CronJob"] as const;

/** The kind of a workload. */
export type WorkloadKind = (typeof workloadKinds)[number];

/** Value of an environment variable, or its source: a Secret, a ConfigMap, or a field of the pod. */
export type EnvValue = string | { readonly valueFrom: EnvVarSource };

/** @see https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/ */
export interface Resources {
  /** Resources that the scheduler reserves on the node. Default: the limits, as in Kubernetes. */
  readonly requests?: ResourceQuantities;
  /** Maximum resources of the container. Default: none. */
  readonly limits?: ResourceQuantities;
}

export interface ResourceQuantities {
  /** CPU, such as `"100m"` or `"2"`. Default: none. */
  readonly cpu?: string;
  /** Memory, such as `"128Mi"`. Default: none. */
  readonly memory?: string;
}

/** @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/ */
export interface AutoscalingDefinition {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Average CPU utilization at which pods are added, as a percentage of the CPU request, 1–100. */
  readonly averageUtilization: number;
}

/** One Deployment, StatefulSet, Job or CronJob. */
export interface Workload {
  readonly kind: WorkloadKind;
  /** Name: `<service>`, or `<service>-<version>` if the service declares versions. */
  readonly name: string;
  /** Name of the version. `v1` if the service declares none. */
  readonly version: string;
  /** Labels that select its pods: the service's, and those of the version. */
  readonly selector: Labels;
  readonly image: string;
  readonly replicas: number;
  readonly resources?: Resources;
  readonly schedule?: string;
  readonly timeZone?: string;
  readonly volumeClaimTemplates: Readonly<Record<string, PersistentVolumeClaimSpec>>;
  readonly pod: PodSpec;
  readonly generatedSecrets: Readonly<Record<string, string>>;
  /** The declared drain duration. */
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
  'write a Kubernetes quantity, such as "500m" of CPU or "256Mi" of memory',
);
// Kubernetes accepts "128m", which is an eighth of a byte.
const memory = quantity.refine((text) => !text.endsWith("m"), {
  params: { fix: 'write bytes, such as "256Mi": the unit m means thousandths of a byte' },
});
const quantities = z.strictObject({
  cpu: quantity.optional(),
  memory: memory.optional(),
} satisfies Shape<ResourceQuantities>);

export const resourcesSchema: z.ZodType<Resources> = z.strictObject({
  requests: quantities.optional(),
  limits: quantities.optional(),
} satisfies Shape<Resources>);

const registry = "([A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:]+\\])(:\\d+)?/";
const imagePath = "[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*";
/** https://pkg.go.dev/github.com/distribution/reference */
export const imageSchema = textOf(
  new RegExp(
    `^(${registry})?${imagePath}(/${imagePath})*(:[A-Za-z0-9_][-A-Za-z0-9_.]{0,127})?(@[A-Za-z0-9+._-]+:[0-9A-Fa-f]+)?$`,
  ),
  'write an image with a path in lower case and its tag or digest, such as "registry.example.com/web:1.4.2"',
);
/** The largest number of pods that Kubernetes can read. */
const mostReplicas = 2147483647;
export const replicasSchema = z.int().min(0).max(mostReplicas);
export const envSchema = z.record(
  textOf(/^[ -<>-~]+$/, 'write printable characters without "=", such as "LOG_LEVEL"'),
  z.union([z.string(), envSourceSchema]),
);

export const workloadSchema: z.ZodType<WorkloadDefinition> = z.strictObject({
  kind: z.enum(workloadKinds).optional(),
  image: imageSchema,
  replicas: replicasSchema.optional(),
  schedule: scheduleSchema.optional(),
  timeZone: timeZoneSchema.optional(),
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
      params: { fix: "use another number: 1337 is the proxy's user, whose traffic is not redirected" },
    })
    .meta({ not: { const: 1337 } })
    .optional(),
  probes: probesSchema.optional(),
  autoscaling: z
    .strictObject({
      minReplicas: z.int().min(1).max(mostReplicas),
      maxReplicas: z.int().min(1).max(mostReplicas),
      averageUtilization: z.int().min(1).max(100),
    } satisfies Shape<AutoscalingDefinition>)
    .optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
} satisfies Shape<WorkloadDefinition>);

/** The smallest number of pods of a workload. */
export function fewestPods({ replicas: count, autoscaling }: Workload): number {
  return autoscaling?.minReplicas ?? count;
}

/** Whether the workload's pods complete by themselves. */
export function runsOnce({ kind }: Pick<Workload, "kind">): boolean {
  return kind === "Job" || kind === "CronJob";
}

/**
 * Resolves the defaults of a workload that all versions share.
 *
 * @param ports of the service.
 */
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
