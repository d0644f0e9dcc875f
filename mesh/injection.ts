import { type Labels, neverInjected, selectsAll } from "../catalog";

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** A label selector of Kubernetes. Without a requirement it selects everything. */
export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly LabelRequirement[];
}

/** One webhook by which a control plane is asked to inject new pods. */
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

/** What becomes of a pod when it starts. */
export interface Injection {
  readonly injected: boolean;
  /** Revision of the control plane that injects the proxy. Missing without one. */
  readonly revision?: string;
  /** Whether a label of the pod or its namespace asks for a proxy. */
  readonly asked: boolean;
  /** The revision that a label names and no control plane or tag has. */
  readonly unknown?: string;
  /** What decides it, such as `the namespace has the label istio-injection=enabled`. */
  readonly reason: string;
}

const inject = "sidecar.istio.io/inject";
const rev = "istio.io/rev";
const legacy = "istio-injection";

/**
 * Whether a new pod gets a proxy, and from which control plane: first by the selectors of the webhooks, as the API server
 * reads them, then by the injector's own rules.
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

/** What the labels ask for, whether or not a control plane answers. */
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
    : { asked: false, reason: "no label of the namespace or the pod asks for a proxy" };
}

function names(selector: LabelSelector | undefined, revision: string): boolean {
  return (selector?.matchExpressions ?? []).some(
    ({ key, operator, values = [] }) => key === rev && operator === "In" && values.includes(revision),
  );
}

/**
 * The webhooks of a control plane, by the name that namespaces and pods have for it: its revision or a tag of it. The name
 * `default` also stands for `istio-injection: enabled`. They are those of Istio's chart.
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

/** Whether a selector matches labels. */
export function selects(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector = {},
  labels: Labels,
): boolean {
  return (
    selectsAll(matchLabels, labels) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      switch (operator) {
        case "In":
          return value !== undefined && values.includes(value);
        case "NotIn":
          return value === undefined || !values.includes(value);
        case "Exists":
          return value !== undefined;
        case "DoesNotExist":
          return value === undefined;
        default:
          return false;
      }
    })
  );
}
