import { formatPath } from "../catalog";
import type { Finding } from "./finding";
import type { StructureRule } from "./rule";
import { base, http } from "./rules/example";
import { put } from "./written";

export const catalogPlain: StructureRule = {
  code: "MW386",
  severity: "error",
  title: "The catalog is plain data, without Pulumi Outputs, resources or promises",
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

/** Stands at each place that has no plain value. No field of a catalog accepts a symbol. */
const unreadable = Symbol("unreadable");

type Path = readonly (string | number)[];

/** A catalog whose values that are not plain are marked, with a finding for each. */
export interface Plain {
  readonly findings: Finding[];
  /** The places that {@link findings} are about. */
  readonly paths: readonly Path[];
  /** The catalog with a mark at these places. It is the catalog itself if there are none. */
  readonly marked: unknown;
}

/**
 * Finds each Pulumi Output, resource and promise in a catalog, and each text into which an Output was formatted. Nothing
 * in them is read. Outputs and resources are recognized by the properties that Pulumi's SDK marks them with.
 */
export function markPlain(catalog: unknown): Plain {
  const places = [...unplain(catalog, [], new Set())];
  const marked = places.reduce<unknown>((at, { path }) => put(at, path, unreadable), catalog);
  return {
    findings: places.map(({ path, what }) => ({
      code: catalogPlain.code,
      severity: catalogPlain.severity,
      path: formatPath(path),
      message:
        `${path.length === 0 ? "the catalog" : formatPath(path)} ${what.found}: a catalog must be plain, ` +
        "because checks and policies judge it at preview, when such a value can be unknown",
      fix: what.fix ?? cureAt(path, marked),
    })),
    paths: places.map(({ path }) => path),
    marked,
  };
}

interface Unplain {
  readonly found: string;
  /** Default: the fix depends on the place. */
  readonly fix?: string;
}

function* unplain(
  value: unknown,
  path: Path,
  seen: Set<object>,
): Iterable<{ readonly path: Path; readonly what: Unplain }> {
  const what = whatIs(value);
  if (what !== undefined) {
    yield { path, what };
    return;
  }
  // An object without findings is not searched twice, and a cycle ends.
  if (value === null || typeof value !== "object" || seen.has(value)) return;
  seen.add(value);
  let found = false;
  for (const [key, inner] of Object.entries(value)) {
    for (const one of unplain(inner, [...path, Array.isArray(value) ? Number(key) : key], seen)) {
      found = true;
      yield one;
    }
  }
  if (found) seen.delete(value);
}

/** What a value is if it is not plain, undefined otherwise. */
function whatIs(value: unknown): Unplain | undefined {
  if (typeof value === "string") {
    return value.includes("on an [Output<T>] is not supported")
      ? { found: "has a Pulumi Output formatted into its text" }
      : undefined;
  }
  if (value === null || typeof value !== "object") return undefined;
  const { __pulumiOutput, __pulumiResource } = value as Record<string, unknown>;
  if (__pulumiOutput === true) return { found: "is a Pulumi Output" };
  if (__pulumiResource === true) return { found: "is a Pulumi resource" };
  if (value instanceof Promise) {
    return { found: "is a promise", fix: "await it before the catalog is made" };
  }
  return undefined;
}

function cureAt(path: Path, catalog: unknown): string {
  const [section, service, field, inner] = path;
  if (section === "services" && path.at(-1) === "image") {
    const names = field === "versions" ? [inner] : versionsOf(catalog, service);
    const keys = (names.length > 0 ? names.map((version) => `${service}-${version}`) : [service])
      .map((name) => JSON.stringify(name))
      .join(" and ");
    return `write a plain image here, and pass the Output to ServiceMesh in images, for ${keys}`;
  }
  if (section === "services" && path.includes("env")) {
    return (
      "create a Secret or ConfigMap from the Output, and name it here: " +
      '{ valueFrom: { secretKeyRef: { name: "…", key: "…" } } }'
    );
  }
  return (
    "write the value itself; await getOutputValue of a StackReference gives another stack's value, " +
    "and pulumi.Config a setting"
  );
}

function versionsOf(catalog: unknown, service: string | number | undefined): string[] {
  const { services } = catalog as { services: Record<string, { versions?: object }> };
  return Object.keys(services[String(service)]?.versions ?? {});
}
