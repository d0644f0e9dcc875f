import type { RuleCase } from "./case";
import { certificates } from "./certificates";
import { controlPlane } from "./controlPlane";
import { requestCases } from "./requests";
import { resilience } from "./resilience";
import { security } from "./security";
import { errorBudget, slo } from "./slo";
import { tcp } from "./tcp";

/**
 * What every rule must make of synthetic series, by concern; `promtool.sandbox.ts` runs them, and `rules.test.ts`
 * misses none.
 */
export const cases: Readonly<Record<string, readonly RuleCase[]>> = {
  certificates,
  "control-plane": controlPlane,
  "error-budget": errorBudget,
  requests: requestCases,
  resilience,
  security,
  slo,
  tcp,
};
