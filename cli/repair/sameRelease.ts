import { isDeepStrictEqual } from "node:util";
import type { InstalledRelease } from "./helmRecords";
import { isEncrypted, type StateResource } from "../../program/stackState";

/**
 * Whether a deployed release is the one that a killed run was installing: the same chart, version and values. Encrypted values
 * can't be compared, so they count as the same.
 */
export function isSameRelease({ inputs = {} }: StateResource, installed: InstalledRelease): boolean {
  const { chart = "", version, values } = inputs as { chart?: string; version?: string; values?: unknown };
  return (
    chartOf(chart) === installed.chart &&
    (version ?? installed.version).replace(/^v/, "") === installed.version.replace(/^v/, "") &&
    isSame(values ?? {}, installed.values)
  );
}

/** The name of a chart, of which a registry's address may be a part: `oci://registry/charts/<name>`. */
export function chartOf(chart: string): string {
  return chart.split("/").at(-1) ?? "";
}

function isSame(planned: unknown, installed: unknown): boolean {
  if (isEncrypted(planned)) return true;
  if (isRecord(planned) && isRecord(installed)) {
    const keys = new Set([...Object.keys(planned), ...Object.keys(installed)]);
    return [...keys].every((key) => isSame(planned[key] ?? undefined, installed[key] ?? undefined));
  }
  if (Array.isArray(planned) && Array.isArray(installed)) {
    return (
      planned.length === installed.length && planned.every((one, index) => isSame(one, installed[index]))
    );
  }
  return isDeepStrictEqual(planned, installed);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
