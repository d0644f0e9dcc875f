import { textAt, textsByName, fieldsAt, fieldsOf } from "./field";

/** An Istio or Kubernetes object as plain data, of any origin: rendered, from a file, or from a cluster. */
export interface PlainObject {
  /** Group and version of its kind, such as `security.istio.io/v1`. */
  readonly apiVersion: string;
  /** Kind, such as `AuthorizationPolicy`. */
  readonly kind: string;
  /** Name, namespace, labels and annotations. */
  readonly metadata: unknown;
  readonly [field: string]: unknown;
}

/** An object with its metadata read. */
export interface KnownObject {
  readonly kind: string;
  /** API group, such as `security.istio.io`. Empty for Kubernetes' core group. */
  readonly group: string;
  readonly name: string;
  /** Empty for objects without a namespace. */
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Seconds since 1970. 0 if unknown, which is older than any other. */
  readonly created: number;
  readonly spec: unknown;
  /** The whole object. */
  readonly source: PlainObject;
}

/** An object, as messages name it. */
export interface ObjectName {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Reads an object's metadata. Objects in a namespace without one are in `default`. */
export function knownObject(source: PlainObject): KnownObject {
  const metadata = fieldsOf(source.metadata);
  const [group = "", version] = source.apiVersion.split("/");
  const created = Date.parse(textAt(metadata, "creationTimestamp") ?? "");
  return {
    kind: source.kind,
    group: version === undefined ? "" : group,
    name: textAt(metadata, "name") ?? "",
    namespace: textAt(metadata, "namespace") ?? (source.kind === "Namespace" ? "" : "default"),
    labels: textsByName(metadata, "labels"),
    annotations: textsByName(metadata, "annotations"),
    created: Number.isNaN(created) ? 0 : Math.floor(created / 1000),
    spec: fieldsAt(source, "spec"),
    source,
  };
}

/** Returns only what names an object. */
export function nameOf({ kind, namespace, name }: KnownObject): ObjectName {
  return { kind, namespace, name };
}

/** An object in texts, such as `VirtualService shop/cart`. */
export function titleOf({ kind, namespace, name }: ObjectName): string {
  return `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`;
}

/** The order in which istiod prefers objects: the oldest first, then by name and namespace. */
export function byAge(a: KnownObject, b: KnownObject): number {
  return a.created - b.created || compare(a.name, b.name) || compare(a.namespace, b.namespace);
}

/** Compares texts by their code units, independent of the locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether labels include all of a selector's. An empty selector selects everything. */
export function selects(
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean {
  for (const name in selector) if (labels[name] !== selector[name]) return false;
  return true;
}
