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
  /** What is wrong, to follow the version: `has known holes: … (fixed in 1.31.1)`. */
  readonly problem: string;
  /** The version to use instead: `1.31.4 or newer`. */
  readonly use: string;
}

/** The minor versions of Istio in the data file, keyed by `1.31`. */
export const istioMinors: Readonly<Record<string, IstioMinor>> = facts.istio.minors;

const newestMinor = (Object.keys(istioMinors) as [string, ...string[]]).reduce((one, other) =>
  compareVersions(one, other) >= 0 ? one : other,
);

/** The minor version of an exact version: `1.31` of `1.31.4` and of `v1.31.4-distroless`; undefined for anything else. */
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
  const ending = byDate(minor, now);
  const ended = ending.some(({ level }) => level === "unsupported");
  return ended ? ending : [...byPatch(version, minor), ...ending];
}

function byPatch(version: string, minor: string): SupportProblem[] {
  const bulletins: readonly Bulletin[] = facts.istio.bulletins;
  const missing = (fixes: (bulletin: Bulletin) => Readonly<Record<string, string>> | undefined) =>
    bulletins.flatMap((bulletin) => {
      const fix = fixes(bulletin)?.[minor];
      return fix !== undefined && compareVersions(version, fix) < 0 ? [{ name: bulletin.name, fix }] : [];
    });
  const use = `${istioMinors[minor]?.newest ?? ""} or newer`;
  const holes = missing(({ fixed }) => fixed).map(({ name, fix }) => `${name} (fixed in ${fix})`);
  const doubts = missing(({ presumed }) => presumed).map(
    ({ name, fix }) => `${name} (fixed in ${fix} or later)`,
  );
  return [
    ...(holes.length === 0
      ? []
      : [{ level: "unsupported", problem: `has known holes: ${holes.join(", ")}`, use } as const]),
    ...(doubts.length === 0
      ? []
      : [
          { level: "outdated", problem: `was released before the fix of ${doubts.join(", ")}`, use } as const,
        ]),
  ];
}

function byDate(minor: string, now: number): SupportProblem[] {
  const use = `${istioMinors[newestMinor]?.newest ?? ""} or newer`;
  const known = istioMinors[minor];
  if (known === undefined) return [{ level: "unsupported", problem: "is no longer supported", use }];
  const { endOfSupport, confirmed } = known;
  const left = Date.parse(endOfSupport) + DAY - now;
  if (left > NOTICE_DAYS * DAY) return [];
  if (!confirmed) {
    const verb = left > 0 ? "is expected to end" : "was expected to end";
    return [{ level: "outdated", problem: `is of ${minor}, whose support ${verb} by ${endOfSupport}`, use }];
  }
  return left > 0
    ? [{ level: "outdated", problem: `is of ${minor}, whose support ends on ${endOfSupport}`, use }]
    : [{ level: "unsupported", problem: `is of ${minor}, whose support ended on ${endOfSupport}`, use }];
}

/** Compares dotted numbers. A suffix does not count, so `1.31.1-distroless` equals `1.31.1`. */
function compareVersions(one: string, other: string): number {
  const numbers = (version: string) => (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? "").split(".").map(Number);
  const [left, right] = [numbers(one), numbers(other)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
