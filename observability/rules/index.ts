import type { Mesh } from "../../catalog";
import { certificates } from "./certificates";
import { controlPlane } from "./controlPlane";
import { requests } from "./requests";
import { resilience } from "./resilience";
import type { RuleGroup } from "./rule";
import { security } from "./security";
import { errorBudget, slo } from "./slo";
import { tcp } from "./tcp";

/** Every rule group of a mesh. */
export function ruleGroupsOf(mesh: Mesh): RuleGroup[] {
  return [certificates, controlPlane, requests, resilience, security, slo, errorBudget, tcp].map((of) =>
    of(mesh),
  );
}
