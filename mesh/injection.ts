import type { Labels } from "../catalog";
import {
  injectionRefusal,
  injectionRequest,
  type InjectionSubject,
  injectLabel,
  isSelected,
  namespaceLabel,
  revisionLabel,
} from "../effect";
import { neverInjected } from "../policy-pack/facts";

export type { InjectionSubject };

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** A Kubernetes label selector. Without requirements it selects everything. */
export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly LabelRequirement[];
}

/** A webhook with which a control plane injects new pods. */
export interface InjectionWebhook {
  /** Revision of the control plane; `default` for one without a revision. */
  readonly revision: string;
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
}

/** The injection result of a pod. */
export interface Injection {
  readonly injected: boolean;
  /** Revision of the control plane that injects the proxy. Undefined without a proxy. */
  readonly revision?: string;
  /** Whether a label of the pod or its namespace requests a proxy. */
  readonly asked: boolean;
  /** The revision of a label that no control plane or tag has. */
  readonly unknown?: string;
  /** The reason, such as `the namespace has the label istio-injection=enabled`. */
  readonly reason: string;
}

/**
 * Returns whether a new pod gets a proxy, and from which control plane. It applies the webhooks' selectors as the API
 * server does, then the injector's own rules.
 *
 * @see https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
 */
export function injection(subject: InjectionSubject, webhooks: readonly InjectionWebhook[]): Injection {
  const { namespace, labels = {} } = subject;
  const { reason, ...request } = requestOf(subject, webhooks);
  const refusal = injectionRefusal(subject);
  if (refusal !== undefined) return { injected: false, asked: request.asked, reason: refusal };
  const webhook = webhooks.find(
    ({ namespaceSelector, objectSelector }) =>
      selects(namespaceSelector, { "kubernetes.io/metadata.name": namespace.name, ...namespace.labels }) &&
      selects(objectSelector, labels),
  );
  return webhook === undefined
    ? { injected: false, ...request, reason }
    : { injected: true, revision: webhook.revision, asked: request.asked, reason };
}

/** Returns what the labels request, with or without a matching control plane. */
function requestOf(
  { namespace, labels }: InjectionSubject,
  webhooks: readonly InjectionWebhook[],
): Pick<Injection, "asked" | "unknown" | "reason"> {
  const request = injectionRequest(namespace.labels, labels);
  if (request) {
    const { of, label, value, asked } = request;
    const reason = `${of} has the label ${label}=${value}`;
    const known =
      label !== revisionLabel ||
      webhooks.some(({ namespaceSelector, objectSelector }) =>
        [namespaceSelector, objectSelector].some((selector) => names(selector, value)),
      );
    return known
      ? { asked, reason }
      : { asked, unknown: value, reason: `${reason}, which no control plane and no tag has` };
  }
  const automatic = webhooks.some(
    ({ namespaceSelector, objectSelector }) =>
      selects(namespaceSelector, { "kubernetes.io/metadata.name": "any" }) && selects(objectSelector, {}),
  );
  return automatic
    ? { asked: true, reason: "the control plane injects every namespace without a label" }
    : { asked: false, reason: "no label of the namespace or the pod requests a proxy" };
}

function names(selector: LabelSelector | undefined, revision: string): boolean {
  return (selector?.matchExpressions ?? []).some(
    ({ key, operator, values = [] }) =>
      key === revisionLabel && operator === "In" && values.includes(revision),
  );
}

/**
 * Returns the webhooks of a control plane, as in Istio's chart, for one of its names: its revision or one of its tags.
 * The name `default` also stands for `istio-injection: enabled`.
 *
 * @param everywhere the chart's value `sidecarInjectorWebhook.enableNamespacesByDefault`.
 */
export function injectionWebhooks(
  name: string,
  revision = name,
  { everywhere = false }: { readonly everywhere?: boolean } = {},
): (InjectionWebhook & { readonly prefix: string } & Required<InjectionWebhook>)[] {
  const webhook = (prefix: string, namespaces: LabelRequirement[], pods: LabelRequirement[]) => ({
    prefix,
    revision,
    namespaceSelector: { matchExpressions: namespaces },
    objectSelector: { matchExpressions: pods },
  });
  const byName: LabelRequirement = { key: revisionLabel, operator: "In", values: [name] };
  return [
    webhook("rev.namespace", [byName, absent(namespaceLabel)], [notRefused]),
    webhook("rev.object", [absent(revisionLabel), absent(namespaceLabel)], [notRefused, byName]),
    ...(name === "default"
      ? [
          webhook("namespace", [{ key: namespaceLabel, operator: "In", values: ["enabled"] }], [notRefused]),
          webhook(
            "object",
            [absent(namespaceLabel), absent(revisionLabel)],
            [{ key: injectLabel, operator: "In", values: ["true"] }, absent(revisionLabel)],
          ),
        ]
      : []),
    ...(name === "default" && everywhere
      ? [
          webhook(
            "auto",
            [
              absent(namespaceLabel),
              absent(revisionLabel),
              { key: "kubernetes.io/metadata.name", operator: "NotIn", values: [...neverInjected] },
            ],
            [absent(injectLabel), absent(revisionLabel)],
          ),
        ]
      : []),
  ];
}

const absent = (key: string): LabelRequirement => ({ key, operator: "DoesNotExist" });

const notRefused: LabelRequirement = { key: injectLabel, operator: "NotIn", values: ["false"] };

/** Whether a selector matches labels. None matches all. */
function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
  return isSelected({ ...selector }, labels);
}
