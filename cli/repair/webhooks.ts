import { setTimeout as sleep } from "node:timers/promises";
import {
  AdmissionregistrationV1Api,
  AppsV1Api,
  type KubeConfig,
  type V1Deployment,
  type V1ValidatingWebhookConfiguration,
} from "@kubernetes/client-node";
import { apiClient } from "../apiClient";

/** A webhook that rejects every Istio object, because no istiod answers it. */
export interface BlockingWebhook {
  /** Name of the ValidatingWebhookConfiguration. */
  readonly name: string;
  /** Positions of the webhooks in it. */
  readonly indices: readonly number[];
}

/**
 * The validation webhooks that no istiod serves, although they deny objects without an answer. istiod sets `Fail` when it
 * first serves. If its release is removed later, the webhook of the base chart stays, and not even a preview of an Istio
 * object succeeds.
 */
export function blockingWebhooks(
  configurations: readonly V1ValidatingWebhookConfiguration[],
  istiods: readonly V1Deployment[],
): BlockingWebhook[] {
  if (istiods.some(({ status }) => (status?.readyReplicas ?? 0) > 0)) return [];
  return configurations.flatMap(({ metadata, webhooks = [] }) => {
    const indices = webhooks.flatMap(({ name, failurePolicy }, index) =>
      name.endsWith("validation.istio.io") && failurePolicy === "Fail" ? [index] : [],
    );
    return metadata?.name === undefined || indices.length === 0 ? [] : [{ name: metadata.name, indices }];
  });
}

/** Reads the {@link blockingWebhooks} of a cluster. An installed istiod gets `patience` milliseconds to become ready. */
export async function readBlockingWebhooks(config: KubeConfig, patience: number): Promise<BlockingWebhook[]> {
  const apps = apiClient(config, AppsV1Api);
  const admission = apiClient(config, AdmissionregistrationV1Api);
  for (const limit = Date.now() + patience; ;) {
    const { items: istiods } = await apps.listDeploymentForAllNamespaces({ labelSelector: "app=istiod" });
    const { items } = await admission.listValidatingWebhookConfiguration();
    const blocking = blockingWebhooks(items, istiods);
    if (blocking.length === 0 || istiods.length === 0 || Date.now() > limit) return blocking;
    await sleep(500);
  }
}

/** Sets the webhooks to `Ignore`, as the charts do. istiod sets `Fail` again when it serves. */
export async function unblock(config: KubeConfig, webhooks: readonly BlockingWebhook[]): Promise<void> {
  const admission = apiClient(config, AdmissionregistrationV1Api);
  for (const { name, indices } of webhooks) {
    const body = indices.map((index) => ({
      op: "replace",
      path: `/webhooks/${index}/failurePolicy`,
      value: "Ignore",
    }));
    await admission.patchValidatingWebhookConfiguration({ name, body });
  }
}

/** Describes a blocking webhook and its repair in one line. */
export function webhookLine({ name }: BlockingWebhook): string {
  return `ValidatingWebhookConfiguration ${name} denies every Istio object, because no istiod answers. Its failurePolicy is set to Ignore until istiod serves.`;
}
