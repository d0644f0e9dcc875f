import {
  AdmissionregistrationV1Api,
  ApiextensionsV1Api,
  AppsV1Api,
  CoreV1Api,
  type KubeConfig,
  type V1DaemonSet,
  type V1Deployment,
  type V1MutatingWebhookConfiguration,
  type V1Namespace,
  type V1Pod,
  type V1Service,
  type V1StatefulSet,
} from "@kubernetes/client-node";
import type { InjectionWebhook } from "../../mesh/injection";
import { apiClient, type CustomObject, customObjects } from "../apiClient";

/** The objects of a cluster that `meshwright status` judges. */
export interface Snapshot {
  readonly workloads: readonly Workload[];
  readonly pods: readonly V1Pod[];
  readonly services: readonly V1Service[];
  readonly namespaces: readonly V1Namespace[];
  /** Webhooks that inject pods, of each control plane and tag. */
  readonly injectors: readonly InjectionWebhook[];
  /** Objects of Istio's and the Prometheus operator's CRDs. */
  readonly objects: readonly JudgedObject[];
}

/** An object that runs pods, with its kind. */
export type Workload = (V1Deployment | V1StatefulSet | V1DaemonSet) & { readonly kind: string };

/** A custom object with the status that controllers write. */
export interface JudgedObject extends CustomObject {
  readonly kind: string;
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    /** https://istio.io/latest/docs/reference/config/analysis/ */
    readonly validationMessages?: readonly {
      readonly level?: string;
      readonly type?: { readonly code?: string; readonly name?: string };
    }[];
  };
}

/** Reads the objects of a cluster. */
export async function takeSnapshot(config: KubeConfig): Promise<Snapshot> {
  const [admission, apps, core, extensions] = [
    apiClient(config, AdmissionregistrationV1Api),
    apiClient(config, AppsV1Api),
    apiClient(config, CoreV1Api),
    apiClient(config, ApiextensionsV1Api),
  ];
  const [webhooks, deployments, statefulSets, daemonSets, pods, services, namespaces, definitions] =
    await Promise.all([
      admission.listMutatingWebhookConfiguration(),
      apps.listDeploymentForAllNamespaces(),
      apps.listStatefulSetForAllNamespaces(),
      apps.listDaemonSetForAllNamespaces(),
      core.listPodForAllNamespaces(),
      core.listServiceForAllNamespaces(),
      core.listNamespace(),
      extensions.listCustomResourceDefinition(),
    ]);
  const ours = definitions.items.filter(
    ({ spec: { group } }) => group.endsWith(".istio.io") || group === "monitoring.coreos.com",
  );
  return {
    // Lists leave the kind of their items out.
    workloads: [
      ...deployments.items.map((one) => Object.assign(one, { kind: "Deployment" })),
      ...statefulSets.items.map((one) => Object.assign(one, { kind: "StatefulSet" })),
      ...daemonSets.items.map((one) => Object.assign(one, { kind: "DaemonSet" })),
    ],
    pods: pods.items,
    services: services.items,
    namespaces: namespaces.items,
    injectors: injectorsOf(webhooks.items),
    objects: (
      await Promise.all(
        ours.map(async (one) =>
          (await customObjects(config, one)).map((object) => ({ ...object, kind: one.spec.names.kind })),
        ),
      )
    ).flat(),
  };
}

/** The webhooks by which control planes and tags inject pods. */
export function injectorsOf(configurations: readonly V1MutatingWebhookConfiguration[]): InjectionWebhook[] {
  return configurations.flatMap(({ metadata, webhooks = [] }) =>
    webhooks
      .filter(({ name }) => name.endsWith("sidecar-injector.istio.io"))
      .map(({ namespaceSelector, objectSelector }) => ({
        revision: metadata?.labels?.["istio.io/rev"] ?? "default",
        ...(namespaceSelector && { namespaceSelector }),
        ...(objectSelector && { objectSelector }),
      })),
  );
}
