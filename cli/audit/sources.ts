import { type KnownObject, knownObject, type PlainObject } from "../../effect";
import { parsePath } from "../../catalog";
import { isManifest, type ManifestDocument, type ReadFiles } from "../manifests";
import type { LiveObjects } from "./cluster";
import { offsetInTree, type Position } from "../sourceOf";

/** An object, and where it stands. */
export interface Source {
  readonly object: PlainObject;
  /** Undefined for objects of a cluster. */
  readonly document?: ManifestDocument;
  /** Path of the object in its document: empty, or that of a list's item. */
  readonly at: readonly (string | number)[];
}

/** A Helm release as `meshwright render` writes it. */
export interface ReleaseSource extends Pick<Source, "document"> {
  readonly release: string;
  readonly chart: string;
  readonly namespace?: string;
  readonly version?: string;
  readonly repository?: string;
  readonly values?: Readonly<Record<string, unknown>>;
}

/** What files contain besides objects. */
export interface Sources {
  /** Each object once: the last of those with one name, as `kubectl apply` keeps it. */
  readonly objects: readonly Source[];
  /** Objects that a later one replaces. */
  readonly replaced: readonly { readonly first: Source; readonly last: Source }[];
  readonly releases: readonly ReleaseSource[];
  /** Files with documents that are no Kubernetes objects. */
  readonly others: readonly string[];
  /** Folders of Helm charts, which are not rendered. */
  readonly charts: readonly string[];
  /** Secrets of a cluster that may not be read. Default: none. */
  readonly denied?: readonly string[];
  /** Kinds of policies of CNI plugins that may not be listed in a cluster. Default: none. */
  readonly deniedKinds?: readonly string[];
}

/** Kinds without a namespace, as far as manifests of a mesh have them. */
const clusterScoped = new Set([
  ...[
    "Namespace",
    "Node",
    "PersistentVolume",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
  ],
  ...["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "ValidatingAdmissionPolicy"],
  ...["ValidatingAdmissionPolicyBinding", "APIService", "StorageClass", "PriorityClass", "IngressClass"],
  ...["GatewayClass", "RuntimeClass", "ClusterIssuer", "ClusterSecretStore"],
]);

/**
 * Finds the objects of documents. Lists are opened.
 *
 * @param namespace namespace of objects that name none, as with `kubectl apply --namespace`.
 */
export function sourcesOf(
  { documents, charts = [] }: Pick<ReadFiles, "documents"> & Partial<Pick<ReadFiles, "charts">>,
  namespace: string,
): Sources {
  const found: Source[] = [];
  const releases: ReleaseSource[] = [];
  const others = new Set<string>();
  for (const document of documents) {
    const { value } = document;
    if (value === null || value === undefined) continue;
    if (isManifest(value)) found.push(...opened(value, [], document, namespace));
    else if (isRelease(value)) releases.push({ ...value, document });
    else others.add(document.file);
  }
  return { ...withoutReplaced(found), releases, others: [...others], charts };
}

/** The sources of objects that a cluster returned. */
export function liveSources({
  objects,
  denied,
  deniedKinds = [],
}: Pick<LiveObjects, "objects" | "denied"> & Partial<Pick<LiveObjects, "deniedKinds">>): Sources {
  return {
    objects: objects.map((object) => ({ object, at: [] })),
    replaced: [],
    releases: [],
    others: [],
    charts: [],
    denied,
    deniedKinds,
  };
}

function opened(
  object: PlainObject,
  at: readonly (string | number)[],
  document: ManifestDocument,
  namespace: string,
): Source[] {
  const { kind, items } = object;
  if (kind.endsWith("List") && Array.isArray(items)) {
    return items.flatMap((item: unknown, i) => {
      const typed = typedItem(item, object);
      return typed === undefined ? [] : opened(typed, [...at, "items", i], document, namespace);
    });
  }
  return [{ object: inNamespace(object, namespace), document, at }];
}

/** An item of a typed list, such as `ServiceList`, may leave its type out. */
function typedItem(item: unknown, { apiVersion, kind }: PlainObject): PlainObject | undefined {
  if (isManifest(item)) return item;
  const own = kind.replace(/List$/, "");
  if (item === null || typeof item !== "object" || own === "") return undefined;
  return { ...(item as PlainObject), apiVersion, kind: own };
}

function inNamespace(object: PlainObject, namespace: string): PlainObject {
  const metadata = (object.metadata ?? {}) as { readonly namespace?: unknown };
  if (clusterScoped.has(object.kind) || typeof metadata.namespace === "string") return object;
  return { ...object, metadata: { ...metadata, namespace } };
}

function withoutReplaced(found: readonly Source[]): Pick<Sources, "objects" | "replaced"> {
  const last = new Map<string, Source>();
  const replaced: { first: Source; last: Source }[] = [];
  for (const source of found) {
    const key = keyOf(knownObject(source.object));
    const first = last.get(key);
    if (first && hasName(source)) replaced.push({ first, last: source });
    last.set(hasName(source) ? key : `${key} ${last.size}`, source);
  }
  return { objects: [...last.values()], replaced };
}

/** Objects with `generateName` have no name yet. */
function hasName({ object }: Source): boolean {
  return typeof (object.metadata as { name?: unknown } | undefined)?.name === "string";
}

/** What identifies an object, in any version of its kind. */
export function keyOf({
  group,
  kind,
  namespace,
  name,
}: Pick<KnownObject, "group" | "kind" | "namespace" | "name">): string {
  return `${group}/${kind} ${namespace}/${name}`;
}

function isRelease(value: unknown): value is ReleaseSource {
  const { release, chart } = (value ?? {}) as { readonly release?: unknown; readonly chart?: unknown };
  return typeof release === "string" && typeof chart === "string";
}

/** The place of a field of an object, or of its nearest parent in the file. */
export function placeOf(
  { document, at }: Pick<Source, "document" | "at">,
  path: string | undefined,
): ({ readonly file: string } & Position) | undefined {
  if (!document) return undefined;
  const { tree, lines, file } = document;
  const offset = offsetInTree(tree.contents, [...at, ...parsePath(path ?? "")]) ?? 0;
  const { line, col } = lines.linePos(offset);
  return { file, line, column: col };
}
