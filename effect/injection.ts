import { neverInjected } from "../policy-pack/facts";

type Labels = Readonly<Record<string, string>>;

/** A pod, and the namespace in which it starts. */
export interface InjectionSubject {
  readonly namespace: { readonly name: string; readonly labels?: Labels };
  readonly labels?: Labels;
  readonly annotations?: Labels;
  /** Default: false. */
  readonly hostNetwork?: boolean;
}

/** The label that decides whether a proxy is requested for a pod. */
export interface InjectionRequest {
  readonly of: "the namespace" | "the pod";
  readonly label: string;
  readonly value: string;
  /** False for the label `istio-injection` of a namespace with another value than `enabled`. */
  readonly asked: boolean;
}

/** The label of a pod that requests or refuses a proxy, and the annotation that refuses one. */
export const injectLabel = "sidecar.istio.io/inject";
/** The label of a namespace or a pod that requests a proxy of a revision. */
export const revisionLabel = "istio.io/rev";
/** The label of a namespace that takes precedence over the others. */
export const namespaceLabel = "istio-injection";

/** Returns why a pod gets no proxy, whatever requests one. Undefined if it may get one. */
export function injectionRefusal(subject: InjectionSubject): string | undefined {
  const { namespace, labels = {}, annotations = {}, hostNetwork = false } = subject;
  if (labels[injectLabel] === "false") return `the pod has the label ${injectLabel}=false`;
  if (hostNetwork) return "the pod uses the network of its node";
  if (neverInjected.includes(namespace.name)) {
    return `Istio never injects pods of the namespace ${namespace.name}`;
  }
  return labels[injectLabel] === undefined && annotations[injectLabel] === "false"
    ? `the pod has the annotation ${injectLabel}=false`
    : undefined;
}

/**
 * Returns the label that decides whether a proxy is requested. Undefined if neither the namespace nor the pod has one: then the
 * control plane's default decides, which is none. An annotation requests none.
 *
 * @see https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
 */
export function injectionRequest(namespace: Labels = {}, pod: Labels = {}): InjectionRequest | undefined {
  const own = namespace[namespaceLabel];
  // With both labels, istio-injection takes precedence over the revision.
  if (own !== undefined) {
    return { of: "the namespace", label: namespaceLabel, value: own, asked: own === "enabled" };
  }
  const ofNamespace = namespace[revisionLabel];
  const revision = ofNamespace ?? pod[revisionLabel];
  if (revision !== undefined) {
    const of = ofNamespace === undefined ? "the pod" : "the namespace";
    return { of, label: revisionLabel, value: revision, asked: true };
  }
  return pod[injectLabel] === "true"
    ? { of: "the pod", label: injectLabel, value: "true", asked: true }
    : undefined;
}

/** Whether a namespace's labels request proxies, or refuse them. Undefined if its pods decide. */
export function injectedBy(labels: Labels = {}): boolean | undefined {
  return injectionRequest(labels)?.asked;
}
