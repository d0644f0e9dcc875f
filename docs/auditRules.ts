import { audit } from "../cli/audit/audit";
import { titleOf } from "../cli/audit/finding";
import type { AuditRule } from "../cli/audit/rule";
import { auditRules } from "../cli/audit/rules";
import { policySettings } from "../cli/audit/settings";
import { sourcesOf } from "../cli/audit/sources";
import { readText } from "../cli/manifests";

/** The page about the rules of `meshwright audit`. The policies have pages of their own. */
export function auditRulesPage(): string {
  return [
    "# Rules of `meshwright audit`",
    "",
    "[audit](audit.md) judges manifests and clusters by these rules, and by the",
    "[policies](../policy-pack/docs/policies/README.md) of the policy pack. An error sets exit code 1. A warning does so with",
    "`--strict`. An object can ignore a finding by an annotation with the rule's code, and the reason as its value:",
    "",
    "```yaml",
    "metadata:",
    "  annotations:",
    "    ignore.meshwright.dev/MW925: version v2 follows next week",
    "```",
    "",
    ...table(),
    "",
    ...auditRules.flatMap(section),
  ].join("\n");
}

function table(): string[] {
  const cells = [
    ["rule", "severity", "what it finds"],
    ...auditRules.map(({ code, severity, title }) => [`[${code}](#${code.toLowerCase()})`, severity, title]),
  ];
  const widths = [0, 1, 2].map((i) => Math.max(...cells.map((row) => (row[i] ?? "").length)));
  const [head = "", ...rows] = cells.map(
    (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`,
  );
  return [head, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rows];
}

function section(rule: AuditRule): string[] {
  const { code, severity, title, why, see, examples, ignore } = rule;
  const found = findingsOf(rule);
  return [
    `## ${code}`,
    "",
    `${severity.charAt(0).toUpperCase()}${severity.slice(1)}: ${title}.`,
    "",
    ...why,
    "",
    `See [${see.title}](${see.url}).`,
    "",
    "Wrong:",
    "",
    ...block("yaml", examples.wrong),
    "",
    "Finding:",
    "",
    ...block("text", found.join("\n")),
    "",
    "Right:",
    "",
    ...block("yaml", examples.right),
    "",
    ignore === undefined ? "Don't ignore it." : `Ignore it if ${ignore}`,
    "",
  ];
}

/** The findings of a rule in its wrong example. */
function findingsOf({ code, examples }: AuditRule): string[] {
  const read = readText(examples.wrong, "mesh.yaml");
  const sources = { ...sourcesOf(read, "default"), unreadable: read.unreadable };
  return audit(sources, { settings: policySettings("prod"), complete: false })
    .findings.filter((one) => one.code === code)
    .map(({ severity, object, file, line, message, fix }) =>
      [
        `${severity} ${code} ${object ? titleOf(object) : "All objects"}${file === undefined ? "" : ` ${file}:${line ?? 1}`}`,
        `  ${message}`,
        ...(fix === undefined ? [] : [`  fix: ${fix}`]),
      ].join("\n"),
    );
}

function block(language: string, text: string): string[] {
  return [`\`\`\`${language}`, text.trimEnd(), "```"];
}
