import { type Bulletin, facts, type IstioMinor } from "./facts";

const DAY = 24 * 60 * 60 * 1000;

/** How long before the end of a minor version's support an upgrade is due, in days. */
export const NOTICE_DAYS = 30;

/** What keeps a version of Istio from being supported, and how certain that is. */
export interface SupportProblem {
  /**
   * `unsupported`: Istio says that the version has a known hole, or that its support has ended.
   * `outdated`: support ends within {@link NOTICE_DAYS} days, its expected end is past, or a patch may lack a fix.
   */
  readonly level: "unsupported" | "outdated";
  /** `patch`: a hole of this patch. `date`: the end of the minor version's support. */
  readonly cause: "patch" | "date";
  /** What is wrong, to follow the version: `has known holes: …`. */
  readonly problem: string;
  /** The version to use instead: an exact one, `or newer`. */
  readonly use: string;
}

/** The minor versions of Istio in the data file, keyed by `1.31`. */
export const istioMinors: Readonly<Record<string, IstioMinor>> = facts.istio.minors;

const newestMinor = (Object.keys(istioMinors) as [string, ...string[]]).reduce((one, other) =>
  compareVersions(one, other) >= 0 ? one : other,
);

/** The minor version of an exact version, with or without `v` and a suffix; undefined for anything else. */
export function minorOf(version: string): string | undefined {
  return /^v?(\d+\.\d+)\.\d+/.exec(version)?.[1];
}

/**
 * Minor versions of Kubernetes on which Istio supports a version of Istio, the oldest first.
 *
 * @param version exact version of Istio, such as the default of `istioVersion`
 * @returns undefined if the data file does not have that minor version of Istio
 */
export function supportedKubernetes(version: string): readonly string[] | undefined {
  return istioMinors[minorOf(version) ?? ""]?.kubernetes;
}

/**
 * What keeps an exact version of Istio from being supported at a point in time: by patch, for a known hole, and by date.
 * Minor versions that are newer than all in the data file have no problem, since nothing is known of them.
 *
 * @param version exact version, with or without `v` and a suffix such as `-distroless`
 * @param now milliseconds since 1970
 */
export function supportProblems(version: string, now: number): SupportProblem[] {
  const minor = minorOf(version);
  if (minor === undefined || compareVersions(minor, newestMinor) > 0) return [];
  return [...byPatch(version, minor), ...byDate(minor, now)];
}

function byPatch(version: string, minor: string): SupportProblem[] {
  const bulletins: readonly Bulletin[] = facts.istio.bulletins;
  const use = `${istioMinors[minor]?.newest ?? ""} or newer`;
  const missing = (
    fixesOf: (bulletin: Bulletin) => Readonly<Record<string, string>> | undefined,
    later: string,
  ): string => {
    const names = bulletins.flatMap((bulletin) => {
      const fix = fixesOf(bulletin)?.[minor];
      if (fix === undefined || compareVersions(version, fix) >= 0) return [];
      return [`${bulletin.name} (fixed in ${fix}${later})`];
    });
    return names.join(", ");
  };
  const holes = missing(({ fixed }) => fixed, "");
  const doubts = missing(({ presumed }) => presumed, " or later");
  const problems: SupportProblem[] = [];
  if (holes !== "") {
    problems.push({ level: "unsupported", cause: "patch", problem: `has known holes: ${holes}`, use });
  }
  if (doubts !== "") {
    const problem = `was released before the fix of ${doubts}`;
    problems.push({ level: "outdated", cause: "patch", problem, use });
  }
  return problems;
}

function byDate(minor: string, now: number): SupportProblem[] {
  const use = `${istioMinors[newestMinor]?.newest ?? ""} or newer`;
  const known = istioMinors[minor];
  if (known === undefined) {
    return [{ level: "unsupported", cause: "date", problem: "is no longer supported", use }];
  }
  const left = Date.parse(known.endOfSupport) + DAY - now;
  if (left > NOTICE_DAYS * DAY) return [];
  const ended = left <= 0;
  const end = known.confirmed
    ? `${ended ? "ended" : "ends"} on ${known.endOfSupport}`
    : `${ended ? "was" : "is"} expected to end by ${known.endOfSupport}`;
  const level = known.confirmed && ended ? "unsupported" : "outdated";
  return [{ level, cause: "date", problem: `is of ${minor}, whose support ${end}`, use }];
}

/**
 * Why a chart repository or an image hub does not serve a version of Istio: Istio has retired the place.
 *
 * @param place address of a Helm repository, or registry and path of images
 * @param version exact version of Istio that is to come from there
 * @returns the reason, to follow the place: `has nothing newer than …`; undefined for every other place
 */
export function retiredPlace(place: string, version: string): string | undefined {
  const { charts, images, lastMinor, closes } = facts.istio.retired;
  const retired = [...charts, ...images].some((one) => one === place.replace(/\/+$/, ""));
  if (!retired || compareVersions(minorOf(version) ?? "", lastMinor) <= 0) return undefined;
  return `has nothing newer than Istio ${lastMinor}, and closes in ${closes}`;
}

/** Compares dotted numbers. A suffix such as `-distroless` does not count. */
function compareVersions(one: string, other: string): number {
  const numbers = (version: string) => (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? "").split(".").map(Number);
  const [left, right] = [numbers(one), numbers(other)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
