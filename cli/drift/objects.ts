import { isDeepStrictEqual } from "node:util";
import { isEncrypted, objectKeyOf, type ObjectKey, type StateResource } from "../../program/stackState";

/** An object of the Kubernetes API, as a list returns it. */
export interface LiveObject {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly resourceVersion?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** How an object differs from what a stack has deployed. */
export interface ObjectDrift {
  readonly urn: string;
  readonly key: ObjectKey;
  readonly difference: "missing" | "changed";
  /** Paths of the fields that differ, such as `spec.rules`. Empty for a missing object, and for a Secret. */
  readonly fields: readonly string[];
  /** A JSON merge patch that removes the fields that another tool has added. Undefined if there are none. */
  readonly removal?: Readonly<Record<string, unknown>>;
}

/** Key of an object among those of its kind. */
export function placeOf({
  namespace = "",
  name,
}: {
  readonly namespace?: string;
  readonly name: string;
}): string {
  return `${namespace}/${name}`;
}

/**
 * Compares the objects in a stack's state with those in the cluster.
 *
 * - Objects whose resourceVersion is that of the state have not changed.
 * - Every field that the program declares must have its value, and lists must be equal.
 * - Objects of CRDs have no field that the stack has not deployed. Controllers and defaults add fields to other kinds, so such
 *   fields are not compared there.
 * - Secrets are encrypted in the state, so every write to one since is a change.
 *
 * @param liveOf returns the objects of a kind, keyed by {@link placeOf}. An empty map if the kind does not exist.
 */
export function objectDrift(
  resources: readonly StateResource[],
  liveOf: (kind: Pick<ObjectKey, "apiVersion" | "kind">) => ReadonlyMap<string, LiveObject>,
): ObjectDrift[] {
  return resources.flatMap((resource): ObjectDrift[] => {
    const key = objectKeyOf(resource);
    if (key === undefined) return [];
    const { urn } = resource;
    const live = liveOf(key).get(placeOf(key));
    if (live === undefined) return [{ urn, key, difference: "missing", fields: [] }];
    const deployed = (resource.outputs ?? {}) as LiveObject;
    if (live.metadata?.resourceVersion === deployed.metadata?.resourceVersion) return [];
    if (key.kind === "Secret") return [{ urn, key, difference: "changed", fields: [] }];
    const lost = differences(declaredFields(resource), live);
    const added = isCustom(key) ? additions(deployed.spec, live.spec) : undefined;
    const fields = [...lost, ...pathsOf(added, "spec")].sort();
    if (fields.length === 0) return [];
    const removal = added === undefined ? undefined : { spec: added };
    return [{ urn, key, difference: "changed", fields, ...(removal && { removal }) }];
  });
}

/** Kinds of CRDs have a group with a dot that is not Kubernetes' own. */
function isCustom({ apiVersion }: ObjectKey): boolean {
  const group = apiVersion.split("/").at(-2) ?? "";
  return group.includes(".") && !group.endsWith(".k8s.io");
}

/** The declared fields. Lists leave the type of their items out. */
function declaredFields({ inputs = {} }: StateResource): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(inputs).filter(([field]) => field !== "apiVersion" && field !== "kind"),
  );
}

/** Paths of the fields of `declared` that `live` does not have with that value. */
function differences(declared: unknown, live: unknown, path = ""): string[] {
  if (isEncrypted(declared)) return [];
  if (isRecord(declared) && isRecord(live)) {
    return Object.entries(declared).flatMap(([field, value]) =>
      differences(value, live[field], path === "" ? field : `${path}.${field}`),
    );
  }
  const same =
    Array.isArray(declared) && Array.isArray(live)
      ? declared.length === live.length &&
        declared.every((one, at) => differences(one, live[at]).length === 0)
      : isSameValue(declared, live);
  return same ? [] : [path];
}

/** Quantities are normalized by the API server: `1000m` is `1`. Empty values may be left out. */
function isSameValue(declared: unknown, live: unknown): boolean {
  if (isDeepStrictEqual(declared, live)) return true;
  const empty = declared === null || (typeof declared === "object" && Object.keys(declared).length === 0);
  if (empty && live === undefined) return true;
  const quantity = quantityOf(declared);
  return quantity !== undefined && quantity === quantityOf(live);
}

const suffixes: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** The value of a quantity. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
function quantityOf(value: unknown): number | undefined {
  const [, number, suffix = ""] = /^(\d+(?:\.\d+)?)([A-Za-z]{0,2})$/.exec(String(value)) ?? [];
  const factor = suffix === "" ? 1 : suffixes[suffix];
  return number === undefined || factor === undefined
    ? undefined
    : Number((Number(number) * factor).toPrecision(12));
}

/** The fields that `live` has beyond `deployed`, as a merge patch that removes them. Undefined if there are none. */
function additions(deployed: unknown, live: unknown): Record<string, unknown> | undefined {
  if (!isRecord(live)) return undefined;
  const own = isRecord(deployed) ? deployed : {};
  const found = Object.entries(live).flatMap(([field, value]): [string, unknown][] => {
    if (!(field in own)) return [[field, null]];
    const below = additions(own[field], value);
    return below === undefined ? [] : [[field, below]];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function pathsOf(patch: unknown, path: string): string[] {
  if (!isRecord(patch)) return patch === undefined ? [] : [path];
  return Object.entries(patch).flatMap(([field, value]) => pathsOf(value, `${path}.${field}`));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
