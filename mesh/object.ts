import { compare, type ExternalService, type Mesh, nameIn, type Service } from "../catalog";

/** A Kubernetes object as plain data: no undefined values, keys sorted. */
export interface Manifest {
  /** Group and version of its kind, such as `networking.istio.io/v1`. */
  readonly apiVersion: string;
  /** Such as `VirtualService`. */
  readonly kind: string;
  /** Name and place, labels and annotations. */
  readonly metadata: ObjectMetadata;
  readonly [field: string]: unknown;
}

/** Where an object is, and what is said of it. */
export interface ObjectMetadata {
  /** Unique among the objects of its kind and namespace. */
  readonly name: string;
  /** Missing on objects that belong to no namespace. */
  readonly namespace?: string;
  /** By which it is selected. Default: none. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What people and programs read of it. Default: none. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Names the places in the catalog that an object comes from, separated by commas. */
export const fromAnnotation = "meshwright.dev/from";

/**
 * Marks an object that another tool creates, and of which only the fields that it has here are owned. It must be
 * applied with server-side apply.
 */
export const adoptedAnnotation = "meshwright.dev/adopted";

/**
 * Names the protocol of the host that a DestinationRule or VirtualService is for, where it is not plain HTTP. The
 * objects themselves don't say it, and whoever judges them must know: requests on TCP can't be limited, and
 * each gRPC call is a POST.
 */
export const protocolAnnotation = "meshwright.dev/protocol";

/**
 * Codes that `istioctl analyze` is not to report of an object, separated by commas.
 *
 * @see https://istio.io/latest/docs/reference/config/annotations/#GalleyAnalyzeSuppress
 */
export const analyzeSuppressAnnotation = "galley.istio.io/analyze-suppress";

/** Every label of Kubernetes' recommended set that holds for all objects of a mesh. */
export function meshLabels(mesh: Mesh): Record<string, string> {
  return { "app.kubernetes.io/managed-by": "meshwright", "app.kubernetes.io/part-of": mesh.name };
}

/**
 * Metadata of a mesh's object, with the labels that all of them have.
 *
 * @param from places in the catalog that it comes from.
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

/** The name of an object that a service or an external service has one of. */
export function objectName(mesh: Mesh, service: Service | ExternalService): string {
  return "egressGateway" in service ? nameIn(mesh, service.namespace, service.name) : service.name;
}

/** An object's name, with its namespace in front where it has one, as the catalog's overrides call it. */
export function fullName({ metadata: { name, namespace } }: Manifest): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** Objects by kind, namespace and name, with keys in order and without those that have no value. */
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
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => compare(a, b))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
