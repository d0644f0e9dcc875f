import { type AccessRule, accessRules } from "./accessRules";
import { type Decision, firstMatch, ruleName, seenBy } from "./mayCall";
import type { Model } from "./model";
import type { Request } from "./request";
import type { Workload } from "./workload";

/** What the dry runs of one action would make of a request. */
export interface DryRunResult {
  readonly action: "DENY" | "ALLOW";
  readonly answer: Decision["answer"];
  /** The object that would decide, and the index of its rule. */
  readonly by?: Decision["by"];
}

/**
 * Returns what the dry runs of AuthorizationPolicies would make of a request that arrives at a workload's rules. Proxies
 * evaluate the dry runs of each action by themselves, apart from the enforced policies.
 *
 * @returns one result for each action that has a dry run.
 * @see https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/
 */
export function dryRunResults(model: Model, workload: Workload, request: Request): DryRunResult[] {
  const { deny, allow, allowing } = accessRules(model, workload, request.protocol === "tcp", true);
  const seen = seenBy(model, workload, request);
  const judged = (rules: readonly AccessRule[]): ReturnType<typeof firstMatch> =>
    firstMatch(seen, rules, model.settings);
  const results: DryRunResult[] = [];
  if (deny.length > 0) {
    const [matches, rule] = judged(deny);
    const answer = matches === "yes" ? "denied" : matches === "no" ? "allowed" : "unknown";
    results.push({ action: "DENY", answer, ...ruleName(rule) });
  }
  if (allow !== undefined) {
    const [matches, rule] = judged(allow);
    const answer = matches === "yes" ? "allowed" : matches === "no" ? "denied" : "unknown";
    const by = rule ? ruleName(rule).by : allowing[0];
    results.push({ action: "ALLOW", answer, ...(by && { by }) });
  }
  return results;
}
