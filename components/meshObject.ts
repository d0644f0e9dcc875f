import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { adoptedAnnotation, type Manifest } from "../mesh";
import { withSkipAwait } from "./skipAwait";

type ObjectResource = new (
  name: string,
  object: Manifest,
  opts: pulumi.CustomResourceOptions,
) => pulumi.CustomResource;

// Kinds of the SDK use its classes, whose type tokens policies and other programs match.
const builtIn: Record<string, unknown> = {
  "admissionregistration.k8s.io/v1/MutatingWebhookConfiguration":
    k8s.admissionregistration.v1.MutatingWebhookConfiguration,
  "apps/v1/Deployment": k8s.apps.v1.Deployment,
  "apps/v1/StatefulSet": k8s.apps.v1.StatefulSet,
  "batch/v1/CronJob": k8s.batch.v1.CronJob,
  "batch/v1/Job": k8s.batch.v1.Job,
  "autoscaling/v2/HorizontalPodAutoscaler": k8s.autoscaling.v2.HorizontalPodAutoscaler,
  "networking.k8s.io/v1/NetworkPolicy": k8s.networking.v1.NetworkPolicy,
  "policy/v1/PodDisruptionBudget": k8s.policy.v1.PodDisruptionBudget,
  "v1/ConfigMap": k8s.core.v1.ConfigMap,
  "v1/Namespace": k8s.core.v1.Namespace,
  "v1/PersistentVolumeClaim": k8s.core.v1.PersistentVolumeClaim,
  "v1/Secret": k8s.core.v1.Secret,
  "v1/Service": k8s.core.v1.Service,
  "v1/ServiceAccount": k8s.core.v1.ServiceAccount,
};

/** Patch resources of the kinds whose existing objects can be adopted. */
const patches: Record<string, unknown> = {
  "v1/Service": k8s.core.v1.ServicePatch,
};

/**
 * Declares a plain Kubernetes object as a Pulumi resource: a built-in kind by its own class, others as CustomResource. An
 * adopted object becomes a Patch resource, which owns only the fields that the object has.
 */
export function declareMeshObject(
  name: string,
  object: Manifest,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  if (object.metadata.annotations?.[adoptedAnnotation] !== undefined) {
    const Patch = patches[`${object.apiVersion}/${object.kind}`];
    if (Patch === undefined) throw new Error(`a ${object.kind} can't be adopted`);
    return new (Patch as ObjectResource)(name, withSkipAwait(object), opts);
  }
  const Kind = (builtIn[`${object.apiVersion}/${object.kind}`] ??
    k8s.apiextensions.CustomResource) as ObjectResource;
  return new Kind(name, withSkipAwait(object), opts);
}
