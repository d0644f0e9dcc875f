/**
 * Writes the pages that follow from the code: the references of the catalog and of everything else that is exported,
 * the catalog's JSON Schema, the dashboards, and one page for each check. `npm run docs` runs it; a test says when a page
 * is out of date.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rules } from "../checks";
import { apiReference } from "./apiReference";
import { catalogReference } from "./catalogReference";
import { catalogSchema } from "./catalogSchema";
import { dashboardReference } from "./dashboardReference";
import { toYaml } from "../mesh/toYaml";
import { parityPage } from "./parity/page";
import { versionsPage } from "./versionsPage";

type Rule = (typeof rules)[number];

/** Every generated page: path below `docs/` → content. */
export function pages(): Map<string, string> {
  const sorted = rules.toSorted((a, b) => a.code.localeCompare(b.code));
  return new Map([
    ["api.md", apiReference(join(__dirname, ".."))],
    ["catalog.schema.json", catalogSchema(join(__dirname, ".."))],
    ["catalog.md", catalogReference(join(__dirname, ".."))],
    ["dashboards.md", dashboardReference()],
    ["versions.md", versionsPage()],
    [join("checks", "README.md"), index(sorted)],
    [join("checks", "parity.md"), parityPage(sorted)],
    ...sorted.map((rule): [string, string] => [join("checks", `${rule.code}.md`), page(rule)]),
  ]);
}

function index(sorted: readonly Rule[]): string {
  const rows = sorted.map(({ code, severity, title }) => `- [${code}](${code}.md) (${severity}): ${title}`);
  return [
    "# Checks",
    "",
    "`meshwright check` and every `pulumi preview` hold the whole catalog against these, and tell all findings at once.",
    "Errors stop a preview before anything is registered. Warnings and infos can be suppressed, with a reason:",
    "",
    "```ts",
    'suppressions: [{ code: "MW402", path: "services.cart.resilience", reason: "…" }],',
    "```",
    "",
    ...rows,
    "",
    "[parity.md](parity.md) says which mistakes others know of, and what answers them here.",
    "",
  ].join("\n");
}

function page({ code, severity, title, examples }: Rule): string {
  const yaml = (catalog: unknown): string =>
    typeof catalog === "object" ? toYaml(catalog) : `${JSON.stringify(catalog)}\n`;
  return `# ${code}

${title}. Severity: ${severity}.

Wrong:

\`\`\`yaml
${yaml(examples.wrong)}\`\`\`

Right:

\`\`\`yaml
${yaml(examples.right)}\`\`\`
`;
}

if (require.main === module) {
  const folder = join(__dirname, "checks");
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  for (const [path, content] of pages()) writeFileSync(join(__dirname, path), content);
}
