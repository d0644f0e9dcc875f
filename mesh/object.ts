import { compare, type ExternalService, type Mesh, nameIn, type Service } from "../catalog";

/** A Kubernetes object as plain data: no undefined values, keys sorted. */
export interface Manifest {
  /** Group and version of its kind, such as `networking.istio.io/v1`. */
  readonly apiVersion: string;
  /** Kind, such as `VirtualService`. */
  readonly kind: string;
  /** Name, namespace, labels and annotations. */
  readonly metadata: ObjectMetadata;
  readonly [field: string]: unknown;
}

/** The metadata of an object. */
export interface ObjectMetadata {
  /** Unique among the objects of its kind and namespace. */
  readonly name: string;
  /** Undefined for objects without a namespace. */
  readonly namespace?: string;
  /** Labels for selectors. Default: none. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Further information for people and programs. Default: none. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Names the paths of the catalog that an object comes from, separated by commas. */
export const fromAnnotation = "meshwright.dev/from";

/**
 * Marks an object that another tool creates. The catalog owns only the fields that the manifest contains, so apply it
 * with server-side apply.
 */
export const adoptedAnnotation = "meshwright.dev/adopted";

/**
 * Names the protocol of a DestinationRule's or VirtualService's host, if it is not plain HTTP. The objects don't
 * contain it, but policies need it: request limits don't apply to TCP, and each gRPC call is a POST.
 */
export const protocolAnnotation = "meshwright.dev/protocol";

/**
 * Codes that `istioctl analyze` must not report for an object, separated by commas.
 *
 * @see https://istio.io/latest/docs/reference/config/annotations/#GalleyAnalyzeSuppress
 */
export const analyzeSuppressAnnotation = "galley.istio.io/analyze-suppress";

/** Labels of Kubernetes' recommended set that all objects of a mesh have. */
function meshLabels(mesh: Mesh): Record<string, string> {
  return { "app.kubernetes.io/managed-by": "meshwright", "app.kubernetes.io/part-of": mesh.name };
}

/**
 * Returns the metadata of a mesh's object, with the labels that all of them have.
 *
 * @param from paths of the catalog that it comes from.
 */
export function metadata(
  mesh: Mesh,
  { name, namespace, from, labels, annotations }: ObjectMetadata & { readonly from: readonly string[] },
): ObjectMetadata {
  return {
    name,
    ...(namespace !== undefined && { namespace }),
    labels: { ...meshLabels(mesh), ...labels },
    annotations: { [fromAnnotation]: [...new Set(from)].join(","), ...annotations },
  };
}

/** Returns the object name of a service or an external service. */
export function objectName(mesh: Mesh, service: Service | ExternalService): string {
  return "egressGateway" in service ? nameIn(mesh, service.namespace, service.name) : service.name;
}

/** Returns an object's name, with its namespace as a prefix if it has one: the key of the catalog's overrides. */
export function fullName({ metadata: { name, namespace } }: Manifest): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** Returns objects sorted by kind, namespace and name, with sorted keys and without undefined values. */
export function inOrder(objects: readonly Manifest[]): Manifest[] {
  return objects
    .map((object) => sorted(object) as Manifest)
    .sort((a, b) => compare(a.kind, b.kind) || compare(place(a), place(b)));
}

function place({ metadata: { name, namespace = "" } }: Manifest): string {
  return `${namespace}/${name}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const fields = value as Readonly<Record<string, unknown>>;
  // By code units, independent of the locale.
  const keys = Object.keys(fields).sort();
  return Object.fromEntries(
    keys.flatMap((key) => (fields[key] === undefined ? [] : [[key, sorted(fields[key])]])),
  );
}
