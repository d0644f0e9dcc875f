import { defaultRootNamespace } from "../catalog";
import { injectionWebhooks, type Manifest } from "../mesh";

/** The control plane of a tag. */
export interface TaggedRevision {
  /** Revision of the control plane. Default: none, the control plane without a revision. */
  readonly revision?: string;
  /** Namespace of its istiod. */
  readonly namespace: string;
  /** URL of its injection webhook, for an istiod outside the cluster. Default: its Service. */
  readonly injectionURL?: string;
}

/**
 * Returns a revision tag: a stable name of a revision, which namespaces use instead of it. The label is `istio.io/rev:
 * <tag>`, or `istio-injection: enabled` with the tag `default`. The object is the webhook that Istio's chart would
 * create for its value `revisionTags`. There it would belong to the release of one revision, and moving it would remove
 * it for a moment. In that moment, pods start without a proxy. As a separate object it moves in one update.
 *
 * https://istio.io/latest/docs/setup/upgrade/canary/#stable-revision-labels
 */
export function revisionTag(tag: string, to: TaggedRevision): Manifest {
  const { revision, namespace } = to;
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    metadata: {
      name: `istio-revision-tag-${tag}${namespace === defaultRootNamespace ? "" : `-${namespace}`}`,
      // istiod, istioctl and Kiali identify a tag and its revision by these labels.
      labels: {
        app: "sidecar-injector",
        "app.kubernetes.io/managed-by": "meshwright",
        "istio.io/rev": revision ?? "default",
        "istio.io/tag": tag,
      },
    },
    webhooks: injectionWebhooks(tag, revision).map(({ prefix, namespaceSelector, objectSelector }) => ({
      name: `${prefix}.sidecar-injector.istio.io`,
      clientConfig: clientConfig(to),
      // istiod sets the CA bundle, so no other field manager may own it.
      admissionReviewVersions: ["v1"],
      failurePolicy: "Fail",
      reinvocationPolicy: "Never",
      sideEffects: "None",
      rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
      namespaceSelector,
      objectSelector,
    })),
  };
}

function clientConfig({ revision, namespace, injectionURL }: TaggedRevision): object {
  if (injectionURL !== undefined) return { url: injectionURL };
  return { service: { name: istiodName(revision), namespace, path: "/inject", port: 443 } };
}

/** Returns the name of istiod's release and Service. */
export function istiodName(revision: string | undefined): string {
  return revision === undefined ? "istiod" : `istiod-${revision}`;
}
