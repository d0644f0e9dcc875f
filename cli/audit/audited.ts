import {
  type KnownObject,
  knownObject,
  type Model,
  objectsOf,
  type PlainObject,
  podTemplateOf,
  type MeshSettings,
  readObjects,
  titleOf,
  type Workload,
} from "../../effect";

/** Objects with what they mean together: what the rules judge. */
export interface Audited {
  readonly model: Model;
  readonly objects: readonly KnownObject[];
  /**
   * True for a cluster: what is not among the objects does not exist, but in {@link systemNamespaces}. Files may leave
   * objects to other repositories.
   */
  readonly complete: boolean;
  /** Namespaces in which Helm charts create objects that are not among these: the root namespace, and those of releases. */
  readonly installed: ReadonlySet<string>;
}

/** Options of {@link auditedOf}. */
export interface AuditedOptions {
  readonly settings?: Partial<MeshSettings>;
  /** Workloads that Helm releases create. */
  readonly workloads?: readonly Workload[];
  /** Namespaces of Helm releases. */
  readonly installed?: readonly string[];
  /** Default: false. */
  readonly complete?: boolean;
}

/** Reads objects, each of which exists once. */
export function auditedOf(objects: readonly PlainObject[], options: AuditedOptions = {}): Audited {
  const { settings = {}, workloads = [], installed = [], complete = false } = options;
  const model = readObjects(objects, { settings, workloads: [...workloads, ...outsidePods(objects)] });
  return {
    model,
    objects: objects.map(knownObject),
    complete,
    installed: new Set([model.settings.rootNamespace, ...installed]),
  };
}

/** WorkloadEntries, whose labels policies and ServiceEntries select. Whether they have a proxy is not known. */
function outsidePods(objects: readonly PlainObject[]): Workload[] {
  return objects
    .filter(
      ({ kind, apiVersion }) => kind === "WorkloadEntry" && apiVersion.startsWith("networking.istio.io"),
    )
    .map((object) => {
      const { name, namespace, spec } = knownObject(object);
      const { labels = {}, serviceAccount } = spec as {
        readonly labels?: Readonly<Record<string, string>>;
        readonly serviceAccount?: string;
      };
      return {
        name,
        namespace,
        labels,
        ...(serviceAccount !== undefined && { serviceAccount }),
        proxy: "none",
      };
    });
}

/** ConfigMaps that istiod writes into every namespace, and restores. */
export const istiodConfigMaps: ReadonlySet<string> = new Set(["istio-ca-root-cert", "istio-ca-crl"]);

/** Namespaces of Kubernetes itself, in which Istio never injects pods. Their objects are not read from a cluster. */
export const systemNamespaces: readonly string[] = [
  "kube-node-lease",
  "kube-public",
  "kube-system",
  "local-path-storage",
];

/** Whether a missing object of a kind is certainly missing: others of the kind and the namespace are there. */
export function isListed(
  { model, complete, installed }: Audited,
  kind: string,
  group: string,
  namespace: string,
): boolean {
  if (complete && !systemNamespaces.includes(namespace)) return true;
  if (installed.has(namespace)) return false;
  return objectsOf(model, kind, group).some((one) => one.namespace === namespace);
}

/** The end of a sentence about a missing object. */
export function amongObjects({ complete }: Audited): string {
  return complete ? "" : " among the objects";
}

/** Whether workloads of a namespace are among the objects, so that a missing one is certainly missing. */
export function hasWorkloads({ model, complete, installed }: Audited, namespace: string): boolean {
  if (complete && !systemNamespaces.includes(namespace)) return true;
  if (installed.has(namespace)) return false;
  return model.workloads.some((one) => one.namespace === namespace);
}

/**
 * Whether it is known that a workload's pods have a proxy, or have none: by its own labels, or by those of its Namespace.
 *
 * @see https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
 */
export function isInjectionKnown({ model, complete, objects }: Audited, workload: Workload): boolean {
  const { namespace, labels, annotations = {}, from, proxy = "sidecar" } = workload;
  if (complete || proxy !== "none" || model.namespaces.has(namespace)) return true;
  if (from === undefined) return false;
  const own = labels["sidecar.istio.io/inject"] ?? annotations["sidecar.istio.io/inject"];
  if (own === "false") return true;
  const object = byName(objects).get(titleOf(from));
  const template = object && podTemplateOf(object);
  return (template?.spec as { hostNetwork?: unknown } | undefined)?.hostNetwork === true;
}

const names = new WeakMap<readonly KnownObject[], Map<string, KnownObject>>();

function byName(objects: readonly KnownObject[]): Map<string, KnownObject> {
  const known = names.get(objects) ?? new Map(objects.map((one) => [titleOf(one), one] as const));
  names.set(objects, known);
  return known;
}

/** The object that creates a workload's pods. Undefined for pods of a Helm release. */
export function objectOf({ objects }: Audited, { from }: Workload): KnownObject | undefined {
  return from && byName(objects).get(titleOf(from));
}

/** The workloads of which it is known that they have a sidecar. */
export function sidecars({ model }: Audited): Workload[] {
  return model.workloads.filter(({ proxy = "sidecar" }) => proxy === "sidecar");
}
