import { extname } from "node:path";
import { parseAllDocuments } from "yaml";
import { UserError } from "../errors/userError";
import { loadModule } from "./loadModule";
import { readBounded } from "./readBounded";
import type { Position } from "./sourceOf";

/** Extensions of the data files and programs that can hold a catalog. */
const data = [".json", ".yaml", ".yml"];
const programs = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"];

/** A catalog file with a syntax error, with the position of the first error if it is known. */
export class UnreadableCatalog extends UserError {
  /** What is wrong, and where if that is known. */
  readonly reason: string;

  constructor(
    reason: string,
    file: string,
    readonly position: Position | undefined,
    cause: unknown,
  ) {
    // The error of a program names its place already.
    const place =
      position === undefined || !isData(file) ? "" : `, at line ${position.line}, column ${position.column}`;
    super({
      problem: `${file} can't be read: ${reason}${place}`,
      fix: isData(file)
        ? "Correct the file. It has to be YAML or JSON."
        : 'Correct the file. It may import "meshwright" and the packages that are installed beside it.',
      cause,
    });
    this.name = "UnreadableCatalog";
    this.reason = `${reason}${place}`;
  }
}

/** Whether a file is YAML or JSON, and not a program. Standard input is. */
export function isData(file: string): boolean {
  return file === "-" || data.includes(extname(file));
}

/** Whether a file is TypeScript or JavaScript by its name. No other file is executed. */
export function isProgramFile(file: string): boolean {
  return programs.includes(extname(file));
}

/**
 * Reads a catalog: YAML or JSON, or the export of a program, which is executed.
 *
 * @param file path, or `-` for YAML or JSON on standard input.
 * @throws {UserError} if the file has another extension: nothing else is read or executed.
 * @throws {UnreadableCatalog} if the file has a syntax error.
 */
