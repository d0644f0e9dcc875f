// Grafana's own builders. A new Grafana reads this classic form as well as the newer one that it prefers. Older
// versions, and the sidecar that loads dashboards from ConfigMaps, read only this one.
/* eslint-disable @typescript-eslint/no-deprecated */
import {
  CustomVariableBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableHide,
  VariableRefresh,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import {
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type {
  DashboardDefinition,
  Link,
  Panel,
  Query,
  SeriesPanel,
  StatPanel,
  TablePanel,
  Threshold,
  DerivedVariable,
  Variable,
} from "./definition";

/** The user of a dashboard selects the Prometheus that it reads. */
const datasource = { type: "prometheus", uid: "${datasource}" };

const heights: Record<Panel["kind"], number> = { stat: 4, timeseries: 8, table: 8 };

/** The data of a dashboard that its definition doesn't have. */
export interface Frame {
  readonly uid: string;
  /** Tag of the dashboards that share a menu. */
  readonly tag: string;
  readonly links: readonly Link[];
}

/** Grafana's JSON model. https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/ */
export type DashboardModel = Dashboard;

/** Returns Grafana's JSON model of a dashboard. */
export function buildDashboard(definition: DashboardDefinition, { uid, tag, links }: Frame): DashboardModel {
  const builder = new DashboardBuilder(definition.title)
    .uid(uid)
    .description(definition.description)
    .tags(["meshwright", tag])
    .timezone("browser")
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: "now-1h", to: "now" })
    .refresh("30s")
    .readonly()
    .withVariable(new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus"))
    .link(
      new DashboardLinkBuilder(tag)
        .type(DashboardLinkType.Dashboards)
        .tags([tag])
        .asDropdown(true)
        .includeVars(false)
        .keepTime(true),
    );
  for (const { title, url } of links) {
    builder.link(
      new DashboardLinkBuilder(title)
        .type(DashboardLinkType.Link)
        .icon("external link")
        .url(url)
        .targetBlank(true),
    );
  }
  for (const one of definition.variables) builder.withVariable(variable(one));
  for (const one of definition.derived ?? []) builder.withVariable(derivedVariable(one));
  // Grafana identifies a panel by its number, for example in links: its position in the definition.
  let id = 0;
  for (const { title, panels } of definition.rows) {
    builder.withRow(new RowBuilder(title).id(++id));
    for (const one of panels) builder.withPanel(panel(one).id(++id));
  }
  return builder.build();
}

function variable({ name, label, values, multi, chosen = values[0] ?? "" }: Variable): CustomVariableBuilder {
  const builder = new CustomVariableBuilder(name).label(label).values(values.join(",")).multi(multi);
  const option = (value: string, selected: boolean) => ({ text: value, value, selected });
  if (!multi) {
    return builder
      .current(option(chosen, true))
      .options(values.map((value) => option(value, value === chosen)));
  }
  const all = { text: "All", value: "$__all", selected: true };
  return builder
    .includeAll(true)
    .current(all)
    .options([all, ...values.map((value) => option(value, false))]);
}

/** @see https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/ */
function derivedVariable({ name, expr, label }: DerivedVariable): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .hide(VariableHide.HideVariable)
    .datasource(datasource)
    .query(`query_result(${expr})`)
    .regex(`/[{,]${label}="([^"]+)"/`)
    .refresh(VariableRefresh.OnDashboardLoad);
}

function panel(one: Panel): TimeseriesBuilder | StatBuilder | TableBuilder {
  const builder = one.kind === "timeseries" ? timeseries(one) : one.kind === "stat" ? stat(one) : table(one);
  return builder
    .title(one.title)
    .description(one.description)
    .datasource(datasource)
    .span(one.width)
    .height(one.kind === "timeseries" && one.height === "low" ? heights.stat : heights[one.kind]);
}

/** Text of a number or a graph without data, which isn't 0. */
const nothing = "no traffic";

function timeseries({ unit, queries, threshold, empty = nothing }: SeriesPanel): TimeseriesBuilder {
  const builder = new TimeseriesBuilder()
    .unit(unit)
    .axisSoftMin(0)
    .lineWidth(1)
    .fillOpacity(10)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .calcs(["mean", "lastNotNull", "max"]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .noValue(empty)
    .targets(queries.map((query, index) => target(query, index).range()));
  return threshold === undefined
    ? builder
    : builder
        .thresholds(thresholds(threshold))
        .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
}

function stat({ unit, decimals, queries, threshold, empty = nothing }: StatPanel): StatBuilder {
  const builder = new StatBuilder()
    .unit(unit)
    .noValue(empty)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .targets(queries.map((query, index) => target(query, index).range()));
  if (decimals !== undefined) builder.decimals(decimals);
  return threshold === undefined ? builder : builder.thresholds(thresholds(threshold));
}

function table({ labels, columns, links = {}, empty }: TablePanel): TableBuilder {
  const builder = new TableBuilder()
    .targets(
      columns.map(({ expr, title }, index) =>
        target({ expr, legend: title }, index).instant().format(PromQueryFormat.Table),
      ),
    )
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({
      id: "organize",
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(
          [...Object.keys(labels), ...columns.map((_, index) => valueName(index, columns.length))].map(
            (name, index) => [name, index],
          ),
        ),
        renameByName: {
          ...labels,
          ...Object.fromEntries(columns.map(({ title }, index) => [valueName(index, columns.length), title])),
        },
      },
    });
  if (empty !== undefined) builder.noValue(empty);
  for (const [label, targets] of Object.entries(links)) {
    builder.overrideByName(labels[label] ?? label, [
      { id: "links", value: targets.map(({ title, url }) => ({ title, url, targetBlank: true })) },
    ]);
  }
  for (const { title, unit, decimals, threshold } of columns) {
    builder.overrideByName(title, [
      { id: "unit", value: unit },
      ...(decimals === undefined ? [] : [{ id: "decimals", value: decimals }]),
      ...(threshold === undefined
        ? []
        : [
            { id: "thresholds", value: thresholds(threshold).build() },
            { id: "custom.cellOptions", value: { type: "color-text" } },
          ]),
    ]);
  }
  return builder;
}

/** Grafana's name for a query's values in a table. */
function valueName(index: number, count: number): string {
  return count === 1 ? "Value" : `Value #${refId(index)}`;
}

function target({ expr, legend }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId(index)).datasource(datasource).expr(expr).legendFormat(legend);
}

function refId(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}

function thresholds({ bad, value }: Threshold): ThresholdsConfigBuilder {
  const [below, above] = bad === "above" ? ["green", "red"] : ["red", "green"];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
    { value: null, color: below },
    { value, color: above },
  ]);
}
