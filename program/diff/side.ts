import { isDeepStrictEqual } from "node:util";
import { type CheckedMesh, modelOf } from "../../checks";
import { defaultNamespace } from "../../components/plain";
import { meshConfig } from "../../components/meshConfig";
import {
  type KnownObject,
  knownObject,
  type MeshSettings,
  type Model,
  type ObjectName,
  type PlainObject,
  settingsOf,
  titleOf,
} from "../../effect";
import { fromAnnotation, type Manifest } from "../../mesh";
import { objectsOf, type Plan } from "../plan";

/** What a mesh does, by a catalog, by manifests, or by what a cluster or a stack has: one side of a comparison. */
export interface Side {
  /** As the user named it. */
  readonly name: string;
  readonly model: Model;
  readonly objects: readonly PlainObject[];
  /** The catalog. Undefined for manifests. */
  readonly catalog?: unknown;
  /** File and line of a path of the catalog. */
  readonly locate?: (path: string) => string | undefined;
  /** Whether the objects are manifests of files, which may lack those that create pods. Default: false. */
  readonly isManifests?: true;
  /** File and line of an object of manifests. */
  readonly placeOf?: (object: ObjectName) => string | undefined;
}

/** The side of objects that a catalog renders to. */
export function sideOfMesh(
  name: string,
  mesh: CheckedMesh,
  objects: readonly Manifest[],
  settings: Partial<MeshSettings> = settingsOf(meshConfig(mesh)),
): Side {
  const plain = objects as readonly object[] as readonly PlainObject[];
  return { name, objects: plain, model: modelOf(mesh, plain, settings) };
}

/** The side of a stack's plan. */
export function sideOfPlan(plan: Plan): Side {
  const { name, mesh, catalog } = plan;
  const objects = objectsOf(plan).flatMap((one) => one.objects);
  return { ...sideOfMesh(name, mesh, objects, settingsOfPlan(plan)), catalog };
}

/** The settings of the mesh: those of the istiod that the stack installs, otherwise those that the catalog requires. */
function settingsOfPlan({ installsControlPlane, controlPlane, mesh }: Plan): Partial<MeshSettings> {
  const { istiod, namespace = defaultNamespace } = controlPlane;
  if (!installsControlPlane || istiod?.meshConfig === undefined) return settingsOf(meshConfig(mesh));
  return { ...settingsOf(istiod.meshConfig), rootNamespace: namespace };
}

/** Whether two sides have the same objects, whatever their order, and the same settings of the mesh. */
export function areSame(one: Side, other: Side): boolean {
  const content = ({ objects, model }: Side) => [
    model.settings,
    new Map(objects.map((object) => [titleOf(knownObject(object)), object])),
  ];
  return isDeepStrictEqual(content(one), content(other));
}

const named = new WeakMap<readonly PlainObject[], ReadonlyMap<string, KnownObject>>();

/** Finds an object by its name. */
export function objectNamed(objects: readonly PlainObject[], wanted: ObjectName): KnownObject | undefined {
  let byName = named.get(objects);
  if (!byName) {
    byName = new Map(objects.map(knownObject).map((one) => [titleOf(one), one]));
    named.set(objects, byName);
  }
  return byName.get(titleOf(wanted));
}

/** The paths of the catalog that an object comes from. None for an object of another origin. */
export function fromOf(objects: readonly PlainObject[], wanted: ObjectName): string[] {
  const found = objectNamed(objects, wanted);
  return (found?.annotations[fromAnnotation] ?? "").split(",").filter((path) => path !== "");
}
