import type { PlainObject } from "../../effect";
import { type Plan, releasesOf } from "../../program/plan";
import type { Found } from "../audit/finding";
import { policyFindings, type PolicySettings } from "../audit/policies";

/** What the policies find in the objects and Helm releases of a plan. */
export interface JudgedPlan {
  readonly findings: readonly Found[];
  /** Number of objects and releases. */
  readonly judged: number;
}

/**
 * Judges a plan by the policies of the policy pack, in this process.
 *
 * @param objects the objects of the plan.
 */
export function judgePlan(plan: Plan, objects: readonly PlainObject[], policies: PolicySettings): JudgedPlan {
  const releases = releasesOf(plan).map(({ name: release, ...rest }) => ({ release, ...rest }));
  return {
    findings: policyFindings(objects, releases, policies),
    judged: objects.length + releases.length,
  };
}

/** Whether no mandatory policy refuses what has these findings. */
export function isAccepted(findings: readonly Found[]): boolean {
  return !findings.some(({ severity }) => severity === "error");
}
