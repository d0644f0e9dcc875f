import { existsSync, statSync } from "node:fs";
import { parse } from "yaml";
import { type CheckedMesh, modelOf } from "../checks";
import { meshConfig } from "../components/meshConfig";
import {
  type KnownObject,
  knownObject,
  type Model,
  type ObjectName,
  type PlainObject,
  readObjects,
  settingsOf,
} from "../effect";
import { fromAnnotation, type Manifest, renderMesh } from "../mesh";
import { UserError } from "../errors/userError";
import { UnreadableCatalog } from "./catalogFile";
import { atRef } from "./gitRef";
import { isManifest, readFiles } from "./manifests";
import { checkedMesh, planned } from "./planned";
import { loadSubject } from "./subject";

/** What a mesh does, by a catalog or by manifests: one side of a comparison. */
export interface Side {
  /** As the user named it. */
  readonly name: string;
  readonly model: Model;
  readonly objects: readonly PlainObject[];
}

/** The argument that {@link loadSide} takes, as help describes it. */
export const sideArgument =
  "platform, catalog file, file or folder of manifests (YAML or JSON), or one of these at a git revision: <revision>:<path>";

/**
 * Reads a side.
 *
 * @param argument a subject as `loadSubject` takes it, a file or folder of manifests, or `<revision>:<path>` of either.
 * @throws {UserError} if it can't be read, or the catalog has errors.
 */
export async function loadSide(argument: string | undefined, stack: string | undefined): Promise<Side> {
  return (
    (await atRef(argument, (path) => loadSide(path, stack))) ??
    manifestsSide(argument) ??
    catalogSide(argument, stack)
  );
}

async function catalogSide(argument: string | undefined, stack: string | undefined): Promise<Side> {
  const subject = await loadSubject(argument, stack);
  const { mesh, declared } = planned(subject);
  return sideOfMesh(
    subject.name,
    mesh,
    declared.flatMap(({ objects }) => objects),
  );
}

/**
 * The side of a catalog alone, with what it renders itself.
 *
 * @throws {UserError} if the catalog has errors.
 */
export function sideOf(name: string, catalog: unknown): Side {
  const { mesh } = checkedMesh({ name, catalog });
  return sideOfMesh(name, mesh, renderMesh(mesh));
}

function sideOfMesh(name: string, mesh: CheckedMesh, objects: readonly Manifest[]): Side {
  const plain = objects as readonly object[] as readonly PlainObject[];
  return { name, objects: plain, model: modelOf(mesh, plain, settingsOf(meshConfig(mesh))) };
}

/** The manifests of a file or folder. Undefined if the argument is neither. */
function manifestsSide(argument: string | undefined): Side | undefined {
  if (argument === undefined || argument === "-" || !existsSync(argument)) return undefined;
  const isFolder = statSync(argument).isDirectory();
  if (!isFolder && !/\.(ya?ml|json)$/.test(argument)) return undefined;
  const { documents, unreadable } = readFiles([argument]);
  const [first] = unreadable;
  if (first) throw new UnreadableCatalog(first.reason, first.file, first.position, undefined);
  const objects = documents.map(({ value }) => value).filter(isManifest);
  if (objects.length === 0) {
    if (!isFolder) return undefined;
    throw new UserError({
      problem: `${argument} has no manifests.`,
      fix: "Name a folder with YAML or JSON files of Kubernetes objects.",
    });
  }
  const config = objects.map(knownObject).find(({ kind, name }) => kind === "ConfigMap" && name === "istio");
  const settings = config === undefined ? {} : settingsOf(meshConfigIn(config, argument));
  return { name: argument, objects, model: readObjects(objects, { settings }) };
}

/** The mesh configuration in istiod's ConfigMap. */
function meshConfigIn({ source }: KnownObject, argument: string): object {
  const { mesh = "" } = (source.data ?? {}) as { readonly mesh?: unknown };
  try {
    const config = parse(String(mesh)) as unknown;
    if (config === null || typeof config === "object") return config ?? {};
  } catch {
    // Reported below, as every other text that is no object.
  }
  throw new UserError({
    problem: `${argument} has a ConfigMap istio whose data.mesh is not YAML of an object.`,
    fix: "Correct it, or remove the ConfigMap: then Istio's defaults apply.",
  });
}

const named = new WeakMap<readonly PlainObject[], ReadonlyMap<string, KnownObject>>();

/** Finds an object by its name. */
export function objectNamed(objects: readonly PlainObject[], wanted: ObjectName): KnownObject | undefined {
  const key = ({ kind, namespace, name }: ObjectName): string => `${kind} ${namespace}/${name}`;
  let byName = named.get(objects);
  if (!byName) {
    byName = new Map(objects.map(knownObject).map((one) => [key(one), one]));
    named.set(objects, byName);
  }
  return byName.get(key(wanted));
}

/** The paths of the catalog that an object comes from. None for an object of another origin. */
export function fromOf(objects: readonly PlainObject[], wanted: ObjectName): string[] {
  const found = objectNamed(objects, wanted);
  return (found?.annotations[fromAnnotation] ?? "").split(",").filter((path) => path !== "");
}
