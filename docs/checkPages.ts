import { type Finding, rules, topics } from "../checks";
import { checkMesh } from "../mesh";
import { toYaml } from "../mesh/toYaml";

type Rule = (typeof rules)[number];

/** The list of all checks by topic, and a page for each check: path below `docs/checks` → content. */
export function checkPages(): [path: string, content: string][] {
  return [["README.md", index()], ...rules.map((rule): [string, string] => [`${rule.code}.md`, page(rule)])];
}

function index(): string {
  return [
    "# Checks",
    "",
    "`meshwright check` and every `pulumi preview` check the whole catalog, and report all findings at once. An error stops a",
    "preview before any resource is registered. A warning or info can be suppressed, with a reason:",
    "",
    "```ts",
    'suppressions: [{ code: "MW402", path: "services.cart.resilience", reason: "…" }],',
    "```",
    "",
    ...topics.flatMap(({ title, rules: own }) => [`## ${title}`, "", ...table(own), ""]),
    "[parity.md](parity.md) lists the mistakes that Istio's users make most often and the checks of other tools, with the check",
    "or policy that answers each.",
    "",
  ].join("\n");
}

function table(own: readonly Rule[]): string[] {
  const cells = [
    ["check", "severity", "what holds"],
    ...own.map(({ code, severity, title }) => [`[${code}](${code}.md)`, severity, title]),
  ];
  const widths = [0, 1, 2].map((i) => Math.max(...cells.map((row) => (row[i] ?? "").length)));
  const [head = "", ...rows] = cells.map(
    (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`,
  );
  return [head, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rows];
}

function page(rule: Rule): string {
  const { code, severity, title, why, see, examples } = rule;
  const findings = checkMesh(examples.wrong).findings;
  return [
    `# ${code}: ${title}`,
    "",
    `Severity: ${severity}.`,
    "",
    "## Why it matters",
    "",
    ...why,
    "",
    `See [${see.title}](${see.url}).`,
    "",
    "## Wrong",
    "",
    ...block("yaml", yaml(examples.wrong)),
    "",
    "`meshwright check` reports:",
    "",
    ...block("text", findings.map(report).join("\n")),
    "",
    "## How to fix it",
    "",
    ...findings.map(({ fix }) => sentence(fix)),
    "",
    "Right:",
    "",
    ...block("yaml", yaml(examples.right)),
    "",
    "## When to suppress it",
    "",
    ...suppression(rule),
    "",
  ].join("\n");
}

function suppression(rule: Rule): string[] {
  const { code, severity } = rule;
  if (severity === "error") return ["Errors can't be suppressed."];
  if (rule.stage === "suppression")
    return [`${code} can't be suppressed: it reports suppressions themselves.`];
  return [`Suppress it, with the reason, if ${rule.suppress}`];
}

/** A finding as `meshwright check` prints it. */
function report({ code, severity, path, message, fix }: Finding): string {
  return `${severity} ${code} ${path}\n  ${message}\n  fix: ${fix}`;
}

function sentence(text: string): string {
  const ended = /[.?!]$/.test(text) ? text : `${text}.`;
  return `${ended.charAt(0).toUpperCase()}${ended.slice(1)}`;
}

function block(language: string, text: string): string[] {
  return [`\`\`\`${language}`, text.trimEnd(), "```"];
}

function yaml(catalog: unknown): string {
  return typeof catalog === "object" ? toYaml(catalog) : JSON.stringify(catalog);
}
