/** A resource in a stack's state. https://www.pulumi.com/docs/iac/concepts/state-and-backends/ */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
}

/** An operation that a run has begun, and of whose end nothing is recorded. */
export interface PendingOperation {
  /** `creating`, `updating`, `deleting`, … */
  readonly type: string;
  readonly resource: StateResource;
}

/** The parts of `pulumi stack export` that are read here. The others are kept as they are. */
export interface ExportedStack {
  readonly version?: number;
  readonly deployment: {
    readonly resources?: readonly StateResource[];
    readonly pending_operations?: readonly PendingOperation[];
  };
}

/** Pulumi's type of Helm releases. */
export const releaseType = "kubernetes:helm.sh/v3:Release";

/** An object of the Kubernetes API, by the fields that identify it. */
export interface ObjectKey {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** An object as text, by which it is compared with others. */
export function keyText({ apiVersion, kind, namespace = "", name }: ObjectKey): string {
  return [apiVersion, kind, namespace, name].join(" ");
}

/** The object that a resource declares. Undefined for Helm releases, patches and resources of other providers. */
export function objectKeyOf({ type, inputs = {} }: StateResource): ObjectKey | undefined {
  const { apiVersion, kind, metadata } = inputs as {
    apiVersion?: unknown;
    kind?: unknown;
    metadata?: { name?: unknown; namespace?: unknown };
  };
  if (!type.startsWith("kubernetes:") || type === releaseType || type.endsWith("Patch")) return undefined;
  if (typeof apiVersion !== "string" || typeof kind !== "string") return undefined;
  if (typeof metadata?.name !== "string") return undefined;
  const { name, namespace } = metadata;
  return { apiVersion, kind, ...(typeof namespace === "string" && { namespace }), name };
}

/** The identity that Pulumi's Kubernetes provider gives an object or a release: `namespace/name` or `name`. */
export function idOf({ namespace, name }: { readonly namespace?: string; readonly name: string }): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** The name and namespace of a Helm release. */
export function releaseKeyOf({ inputs = {} }: StateResource): { namespace: string; name: string } {
  const { name = "", namespace = "" } = inputs as { name?: string; namespace?: string };
  return { namespace, name };
}

/** Key by which Pulumi marks an encrypted value in a state and in a plan. */
export const secretKey = "4dabf18193072939515e22adb298388d";

/** Whether a value of a state is encrypted, so that it can't be compared. */
export function isEncrypted(value: unknown): boolean {
  return value !== null && typeof value === "object" && secretKey in value;
}
