import { type Labels, neverInjected } from "../catalog";
import { isSelected } from "../effect";

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

/** A pod, and the namespace in which it starts. */
export interface InjectionSubject {
  readonly namespace: { readonly name: string; readonly labels?: Labels };
  readonly labels?: Labels;
  readonly annotations?: Labels;
  /** Default: false. */
  readonly hostNetwork?: boolean;
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

const inject = "sidecar.istio.io/inject";
const rev = "istio.io/rev";
const legacy = "istio-injection";

/**
 * Returns whether a new pod gets a proxy, and from which control plane. It applies the webhooks' selectors as the API
 * server does, then the injector's own rules.
 *
 * @see https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
 */
export function injection(subject: InjectionSubject, webhooks: readonly InjectionWebhook[]): Injection {
  const { namespace, labels = {}, annotations = {}, hostNetwork = false } = subject;
  const { reason, ...request } = requestOf(subject, webhooks);
  const not = (why: string): Injection => ({ injected: false, asked: request.asked, reason: why });
  if (labels[inject] === "false") return not(`the pod has the label ${inject}=false`);
  const webhook = webhooks.find(
    ({ namespaceSelector, objectSelector }) =>
      selects(namespaceSelector, { "kubernetes.io/metadata.name": namespace.name, ...namespace.labels }) &&
      selects(objectSelector, labels),
  );
  if (hostNetwork) return not("the pod uses the network of its node");
  if ((neverInjected as readonly string[]).includes(namespace.name)) {
    return not(`Istio never injects pods of the namespace ${namespace.name}`);
  }
  if (labels[inject] === undefined && annotations[inject] === "false") {
    return not(`the pod has the annotation ${inject}=false`);
  }
  if (webhook === undefined) return { injected: false, ...request, reason };
  return { injected: true, revision: webhook.revision, asked: request.asked, reason };
}

/** Returns what the labels request, with or without a matching control plane. */
function requestOf(
  { namespace: { labels: of = {} }, labels = {} }: InjectionSubject,
  webhooks: readonly InjectionWebhook[],
): Pick<Injection, "asked" | "unknown" | "reason"> {
  const has = (what: string, label: string, value: string): string =>
    `${what} has the label ${label}=${value}`;
  const revision = (what: string, name: string): ReturnType<typeof requestOf> => {
    const known = webhooks.some(({ namespaceSelector, objectSelector }) =>
      [namespaceSelector, objectSelector].some((selector) => names(selector, name)),
    );
    const said = has(what, rev, name);
    return known
      ? { asked: true, reason: said }
      : { asked: true, unknown: name, reason: `${said}, which no control plane and no tag has` };
  };
  // With both labels, istio-injection takes precedence over the revision.
  const own = of[legacy];
  if (own !== undefined) return { asked: own === "enabled", reason: has("the namespace", legacy, own) };
  if (of[rev] !== undefined) return revision("the namespace", of[rev]);
  if (labels[rev] !== undefined) return revision("the pod", labels[rev]);
  if (labels[inject] === "true") return { asked: true, reason: has("the pod", inject, "true") };
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
    ({ key, operator, values = [] }) => key === rev && operator === "In" && values.includes(revision),
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
  const byName: LabelRequirement = { key: rev, operator: "In", values: [name] };
  return [
    webhook("rev.namespace", [byName, absent(legacy)], [notRefused]),
    webhook("rev.object", [absent(rev), absent(legacy)], [notRefused, byName]),
    ...(name === "default"
      ? [
          webhook("namespace", [{ key: legacy, operator: "In", values: ["enabled"] }], [notRefused]),
          webhook(
            "object",
            [absent(legacy), absent(rev)],
            [{ key: inject, operator: "In", values: ["true"] }, absent(rev)],
          ),
        ]
      : []),
    ...(name === "default" && everywhere
      ? [
          webhook(
            "auto",
            [
              absent(legacy),
              absent(rev),
              { key: "kubernetes.io/metadata.name", operator: "NotIn", values: [...neverInjected] },
            ],
            [absent(inject), absent(rev)],
          ),
        ]
      : []),
  ];
}

const absent = (key: string): LabelRequirement => ({ key, operator: "DoesNotExist" });

const notRefused: LabelRequirement = { key: inject, operator: "NotIn", values: ["false"] };

/** Whether a selector matches labels. None matches all. */
function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
  return isSelected({ ...selector }, labels);
}