export async function readCatalog(file: string): Promise<unknown> {
  if (isData(file)) return readData(readText(file), file);
  if (!isProgramFile(file)) {
    throw new UserError({
      problem: `${file} is not a catalog: its extension is "${extname(file)}".`,
      fix: `Name a file that ends in one of ${[...programs, ...data].join(", ")}, or - for YAML or JSON on standard input.`,
    });
  }
  let module: Record<string, unknown>;
  try {
    module = await loadModule(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const [, line, column] = /[:(](\d+):(\d+)\)?/.exec(reason) ?? [];
    const position = line === undefined ? undefined : { line: Number(line), column: Number(column) };
    throw new UnreadableCatalog(reason, file, position, error);
  }
  return exportedCatalog(module, file);
}

/** The largest catalog that is read, in bytes. One of 10,000 services has about 10 MB. */
export const maxCatalogBytes = 50 * 1024 * 1024;

function readText(file: string): string {
  return readBounded(
    file,
    maxCatalogBytes,
    () =>
      new UserError({
        problem: `${file === "-" ? "Standard input" : file} has more than ${maxCatalogBytes / 1024 ** 2} MB.`,
        fix: "Divide it into several catalogs: docs/guide/several-catalogs.md",
      }),
  );
}

/** The values of a text's YAML documents. JSON is YAML. */
function readData(text: string, file: string): unknown {
  const json = readJson(text);
  if (json !== undefined) return json;
  const comment = commentInJson(text);
  if (comment !== undefined) {
    throw new UnreadableCatalog(
      "JSON has no comments, and this one starts with //",
      file,
      comment,
      undefined,
    );
  }
  const values = valuesOf(text, file);
  if (values.length > 1 && !values.every(isManifest)) {
    throw new UserError({
      problem: `${file} has ${values.length} YAML documents.`,
      fix: "Give each catalog a file of its own.",
    });
  }
  if (values[0] === undefined || values[0] === null) {
    throw new UnreadableCatalog("it is empty", file, undefined, undefined);
  }
  return values[0];
}

/** The place of the first comment in a text that is otherwise JSON, of which YAML would make a part of the next key. */
function commentInJson(text: string): Position | undefined {
  if (!/^\s*(\/\/.*\n\s*)*\{/.test(text)) return undefined;
  const line = text.split("\n").findIndex((one) => /^\s*\/\//.test(one));
  return line === -1
    ? undefined
    : { line: line + 1, column: (text.split("\n")[line] ?? "").search(/\S/) + 1 };
}

/**
 * Reads a text that is JSON, which takes a fraction of the time of YAML.
 *
 * @returns undefined for other texts, and for JSON in which an object has a key twice: the parser of YAML says where.
 */
function readJson(text: string): unknown {
  if (!/^\s*\{/.test(text)) return undefined;
  let keys = 0;
  let kept = 0;
  try {
    // Called for each field that is kept: of equal keys the last one.
    const value = JSON.parse(text, function (this: unknown, _, field: unknown) {
      if (!Array.isArray(this)) kept += 1;
      return field;
    }) as unknown;
    for (const [, colon] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g))
      if (colon !== undefined) keys += 1;
    // The whole value is counted as a field, too.
    return keys === kept - 1 ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Parses YAML. Deep nesting and aliases that multiply fail as syntax errors do, before they use up time or memory. */
function valuesOf(text: string, file: string): unknown[] {
  try {
    return parseDocuments(text, file);
  } catch (error) {
    if (error instanceof RangeError || error instanceof ReferenceError)
      throw new UnreadableCatalog(reasonOf(error), file, undefined, error);
    if (error instanceof Error && error.message.startsWith("Merge sources"))
      throw new UnreadableCatalog("<< merges only maps and aliases of maps", file, undefined, error);
    throw error;
  }
}

/** Why YAML without a syntax error has no value. */
export function reasonOf(error: RangeError | ReferenceError): string {
  if (error.name === "RangeError") return "it is nested too deeply";
  return error.message.startsWith("Unresolved alias")
    ? `the alias ${error.message.split(" ").at(-1) ?? ""} has no anchor before it`
    : "its aliases multiply its content more than a hundred times";
}

function parseDocuments(text: string, file: string): unknown[] {
  // Merge keys, as Kubernetes' tools read them.
  const documents = parseAllDocuments(text, { merge: true });
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error) {
    const [start] = error.linePos ?? [];
    throw new UnreadableCatalog(
      (error.message.split("\n")[0] ?? "").replace(/ at line .*$/, ""),
      file,
      start && { line: start.line, column: start.col },
      error,
    );
  }
  const values = documents.map((document) => document.toJS() as unknown);
  // Only an alias can make a value contain itself.
  if (text.includes("&") && isCyclic(values)) {
    throw new UnreadableCatalog("an alias is inside of the value that it names", file, undefined, undefined);
  }
  return values;
}

/** Whether a value contains itself, as an alias can make it. */
export function isCyclic(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return false;
  } catch (error) {
    if (error instanceof TypeError) return true;
    throw error;
  }
}

function isManifest(value: unknown): boolean {
  return value !== null && typeof value === "object" && "apiVersion" in value && "kind" in value;
}

function exportedCatalog(module: Record<string, unknown>, path: string): unknown {
  // `module.exports = …` and `exports.catalog = …` of a CommonJS file come as the default.
  const own = module.default as { readonly catalog?: unknown } | undefined;
  const found = module.catalog ?? own?.catalog ?? own;
  if (found === undefined) {
    throw new UserError({
      problem: `${path} exports no catalog; it exports ${Object.keys(module).join(", ") || "nothing"}.`,
      fix: "Export it: export const catalog = defineMesh({ … })",
    });
  }
  return typeof found === "function" ? called(found as (...given: unknown[]) => unknown, path) : found;
}

/** What a catalog's function returns. It is called without arguments. */
async function called(make: (...given: unknown[]) => unknown, path: string): Promise<unknown> {
  if (make.length > 0) {
    throw new UserError({
      problem: `${path} exports a function with ${make.length} required parameter${make.length === 1 ? "" : "s"}, and a file's catalog is made without arguments.`,
      fix: 'Give the parameters defaults, such as (environment: Environment = "prod"). Or name the platform instead of the file, with its --stack.',
    });
  }
  try {
    return await make();
  } catch (error) {
    throw new UnreadableCatalog(
      error instanceof Error ? error.message : String(error),
      path,
      undefined,
      error,
    );
  }
}
