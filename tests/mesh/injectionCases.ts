import type { InjectionSubject } from "../../mesh/injection";

/** A pod in a namespace, and whether istiod without a revision or of revision `blue` injects it. */
export interface InjectionCase {
  readonly what: string;
  readonly subject: Omit<InjectionSubject, "namespace"> & {
    readonly namespace?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
  };
  /** Revision that injects; undefined: no proxy. */
  readonly by: string | undefined;
}

const enabled = { labels: { "istio-injection": "enabled" } };
const disabled = { labels: { "istio-injection": "disabled" } };
const blue = { labels: { "istio.io/rev": "blue" } };
const yes = { "sidecar.istio.io/inject": "true" };
const no = { "sidecar.istio.io/inject": "false" };

/** Both `injection` and the policy pack are held against these; the control planes are `default` and `blue`. */
export const injectionCases: readonly InjectionCase[] = [
  { what: "no label at all", subject: {}, by: undefined },
  { what: "namespace enabled", subject: { namespace: enabled }, by: "default" },
  { what: "namespace disabled", subject: { namespace: disabled }, by: undefined },
  {
    what: "namespace with another value",
    subject: { namespace: { labels: { "istio-injection": "true" } } },
    by: undefined,
  },
  { what: "namespace of a revision", subject: { namespace: blue }, by: "blue" },
  {
    what: "namespace enabled and of a revision",
    subject: { namespace: { labels: { ...enabled.labels, ...blue.labels } } },
    by: "default",
  },
  {
    what: "namespace disabled and of a revision",
    subject: { namespace: { labels: { ...disabled.labels, ...blue.labels } } },
    by: undefined,
  },
  { what: "pod asks, namespace without labels", subject: { labels: yes }, by: "default" },
  {
    what: "pod asks by a revision, namespace without labels",
    subject: { labels: { "istio.io/rev": "blue" } },
    by: "blue",
  },
  {
    what: "pod asks in both ways, namespace without labels",
    subject: { labels: { ...yes, "istio.io/rev": "blue" } },
    by: "blue",
  },
  {
    what: "pod asks by a revision and refuses",
    subject: { labels: { ...no, "istio.io/rev": "blue" } },
    by: undefined,
  },
  { what: "pod asks, namespace disabled", subject: { namespace: disabled, labels: yes }, by: undefined },
  {
    what: "pod asks by a revision, namespace enabled",
    subject: { namespace: enabled, labels: { "istio.io/rev": "blue" } },
    by: "default",
  },
  { what: "pod refuses, namespace enabled", subject: { namespace: enabled, labels: no }, by: undefined },
  { what: "pod refuses, namespace of a revision", subject: { namespace: blue, labels: no }, by: undefined },
  {
    what: "pod with another value, namespace enabled",
    subject: { namespace: enabled, labels: { "sidecar.istio.io/inject": "yes" } },
    by: "default",
  },
  { what: "annotation asks, namespace without labels", subject: { annotations: yes }, by: undefined },
  {
    what: "annotation refuses, namespace enabled",
    subject: { namespace: enabled, annotations: no },
    by: undefined,
  },
  {
    what: "annotation refuses, label asks",
    subject: { namespace: enabled, labels: yes, annotations: no },
    by: "default",
  },
  {
    what: "network of the node, namespace enabled",
    subject: { namespace: enabled, hostNetwork: true },
    by: undefined,
  },
  { what: "network of the node, pod asks", subject: { labels: yes, hostNetwork: true }, by: undefined },
  {
    what: "namespace of Kubernetes",
    subject: { namespace: { ...enabled, name: "kube-system" } },
    by: undefined,
  },
  {
    what: "pod asks, namespace of Kubernetes",
    subject: { namespace: { name: "kube-public" }, labels: yes },
    by: undefined,
  },
];
