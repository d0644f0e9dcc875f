import { injectionWebhooks, type Manifest } from "../mesh";

/** Which control plane a tag leads to. */
export interface TaggedRevision {
  /** Its revision. Default: none, the control plane without one. */
  readonly revision?: string;
  /** Namespace of its istiod. */
  readonly namespace: string;
  /** URL of its injection webhook, for an istiod outside the cluster. Default: its Service. */
  readonly injectionURL?: string;
}

/**
 * A stable name of a revision, which namespaces carry in its place: `istio.io/rev: <tag>`, or, with the tag `default`,
 * `istio-injection: enabled`. It is the webhook that Istio's chart would make for its value `revisionTags`. There it
 * belongs to the release of one revision, and on its way to another it would be gone for a moment, in which pods start
 * without a proxy. As an object of its own it moves in one update.
 *
 * https://istio.io/latest/docs/setup/upgrade/canary/#stable-revision-labels
 */
export function revisionTag(tag: string, to: TaggedRevision): Manifest {
  const { revision, namespace } = to;
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    metadata: {
      name: `istio-revision-tag-${tag}${namespace === "istio-system" ? "" : `-${namespace}`}`,
      // By these istiod, istioctl and Kiali know a tag, and whose it is.
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
      // istiod fills in the bundle of its authority, so that it is nobody else's field.
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

/** What the chart calls the release and the Service of an istiod. */
export function istiodName(revision: string | undefined): string {
  return revision === undefined ? "istiod" : `istiod-${revision}`;
}
