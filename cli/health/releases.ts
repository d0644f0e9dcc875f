import { interruptedStatuses } from "../../program/cluster/helmReleases";
import type { HelmRecord } from "../../program/cluster/snapshot";
import type { Problem } from "../problem";
import type { FullRecord } from "../repair/helmRecords";

/** A release as it should be. */
export interface ExpectedRelease {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
}

/**
 * Releases with an interrupted or failed operation, and releases that should exist but don't, or have another version.
 *
 * @param expected the releases of a platform. Empty without one.
 */
export function releaseProblems(
  records: readonly FullRecord[],
  expected: readonly ExpectedRelease[],
): Problem[] {
  const newest = [
    ...Map.groupBy(records, ({ namespace, release }) => `${namespace}/${release}`).values(),
  ].map((own) => own.reduce((a, b) => (b.revision > a.revision ? b : a)));
  return [
    ...newest.flatMap(unfinished),
    ...expected.flatMap((one): Problem[] => {
      const culprit = `Helm release ${one.namespace}/${one.name}`;
      const found = newest.find(
        ({ namespace, release }) => namespace === one.namespace && release === one.name,
      );
      if (found === undefined) {
        return [{ severity: "error", culprit, problem: "It does not exist.", fix: deploy }];
      }
      const { version } = found.installed ?? one;
      if (version === one.version) return [];
      return [
        {
          severity: "error",
          culprit,
          problem: `Its version is ${version}, but the platform declares ${one.version}.`,
          fix: deploy,
        },
      ];
    }),
  ];
}

const deploy = "Deploy the stack: pulumi up; on the sandbox: meshwright up";

function unfinished({ namespace, release, status }: HelmRecord): Problem[] {
  const interrupted = interruptedStatuses.includes(status);
  if (!interrupted && status !== "failed") return [];
  return [
    {
      severity: "error",
      culprit: `Helm release ${namespace}/${release}`,
      problem: interrupted
        ? `It is ${status}: a run is at work on it, or was killed.`
        : "Its last operation failed.",
      fix: interrupted
        ? "If no run is at work: meshwright repair --stack <stack>; on the sandbox: meshwright up"
        : `See why: helm history ${release} -n ${namespace}. Then run pulumi up again.`,
    },
  ];
}
