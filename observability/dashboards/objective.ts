import type { Mesh } from "../../catalog";
import { errorRatio, type RecordName, recorded } from "../rules/records";
import { type Burn, fastBurns, slowBurns } from "../rules/slo";
import type { Row, SeriesPanel } from "./definition";

/** A recorded value of the selected service. */
const ofService = (mesh: Mesh, name: RecordName): string =>
  recorded(name, mesh, { destination_service_name: "$service" });

const budgetOf = (mesh: Mesh): string => ofService(mesh, "istio:service:error_budget:ratio");

/** The objective of one service, and its remaining error budget. */
export function objective(mesh: Mesh): Row {
  const remaining = ofService(mesh, "istio:service:error_budget:remaining30d");
  return {
    title: "Error budget of $service",
    panels: [
      {
        kind: "stat",
        title: "Objective",
        description: "Ratio of the requests that must succeed over 30 days: `alerts.availability`.",
        unit: "percentunit",
        decimals: 3,
        width: 4,
        queries: [{ expr: `1 - ${budgetOf(mesh)}`, legend: "objective" }],
      },
      {
        kind: "stat",
        title: "Succeeded",
        description:
          "Ratio of the requests that succeeded in the last 30 days, or in Prometheus' `retention` if it is shorter.",
        unit: "percentunit",
        decimals: 3,
        width: 4,
        queries: [{ expr: `1 - ${ofService(mesh, errorRatio("30d"))}`, legend: "succeeded" }],
      },
      {
        kind: "stat",
        title: "Budget left",
        description:
          "Ratio of the failures that the objective allows in 30 days. At 0 no budget is left for incidents: postpone risky rollouts until it grows again.",
        unit: "percentunit",
        width: 4,
        queries: [{ expr: remaining, legend: "left" }],
        threshold: { bad: "below", value: 0 },
      },
      {
        kind: "timeseries",
        title: "Budget left over time",
        description: "A step is an outage. A constant slope is a permanent failure.",
        unit: "percentunit",
        width: 12,
        height: "low",
        queries: [{ expr: remaining, legend: "left" }],
        threshold: { bad: "below", value: 0 },
      },
      ...fastBurns.map((burn) => burnRate(mesh, burn, "`ErrorBudgetBurningFast` fires, which pages")),
      ...slowBurns.map((burn) => burnRate(mesh, burn, "`ErrorBudgetBurningSlowly` fires, a warning")),
    ],
  };
}

function burnRate(mesh: Mesh, { factor, long, short }: Burn, alert: string): SeriesPanel {
  return {
    kind: "timeseries",
    title: `Burn rate over ${long} and ${short}`,
    description: `How many times faster than the objective allows requests fail. Above ${factor} in both windows ${alert}.`,
    unit: "short",
    width: 6,
    queries: [long, short].map((window) => ({
      expr: `${ofService(mesh, errorRatio(window))} / ${budgetOf(mesh)}`,
      legend: window,
    })),
    threshold: { bad: "above", value: factor },
  };
}
