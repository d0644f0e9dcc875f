import { checkMesh } from "../mesh";
import { istioDashboards } from "../observability";
import { dashboardDefinitions } from "../observability/dashboards";
import type { DashboardDefinition, Panel, Query, Threshold } from "../observability/dashboards/definition";
import { platforms } from "../platforms";

/** The page of the dashboards, by the example of Alfred in production. */
export function dashboardReference(): string {
  const { mesh } = checkMesh(platforms.alfred.catalog("prod", {}));
  if (!mesh) throw new Error("Alfred's catalog has errors: meshwright check alfred");
  return [
    introduction,
    ...dashboardDefinitions(mesh).flatMap(section),
    "## Istio's own dashboards",
    "",
    "They come with every release of Istio. `istioDashboardUrls` gives the files of exactly one release, for `dashboards` in the\nvalues of Grafana's chart:",
    "",
    ...Object.values(istioDashboards).map(
      ({ title, gnetId, file }) =>
        `- ${title}: [${gnetId}](https://grafana.com/grafana/dashboards/${gnetId}), \`manifests/addons/dashboards/${file}\``,
    ),
    "",
  ].join("\n");
}

const introduction = `# Dashboards

Every platform gets these dashboards, generated from its catalog: what can be chosen are its own namespaces, services
and versions, what is red is what its alerts fire at, and it has a row only for what it has (TCP, external hosts,
services with two versions). Here are Alfred's in production.

\`meshwright open grafana\` opens them, in the folder of the platform's name. Each has a menu of the others, and leads to
Kiali and Jaeger: to their hosts where these have an \`exposure\`, else to where \`meshwright open\` puts them; alerts lead to their
pages where \`runbookUrl\` is set. The data source is a choice too: any Prometheus that has the metrics of
\`observability/metrics.ts\`, and the platform's rules for error budgets, which look back as far as its \`retention\`.

Nothing isn't 0: a panel says \`no traffic\` (or what else is missing) where nothing was measured, and 0 where something was
and none of it failed.

There are no screenshots, because no Grafana runs in the tests. They hold each model against what Grafana needs: numbers
and places of panels, known kinds, variables, units, names of lines, columns of tables, links that lead somewhere; and
each query parses and asks only for metrics and labels of \`observability/metrics.ts\` and for what the rules record.
`;

function section({ key, title, description, variables, rows }: DashboardDefinition): string[] {
  const choices = variables.map(({ name, label }) => `${label} (\`$${name}\`)`);
  return [
    `## ${title}`,
    "",
    description,
    "",
    `Uid: \`alfred-${key}\`. Choices: ${choices.join(", ")}.`,
    "",
    ...rows.flatMap((row) => [`### ${row.title}`, "", ...row.panels.flatMap(entry)]),
  ];
}

function entry(panel: Panel): string[] {
  return [
    `**${panel.title}** (${kind(panel)}). ${panel.description}`,
    "",
    "```promql",
    ...queries(panel),
    "```",
    "",
  ];
}

function kind(panel: Panel): string {
  if (panel.kind === "table") {
    const columns = panel.columns.map(({ title, unit, threshold }) => `${title} in ${unit}${red(threshold)}`);
    return `table by ${Object.values(panel.labels).join(", ")}; ${columns.join(", ")}`;
  }
  return `${panel.kind}, ${panel.unit}${red(panel.threshold)}`;
}

function red(threshold: Threshold | undefined): string {
  return threshold === undefined ? "" : `, red ${threshold.bad} ${threshold.value}`;
}

function queries(panel: Panel): string[] {
  const asked: readonly Query[] =
    panel.kind === "table"
      ? panel.columns.map(({ expr, title }) => ({ expr, legend: title }))
      : panel.queries;
  return asked.flatMap(({ expr, legend }) => [`# ${legend}`, expr]);
}
