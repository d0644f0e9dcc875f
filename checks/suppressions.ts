import type { SuppressionDefinition } from "../catalog";
import { formatPath } from "../catalog";
import type { Finding } from "./finding";
import type { SuppressionRule } from "./rule";
import { webAndApi } from "./rules/example";

const sidecar = { excludeOutboundPorts: [9092] };
const suppression = { code: "MW302", path: "services.web", reason: "the broker is outside of the mesh" };

export const suppressionUsed: SuppressionRule = {
  code: "MW004",
  severity: "warning",
  title: "A suppression suppresses something",
  stage: "suppression",
  examples: {
    wrong: { ...webAndApi({}, {}), suppressions: [suppression] },
    right: { ...webAndApi({ sidecar }, {}), suppressions: [suppression] },
  },
};

/** Takes away the findings that are accepted, and reports the suppressions that no finding needs. */
export function suppress(
  findings: readonly Finding[],
  suppressions: readonly SuppressionDefinition[],
): Finding[] {
  const used = new Set<SuppressionDefinition>();
  const left = findings.filter((finding) => {
    if (finding.severity === "error") return true;
    const accepted = suppressions.filter(
      (one) => one.code === finding.code && covers(one.path, finding.path),
    );
    for (const one of accepted) used.add(one);
    return accepted.length === 0;
  });
  // With errors a part of the catalog wasn't judged, so nobody knows what would have been found there.
  if (findings.some(({ severity }) => severity === "error")) return left;
  const { code, severity } = suppressionUsed;
  for (const [i, one] of suppressions.entries()) {
    if (used.has(one)) continue;
    left.push({
      code,
      severity,
      path: formatPath(["suppressions", i]),
      message: `nothing is reported as ${one.code} at ${one.path}`,
      fix: "remove the suppression, or correct its code or path",
    });
  }
  return left;
}

/** Whether a place is another one, or lies below it. */
export function covers(path: string, at: string): boolean {
  return at === path || at.startsWith(`${path}.`) || at.startsWith(`${path}[`);
}
