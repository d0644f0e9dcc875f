import { type Bulletin, facts, type IstioMinor } from "./facts";

const DAY = 24 * 60 * 60 * 1000;

/** The number of days before the end of a minor version's support from which an upgrade is due. */
export const NOTICE_DAYS = 30;

/** A reason why a version of Istio is not supported, or will not be supported soon. */
export interface SupportProblem {
  /**
   * `unsupported`: by Istio's publications, the version has a known vulnerability, or its support has ended.
   * `outdated`: support ends within {@link NOTICE_DAYS} days, its expected end is past, or the patch may lack a fix.
   */
  readonly level: "unsupported" | "outdated";
  /** `patch`: a vulnerability of this patch. `date`: the end of the minor version's support. */
  readonly cause: "patch" | "date";
  /** The problem, to follow the version: `has known vulnerabilities: …`. */
  readonly problem: string;
  /** The version to use instead: `1.2.3 or newer`. */
  readonly use: string;
}

/** The minor versions of Istio in the data file, keyed by version, such as `1.31`. */
export const istioMinors: Readonly<Record<string, IstioMinor>> = facts.istio.minors;

const newestMinor = (Object.keys(istioMinors) as [string, ...string[]]).reduce((one, other) =>
  compareVersions(one, other) >= 0 ? one : other,
);

/** The minor version of an exact version, with or without `v` and a suffix. Undefined for any other text. */
export function minorOf(version: string): string | undefined {
  return /^v?(\d+\.\d+)\.\d+/.exec(version)?.[1];
}

/**
 * The minor versions of Kubernetes on which Istio supports a version of Istio, oldest first.
 *
 * @param version exact version of Istio, such as the default of `istioVersion`
 * @returns undefined if the data file does not contain that minor version of Istio
 */
export function supportedKubernetes(version: string): readonly string[] | undefined {
  return istioMinors[minorOf(version) ?? ""]?.kubernetes;
}

/**
 * The reasons why an exact version of Istio is not supported at a point in time. They are known vulnerabilities of its
 * patch, and the end of support. Minor versions newer than the data file have no problem.
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
    const missed = bulletins.flatMap((bulletin) => {
      const fix = fixesOf(bulletin)?.[minor];
      if (fix === undefined || compareVersions(version, fix) >= 0) return [];
      return [`${bulletin.name} (fixed in ${fix}${later})`];
    });
    return missed.join(", ");
  };
  const names = missing(({ fixed }) => fixed, "");
  const doubts = missing(({ presumed }) => presumed, " or later");
  const problems: SupportProblem[] = [];
  if (names !== "") {
    problems.push({
      level: "unsupported",
      cause: "patch",
      problem: `has known vulnerabilities: ${names}`,
      use,
    });
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
 * The reason why a chart repository or an image hub that Istio has retired does not serve a version of Istio.
 *
 * @param place address of a Helm repository, or registry and path of images
 * @param version exact version of Istio to install from there
 * @returns the reason, to follow the place: `has nothing newer than …`. Undefined for every other place
 */
export function retiredPlace(place: string, version: string): string | undefined {
  const { charts, images, lastMinor, closes } = facts.istio.retired;
  const retired = [...charts, ...images].some((one) => one === place.replace(/\/+$/, ""));
  if (!retired || compareVersions(minorOf(version) ?? "", lastMinor) <= 0) return undefined;
  return `has nothing newer than Istio ${lastMinor}, and closes in ${closes}`;
}

/** Compares dotted numbers. A suffix such as `-distroless` is ignored. */
function compareVersions(one: string, other: string): number {
  const numbers = (version: string) => (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? "").split(".").map(Number);
  const [left, right] = [numbers(one), numbers(other)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
