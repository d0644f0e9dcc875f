import { existsSync, readFileSync, statSync } from "node:fs";
import { knownObject, readObjects, titleOf } from "../effect";
import { renderMesh } from "../mesh";
import { UserError } from "../errors/userError";
import { type Side, sideOfMesh, sideOfPlan } from "../program/diff/side";
import { gatewayWorkloads, meshSettings } from "./audit/meshReleases";
import { placeOf, type Sources, sourcesOf } from "./audit/sources";
import { isData, isProgramFile } from "./catalogFile";
import { atRef, isRef, isRevision } from "./gitRef";
import { maxManifestBytes, type ReadFiles, readFiles, readText } from "./manifests";
import { isMeshConfig, meshConfigIn } from "./meshSettings";
import { checkedMesh, planned } from "./planned";
import { loadProject } from "./project";
import { positionOf } from "./sourceOf";
import { catalogFileOf, loadSubject } from "./subject";

/** The argument that {@link loadSide} takes, as help describes it. */
export const sideArgument =
  "platform, catalog file, file or folder of manifests (YAML or JSON), or one of these at a git revision: <revision>:<path>";

/**
 * Reads a side.
 *
 * @param argument a subject as `loadSubject` takes it, with `stack` and `sandbox`, a file or folder of manifests, or `<revision>:<path>` of either.
 * @throws {UserError} if it can't be read, or the catalog has errors.
 */
export async function loadSide(
  argument: string | undefined,
  stack: string | undefined,
  sandbox?: string,
): Promise<Side> {
  const atRevision = await atRef(argument, async (path) =>
    inRevision(await loadSide(path, stack), path, argument),
  );
  return atRevision ?? manifestsSide(argument) ?? (await catalogSide(argument, stack, sandbox));
}

/** Whether a word names a side, found or not: a path, a git revision's path, or a platform of the project. */
export async function namesSide(word: string): Promise<boolean> {
  const isPath = existsSync(word) || /^\.{0,2}\//.test(word) || isData(word) || isProgramFile(word);
  if (isPath || isRef(word)) return true;
  const project = await loadProject();
  return project?.platforms.some(({ name }) => name === word) ?? false;
}

/** A side of a git revision, with places in the revision instead of the temporary folder. */
function inRevision(side: Side, path: string, argument = ""): Side {
  const named = (place: string | undefined): string | undefined => place?.replace(path, argument);
  return {
    ...side,
    name: argument,
    locate: (of) => named(side.locate?.(of)),
    placeOf: (object) => named(side.placeOf?.(object)),
  };
}

async function catalogSide(
  argument: string | undefined,
  stack: string | undefined,
  sandbox: string | undefined,
): Promise<Side> {
  const subject = await loadSubject(argument, stack, sandbox).catch(async (error: unknown) => {
    if (argument === undefined || existsSync(argument) || !(await isRevision(argument))) throw error;
    throw new UserError({
      problem: `"${argument}" is a git revision without a path.`,
      fix: `Name the catalog or the folder at that revision: ${argument}:catalog.ts`,
      cause: error,
    });
  });
  const { mesh, declared, plan } = planned(subject);
  const objects = declared.flatMap((one) => one.objects);
  return {
    ...(plan ? sideOfPlan(plan) : sideOfMesh(subject.name, mesh, objects)),
    catalog: subject.catalog,
    locate: locator(catalogFileOf(subject)),
  };
}

/** Returns a function that finds paths of a catalog in its file: `<file>:<line>`. */
export function locator(file: string): (path: string) => string | undefined {
  if (file === "-" || !existsSync(file)) return () => undefined;
  // The file of a git revision is removed before the function is called.
  const text = readFileSync(file, "utf8");
  return (path) => {
    // JSON is a literal of a program, which is found sooner than by a parser of YAML.
    const position = positionOf(text, path, isData(file) && !file.endsWith(".json"));
    return position && `${file}:${position.line}`;
  };
}

/**
 * The side of a catalog alone, with what it renders itself.
 *
 * @throws {UserError} if the catalog has errors.
 */
export function sideOf(name: string, catalog: unknown): Side {
  const { mesh } = checkedMesh({ name, catalog });
  return { ...sideOfMesh(name, mesh, renderMesh(mesh)), catalog };
}

/** The manifests of a file or folder. Undefined if the argument is neither. */
function manifestsSide(argument: string | undefined): Side | undefined {
  if (argument === undefined || argument === "-" || !existsSync(argument)) return undefined;
  const isFolder = statSync(argument).isDirectory();
  const read = isFolder ? readFiles([argument]) : readObjectFile(argument);
  if (read === undefined) return undefined;
  const sources = sourcesOf(read, "default");
  const [unreadable] = read.unreadable;
  if (unreadable && (isFolder || sources.objects.length > 0)) {
    throw new UserError({
      problem: `${unreadable.file}${unreadable.position === undefined ? "" : `:${unreadable.position.line}`} can't be read: ${unreadable.reason}`,
      fix: "Correct the file. Render templates first: helm template, kubectl kustomize",
    });
  }
  if (sources.objects.length === 0) {
    if (!isFolder) return undefined;
    throw new UserError({
      problem: `${argument} has no manifests.`,
      fix: "Name a folder with YAML or JSON files of Kubernetes objects.",
    });
  }
  return { ...sideOfSources(argument, sources), isManifests: true };
}

/** The documents of a file. Undefined for a catalog, which has no apiVersion. */
function readObjectFile(file: string): ReadFiles | undefined {
  if (!/\.(ya?ml|json)$/.test(file) || statSync(file).size > maxManifestBytes) return undefined;
  const text = readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  return text.includes("apiVersion") ? readText(text, file) : undefined;
}

/** The side of objects of any origin, with the Helm releases of Istio among them. */
export function sideOfSources(
  name: string,
  sources: Pick<Sources, "objects"> & Partial<Pick<Sources, "releases">>,
): Side {
  const objects = sources.objects.map(({ object }) => object);
  const { releases = [] } = sources;
  for (const object of objects) {
    if (!isMeshConfig(object) || meshConfigIn(object)) continue;
    throw new UserError({
      problem: `${name} has a ConfigMap istio whose data.mesh is not YAML of an object.`,
      fix: "Correct it, or remove the ConfigMap: then Istio's defaults apply.",
    });
  }
  const model = readObjects(objects, {
    settings: meshSettings(objects, releases),
    workloads: gatewayWorkloads(releases),
  });
  const places = new Map(sources.objects.map((source) => [titleOf(knownObject(source.object)), source]));
  return {
    name,
    model,
    objects,
    placeOf: (object) => {
      const source = places.get(titleOf(object));
      const place = source && placeOf(source, undefined);
      return place && `${place.file}:${place.line}`;
    },
  };
}
