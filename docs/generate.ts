/**
 * Writes the pages that are generated from the code. These are the references of the catalog and of all other exports,
 * and the catalog's JSON Schema. The others are the dashboards, the comment on a pull request, and one page for each
 * check. Run it with `npm run docs`; a test fails if a page is out of date.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rules } from "../checks";
import { apiReference } from "./apiReference";
import { auditRulesPage } from "./auditRules";
import { catalogReference } from "./catalogReference";
import { catalogSchema } from "./catalogSchema";
import { checkPages } from "./checkPages";
import { dashboardReference } from "./dashboardReference";
import { parityPage } from "./parity/page";
import { pullRequestPage } from "./pullRequest";
import { versionsPage } from "./versionsPage";

/** Every generated page: path below `docs/` → content. */
export function pages(): Map<string, string> {
  return new Map([
    ["api.md", apiReference(join(__dirname, ".."))],
    ["audit-rules.md", auditRulesPage()],
    ["catalog.schema.json", catalogSchema(join(__dirname, ".."))],
    ["catalog.md", catalogReference(join(__dirname, ".."))],
    ["dashboards.md", dashboardReference()],
    ["pull-request.md", pullRequestPage()],
    ["versions.md", versionsPage()],
    [join("checks", "parity.md"), parityPage(rules)],
    ...checkPages().map(([path, content]): [string, string] => [join("checks", path), content]),
  ]);
}

if (require.main === module) {
  const folder = join(__dirname, "checks");
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  for (const [path, content] of pages()) writeFileSync(join(__dirname, path), content);
}
