import { checkMesh } from "../mesh";
import { istioDashboards } from "../observability";
import { dashboardDefinitions } from "../observability/dashboards";
import type { DashboardDefinition, Panel, Query, Threshold } from "../observability/dashboards/definition";
import { platforms } from "../platforms";

/** The page about the dashboards, with Alfred in production as the example. */
export function dashboardReference(): string {
  const { mesh } = checkMesh(platforms.alfred.catalog("prod", {}));
  if (!mesh) throw new Error("Alfred's catalog has errors: meshwright check alfred");
  return [
    introduction,
    ...dashboardDefinitions(mesh).flatMap(section),
    "## Istio's own dashboards",
    "",
    "Every release of Istio contains them. `istioDashboardUrls` returns the URLs of one release's files, for `dashboards` in the\nvalues of Grafana's chart:",
    "",
    ...Object.values(istioDashboards).map(
      ({ title, gnetId, file }) =>
        `- ${title}: [${gnetId}](https://grafana.com/grafana/dashboards/${gnetId}), \`manifests/addons/dashboards/${file}\``,
    ),
    "",
  ].join("\n");
}

const introduction = `# Dashboards

Every platform gets these dashboards, generated from its catalog. Their variables list the platform's own namespaces,
services and versions. Values are red at the thresholds of its alerts. Rows exist only for features that the catalog
uses (TCP, external hosts, services with two versions). This page shows Alfred's in production.

\`meshwright open grafana\` opens them, in the folder with the platform's name. Each has a menu of the others, and links to
Kiali and Jaeger. The links lead to their hosts if they have an \`exposure\`, otherwise to the local ports of
\`meshwright open\`. Alerts link to their runbooks if \`runbookUrl\` is set. The data source is a variable, too. It can be any
Prometheus with the metrics of \`observability/metrics.ts\` and the platform's recording rules for error budgets. The
rules cover the \`retention\` of Prometheus.

A panel without data shows \`no traffic\`, or the name of the missing data. 0 means that there were measurements, and
none of them failed.

There are no screenshots, because no Grafana runs in the tests. The tests validate each model: identifiers and positions of
panels, panel types, variables, units, legends, columns of tables, and targets of links. Each query must parse and use only
metrics and labels of \`observability/metrics.ts\` and of the recording rules.
`;

function section({ key, title, description, variables, rows }: DashboardDefinition): string[] {
  const choices = variables.map(({ name, label }) => `${label} (\`$${name}\`)`);
  return [
    `## ${title}`,
    "",
    description,
    "",
    `UID: \`alfred-${key}\`. Variables: ${choices.join(", ")}.`,
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
