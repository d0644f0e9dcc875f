import { formatPath } from "../catalog";
import type { Finding } from "./finding";
import { pages } from "./pages";
import type { StructureRule, Text } from "./rule";
import { base, http } from "./rules/example";
import { put } from "./written";

/** The fix of an Output in an image, for the images of these pods. */
export const imageFix = (names: readonly string[]): string =>
  `write a plain image here, and pass the Output to ServiceMesh in images, for ${names.map((name) => JSON.stringify(name)).join(" and ")}`;

export const envFix =
  "create a Secret or ConfigMap from the Output, and name it here: " +
  '{ valueFrom: { secretKeyRef: { name: "…", key: "…" } } }';

export const valueFix =
  "write the value itself; read another stack's value with `await reference.getOutputValue(…)` of a StackReference, " +
  "and a setting with pulumi.Config";

export const promiseFix = "await it before you create the catalog";

export const text = (where: string, found: string, fix: string): Text => ({
  message: `${where} ${found}: a catalog must be plain, because checks and policies run at preview, when such a value can be unknown`,
  fix,
});

/** A value that only a program can have. */
export const foreignText = (where: string, found: string): Text => ({
  message: `${where} ${found}: a catalog must be plain, and JSON has no such value`,
  fix: "write a text, a finite number, a list or an object of fields",
});

export const catalogPlain: StructureRule = {
  code: "MW386",
  severity: "error",
  title:
    "The catalog is plain data, without Pulumi Outputs, resources, promises or values that JSON can't have",
  why: [
    "Checks and policies run at preview, when an Output of a resource that does not exist yet is an unknown value.",
    "An Output in a catalog would therefore stay unchecked, or be rendered as the text of an error message.",
  ],
  see: pages.outputs,
  stage: "structure",
  examples: {
    wrong: {
      ...base,
      services: { web: { ports: { http }, workload: { image: { __pulumiOutput: true } } } },
    },
    right: {
      ...base,
      services: { web: { ports: { http }, workload: { image: "registry.example.com/web:1.4.2" } } },
    },
  },
};

/** Replaces each value that is not plain. No field of a catalog accepts a symbol. */
const unreadable = Symbol("unreadable");

type Path = readonly (string | number)[];

/** A catalog in which each value that is not plain is marked, with a finding for each. */
export interface Plain {
  readonly findings: Finding[];
  /** The paths of {@link findings}. */
  readonly paths: readonly Path[];
  /** The catalog with a mark at these paths. It is the catalog itself if there are none. */
  readonly marked: unknown;
}

/**
 * Finds each Pulumi Output, resource and promise in a catalog, each string into which an Output was formatted, and each value
 * that JSON can't have. It reads nothing in them, and recognizes Outputs and resources by the properties that Pulumi's SDK marks them with.
 */
export function markPlain(catalog: unknown): Plain {
  const places = [...unplain(catalog, [], new Set(), new Set())];
  const marked = places.reduce<unknown>((at, { path }) => put(at, path, unreadable), catalog);
  return {
    findings: places.map(({ path, what }) => ({
      code: catalogPlain.code,
      severity: catalogPlain.severity,
      path: formatPath(path),
      ...describe(path, what, marked),
    })),
    paths: places.map(({ path }) => path),
    marked,
  };
}

interface Unplain {
  readonly found: string;
  /** Whether it is a value that JSON can't have, rather than one of Pulumi or a promise. */
  readonly foreign?: true;
  /** Default: the fix depends on the path. */
  readonly fix?: string;
}

function describe(path: Path, { found, foreign, fix }: Unplain, marked: unknown): Text {
  const where = path.length === 0 ? "the catalog" : formatPath(path);
  return foreign ? foreignText(where, found) : text(where, found, fix ?? fixAt(path, marked));
}

function* unplain(
  value: unknown,
  path: Path,
  seen: Set<object>,
  above: Set<object>,
): Iterable<{ readonly path: Path; readonly what: Unplain }> {
  const what = whatIs(value);
  if (what !== undefined) {
    yield { path, what };
    return;
  }
  if (value === null || typeof value !== "object") return;
  if (above.has(value)) yield { path, what: { found: "is an object that contains itself", foreign: true } };
  // An object without findings is not searched twice.
  if (above.has(value) || seen.has(value)) return;
  above.add(value);
  let found = false;
  for (const [key, inner] of Object.entries(value)) {
    for (const one of unplain(inner, [...path, Array.isArray(value) ? Number(key) : key], seen, above)) {
      found = true;
      yield one;
    }
  }
  above.delete(value);
  if (!found) seen.add(value);
}

const foreignTypes: ReadonlySet<string> = new Set(["bigint", "function", "symbol"]);
const foreignClasses = [Date, Map, RegExp, Set];

/** Describes a value that is not plain. Undefined for a plain one. */
function whatIs(value: unknown): Unplain | undefined {
  if (typeof value === "string") {
    return value.includes("on an [Output<T>] is not supported")
      ? { found: "contains the text of a formatted Pulumi Output" }
      : undefined;
  }
  if (foreignTypes.has(typeof value)) return { found: `is a ${typeof value}`, foreign: true };
  if (typeof value === "number" && !Number.isFinite(value)) return { found: `is ${value}`, foreign: true };
  if (value === null || typeof value !== "object") return undefined;
  if (foreignClasses.some((Class) => value instanceof Class)) {
    return { found: `is a ${value.constructor.name}`, foreign: true };
  }
  const { __pulumiOutput, __pulumiResource } = value as Record<string, unknown>;
  if (__pulumiOutput === true) return { found: "is a Pulumi Output" };
  if (__pulumiResource === true) return { found: "is a Pulumi resource" };
  if (value instanceof Promise) {
    return { found: "is a promise", fix: promiseFix };
  }
  return undefined;
}

function fixAt(path: Path, catalog: unknown): string {
  const [section, service, field, inner] = path;
  if (section === "services" && path.at(-1) === "image") {
    const names = field === "versions" ? [inner] : versionsOf(catalog, service);
    return imageFix(names.length > 0 ? names.map((version) => `${service}-${version}`) : [String(service)]);
  }
  return section === "services" && path.includes("env") ? envFix : valueFix;
}

function versionsOf(catalog: unknown, service: string | number | undefined): string[] {
  const { services } = catalog as { services: Record<string, { versions?: object }> };
  return Object.keys(services[String(service)]?.versions ?? {});
}
