import type { SuppressionDefinition } from "../catalog";
import { formatPath } from "../catalog";
import type { Finding } from "./finding";
import { pages } from "./pages";
import type { SuppressionRule, Text } from "./rule";
import { webAndApi } from "./rules/example";

const sidecar = { excludeOutboundPorts: [9092] };
const suppression = { code: "MW302", path: "services.web", reason: "the broker is outside of the mesh" };

export const text = (code: string, path: string): Text => ({
  message: `no finding ${code} is reported at ${path}`,
  fix: "remove the suppression, or correct its code or path",
});

export const suppressionUsed: SuppressionRule = {
  code: "MW004",
  severity: "warning",
  title: "Every suppression suppresses a finding",
  why: [
    "A suppression without a finding is out of date: the mistake was fixed, or its path changed.",
    "It would hide the next finding with the same code and path.",
  ],
  see: pages.catalog,
  stage: "suppression",
  examples: {
    wrong: { ...webAndApi({}, {}), suppressions: [suppression] },
    right: { ...webAndApi({ sidecar }, {}), suppressions: [suppression] },
  },
};

/** Removes the suppressed findings, and reports the suppressions that match none. */
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
  // With errors a part of the catalog was not checked, so it is unknown what would have been found there.
  if (findings.some(({ severity }) => severity === "error")) return left;
  const { code, severity } = suppressionUsed;
  for (const [i, one] of suppressions.entries()) {
    if (used.has(one)) continue;
    left.push({
      code,
      severity,
      path: formatPath(["suppressions", i]),
      ...text(one.code, one.path),
    });
  }
  return left;
}

/** Whether `at` is `path`, or lies below it. */
export function covers(path: string, at: string): boolean {
  return at === path || at.startsWith(`${path}.`) || at.startsWith(`${path}[`);
}
