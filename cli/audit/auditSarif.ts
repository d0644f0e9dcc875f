import { policies } from "../../policy-pack/policies";
import { pageAt, sarifLog } from "../sarif";
import type { Audit } from "./audit";
import { titleOf } from "./finding";
import { auditRules } from "./rules";

/** The findings in the format that code hosts read. */
export function auditSarif({ findings }: Audit): object {
  return sarifLog(
    [
      ...auditRules.map(({ code, title, severity, why }) => ({
        id: code,
        title,
        severity,
        page: why.join("\n\n"),
      })),
      ...policies.map(({ name, displayName, description, enforcementLevel }) => ({
        id: name,
        title: displayName ?? description,
        severity: enforcementLevel === "advisory" ? ("warning" as const) : ("error" as const),
        ...pageAt("policy-pack", "docs", "policies", `${name}.md`),
      })),
    ],
    findings.map(({ code, severity, message, fix, object, path, file, line, column }) => ({
      rule: code,
      severity,
      text: fix === undefined ? message : `${message} ${fix}`,
      logical: [object ? titleOf(object) : "", path ?? ""].filter((one) => one !== "").join(" "),
      ...(file !== undefined && { file }),
      ...(line !== undefined && { position: { line, column: column ?? 1 } }),
    })),
  );
}
