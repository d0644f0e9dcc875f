import { compare, isObject } from "../../catalog";
import { releaseInputs, withoutSkipAwait } from "../../components/plain";
import { objectsOf, type Plan, releasesOf } from "../../program/plan";
import {
  keyText,
  objectKeyOf,
  releaseKeyOf,
  releaseType,
  type StateResource,
} from "../../program/stackState";
import { type FieldChange, fieldChanges } from "./fields";

/** What an update does with an object or a Helm release. */
export interface ResourceChange {
  readonly action: "create" | "update" | "delete";
  /** Kind of the object, or `Release`. */
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** The fields that an update changes. Empty for the other actions. */
  readonly fields: readonly FieldChange[];
}

/** What an update changes. */
export interface ResourceChanges {
  /** Sorted by kind, namespace and name. */
  readonly changes: readonly ResourceChange[];
  readonly unchanged: number;
  /** Number of the stack's resources that are not compared, keyed by Pulumi's type. */
  readonly others: Readonly<Record<string, number>>;
}

interface Declared {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Types of the components whose resources a plan has. Only they can lose a resource to a change of the catalog. */
const components = /meshwright:index:(?:IstioControlPlane|Observability|ServiceMesh)\$/;

/**
 * Compares what a stack has deployed last, by its state, with a plan. Secrets, generated passwords and the resources that the
 * program declares besides the plan are not compared.
 */
export function resourceChanges(deployed: readonly StateResource[], plan: Plan): ResourceChanges {
  const after = declaredBy(plan);
  const before = new Map<string, Declared>();
  const others: Record<string, number> = {};
  for (const resource of deployed) {
    const found = declaredIn(resource);
    const key = found && keyOf(found);
    if (found && key !== undefined && (after.has(key) || components.test(resource.urn)))
      before.set(key, found);
    else if (isReal(resource)) others[resource.type] = (others[resource.type] ?? 0) + 1;
  }
  const changes = [...new Set([...before.keys(), ...after.keys()])].flatMap((key): ResourceChange[] => {
    const [old, now] = [before.get(key), after.get(key)];
    const one = now ?? old;
    if (!one) return [];
    const { kind, namespace, name } = one;
    const fields = old && now ? fieldChanges(old.inputs, now.inputs) : [];
    if (old && now && fields.length === 0) return [];
    const action = !old ? "create" : now ? "update" : "delete";
    return [{ action, kind, ...(namespace !== undefined && { namespace }), name, fields }];
  });
  const changed = changes.filter(({ action }) => action !== "create").length;
  return { changes: changes.sort(byName), unchanged: before.size - changed, others };
}

function declaredBy(plan: Plan): Map<string, Declared> {
  const objects = objectsOf(plan).flatMap((one) => one.objects);
  return new Map(
    [
      ...objects.map((object): Declared => {
        const { kind, metadata } = object;
        const { namespace, name } = metadata;
        return {
          kind,
          ...(namespace !== undefined && { namespace }),
          name,
          inputs: withoutSkipAwait({ ...object }),
        };
      }),
      ...releasesOf(plan).map((release): Declared => {
        const { namespace, name } = release;
        return { kind: "Release", namespace, name, inputs: { ...releaseInputs(release) } };
      }),
    ].map((one) => [keyOf(one), one]),
  );
}

/** Undefined for resources that are not compared. */
function declaredIn({ inputs = {}, ...resource }: StateResource): Declared | undefined {
  if (resource.type === releaseType) {
    const key = releaseKeyOf({ ...resource, inputs });
    // The provider adds fields that no program declares, and fills in those of a repository.
    const declared = releaseInputs({ ...key, chart: "", version: "", repository: "", values: {} });
    const { repositoryOpts, ...known } = pick(inputs, Object.keys(declared));
    const repository = Object.entries(isObject(repositoryOpts) ? repositoryOpts : {}).filter(
      ([, value]) => value !== "",
    );
    return {
      kind: "Release",
      ...key,
      inputs: { ...known, ...(repository.length > 0 && { repositoryOpts: Object.fromEntries(repository) }) },
    };
  }
  // A patch has the object's own kind, and a type that says what it is.
  const key = objectKeyOf({ ...resource, inputs, type: resource.type.replace(/Patch$/, "") });
  if (key === undefined || key.kind === "Secret") return undefined;
  const { apiVersion, ...name } = key;
  return { ...name, inputs: { ...withoutSkipAwait(inputs), apiVersion } };
}

/** Whether a provider has created a resource: the stack, its providers and components have none. */
function isReal({ type, id }: StateResource): boolean {
  return id !== undefined && !type.startsWith("pulumi:");
}

function pick(values: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => keys.includes(key)));
}

function keyOf({ kind, namespace, name, inputs }: Declared): string {
  const { apiVersion = "" } = inputs as { readonly apiVersion?: string };
  return keyText({ apiVersion, kind, ...(namespace !== undefined && { namespace }), name });
}

function byName(a: ResourceChange, b: ResourceChange): number {
  return compare(a.kind, b.kind) || compare(a.namespace ?? "", b.namespace ?? "") || compare(a.name, b.name);
}
