import { existsSync, globSync, statSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { type Document, LineCounter, parseAllDocuments } from "yaml";
import type { PlainObject } from "../effect";
import { UserError } from "../errors/userError";
import { isCyclic, maxCatalogBytes, reasonOf } from "./catalogFile";
import { readBounded } from "./readBounded";
import type { Position } from "./sourceOf";

/** One document of a file: YAML or JSON. */
export interface ManifestDocument {
  /** The file as it was named, or `stdin`. */
  readonly file: string;
  /** The value, with aliases resolved. */
  readonly value: unknown;
  /** Its syntax tree, for positions. */
  readonly tree: Document;
  readonly lines: LineCounter;
}

/** A file with a syntax error. None of its documents is read. */
export interface UnreadableFile {
  readonly file: string;
  readonly reason: string;
  readonly position?: Position;
}

/** What files contain. */
export interface ReadFiles {
  readonly documents: readonly ManifestDocument[];
  readonly unreadable: readonly UnreadableFile[];
  /** Folders of Helm charts below a named folder. Their files are templates and are not read. */
  readonly charts: readonly string[];
}

/** The largest file that is read, in bytes. */
export const maxManifestBytes = maxCatalogBytes;

/** The largest sum of files that is read, in bytes. About 60,000 objects. */
const maxTotalBytes = 4 * maxManifestBytes;

/**
 * Reads manifests of files, of folders with everything below them, and of standard input.
 *
 * @param names paths, or `-` for standard input. Of a folder, files that end in `.yaml`, `.yml` or `.json` are read.
 * @throws {UserError} if a path does not exist, or the content is too large.
 */
export function readFiles(names: readonly string[]): ReadFiles {
  const found = names.map(filesOf);
  const files = [...new Set(found.flatMap((one) => one.files))];
  const documents: ManifestDocument[] = [];
  const unreadable: UnreadableFile[] = [];
  let left = maxTotalBytes;
  for (const file of files) {
    const limit = Math.min(maxManifestBytes, left);
    const text = readBounded(file, limit, () => tooLarge(file, limit));
    left -= Buffer.byteLength(text);
    const read = parseManifests(text, file === "-" ? "stdin" : file);
    if (!("reason" in read)) documents.push(...read);
    // A folder may have files of data that are not manifests.
    else if (names.includes(file) || text.includes("apiVersion")) unreadable.push(read);
  }
  return { documents, unreadable, charts: [...new Set(found.flatMap((one) => one.charts))] };
}

/** Reads the manifests of a text. */
export function readText(text: string, file: string): ReadFiles {
  const read = parseManifests(text, file);
  return "reason" in read
    ? { documents: [], unreadable: [read], charts: [] }
    : { documents: read, unreadable: [], charts: [] };
}

/** The files that a name means, and the charts among them. */
function filesOf(name: string): { readonly files: readonly string[]; readonly charts: readonly string[] } {
  if (name === "-") return { files: [name], charts: [] };
  if (!existsSync(name)) {
    throw new UserError({
      problem: `${name} does not exist.`,
      fix: "Name a file or a folder with YAML or JSON, or - for standard input.",
    });
  }
  if (!statSync(name).isDirectory()) return { files: [name], charts: [] };
  const all = globSync("**/*.{yaml,yml,json}", { cwd: name, exclude: (path) => isLeftOut(path) })
    .sort()
    .map((file) => join(name, file))
    .filter((file) => statSync(file).isFile());
  const charts = all.filter((file) => basename(file) === "Chart.yaml").map((file) => dirname(file));
  return {
    files: all.filter((file) => !charts.some((chart) => file.startsWith(`${chart}${sep}`))),
    charts,
  };
}

/** Folders with files of tools. */
function isLeftOut(path: string): boolean {
  return /(^|[/\\])(node_modules|\.git)$/.test(path);
}

function tooLarge(file: string, limit: number): UserError {
  const name = file === "-" ? "Standard input" : file;
  return new UserError(
    limit === maxManifestBytes
      ? {
          problem: `${name} has more than ${limit / 1024 ** 2} MB.`,
          fix: "Divide it into several files.",
        }
      : {
          problem: `The files have more than ${maxTotalBytes / 1024 ** 2} MB together.`,
          fix: "Name the folders one after the other.",
        },
  );
}

/** Parses the documents of a text. Deep nesting and aliases that multiply are syntax errors. */
function parseManifests(text: string, file: string): ManifestDocument[] | UnreadableFile {
  const lines = new LineCounter();
  try {
    const trees = parseAllDocuments(text, { lineCounter: lines, logLevel: "error" });
    if ("empty" in trees) return [];
    const [error] = trees.flatMap(({ errors }) => errors);
    if (error) {
      const [start] = error.linePos ?? [];
      return {
        file,
        reason: (error.message.split("\n")[0] ?? "").replace(/ at line .*$/, ""),
        ...(start && { position: { line: start.line, column: start.col } }),
      };
    }
    const values = trees.map((tree) => tree.toJS() as unknown);
    if (text.includes("&") && isCyclic(values)) {
      return { file, reason: "an alias is inside of the value that it names" };
    }
    return trees.map((tree, i) => ({ file, value: values[i], tree, lines }));
  } catch (error) {
    if (error instanceof RangeError || error instanceof ReferenceError)
      return { file, reason: reasonOf(error) };
    throw error;
  }
}

/** Whether a value has the form of a Kubernetes object. */
export function isManifest(value: unknown): value is PlainObject {
  const { apiVersion, kind } = (value ?? {}) as { apiVersion?: unknown; kind?: unknown };
  return typeof apiVersion === "string" && typeof kind === "string";
}
