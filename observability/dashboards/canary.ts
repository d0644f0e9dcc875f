import { type Mesh, versionRevision } from "../../catalog";
import { failed } from "../outcomes";
import type { DashboardDefinition, Row } from "./definition";
import { quantile, rate, share } from "./expressions";
import { incoming } from "./selectors";
import { errorRate, latency } from "./thresholds";
import { comparable, versionLabel } from "./versions";

const requests = "istio_requests_total";
const durations = "istio_request_duration_milliseconds";
const baseline = (mesh: Mesh) => ({ ...incoming(mesh), [versionLabel(mesh)]: "$baseline" }) as const;
const canary = (mesh: Mesh) => ({ ...incoming(mesh), [versionLabel(mesh)]: "$canary" }) as const;

/** Compares two versions of a service. Rendered only if a service has two versions that metrics can distinguish. */
export function canaryCompare(mesh: Mesh): DashboardDefinition[] {
  const divided = comparable(mesh);
  const [first] = divided;
  if (first === undefined) return [];
  const names = [
    ...new Set(
      divided.flatMap((service) => service.versions.map((version) => versionRevision(service, version))),
    ),
  ].sort();
  const byWeight = first.versions
    .toSorted((a, b) => b.weight - a.weight)
    .map((version) => versionRevision(first, version));
  return [
    {
      key: "canary",
      title: `${mesh.name}: canary`,
      description:
        "Compares two versions of a service: traffic, errors and latency. Continue the rollout while the canary is no worse.",
      variables: [
        { name: "service", label: "Service", values: divided.map(({ name }) => name), multi: false },
        choice("baseline", "Baseline", names, byWeight[0]),
        choice("canary", "Canary", names, byWeight[1]),
      ],
      rows: [verdict(mesh), overTime(mesh), reasons(mesh)],
    },
  ];
}

function choice(name: string, label: string, values: readonly string[], chosen: string | undefined) {
  return { name, label, values, multi: false, ...(chosen !== undefined && { chosen }) };
}

function verdict(mesh: Mesh): Row {
  return {
    title: "$canary against $baseline",
    panels: [
      {
        kind: "stat",
        title: "Traffic of the canary",
        description: "Ratio of the service's requests. Compare it with the version's weight in the catalog.",
        unit: "percentunit",
        width: 6,
        queries: [
          { expr: share(requests, incoming(mesh), [{ [versionLabel(mesh)]: "$canary" }]), legend: "canary" },
        ],
      },
      {
        kind: "stat",
        title: "Errors of the canary",
        description:
          "Ratio of its requests that fail: 5xx, a gRPC status that blames the server, no response.",
        unit: "percentunit",
        width: 6,
        queries: [{ expr: share(requests, canary(mesh), failed), legend: "canary" }],
        threshold: errorRate(mesh),
      },
      {
        kind: "stat",
        title: "Errors, canary minus baseline",
        description:
          "Difference of the error ratios. Above 0 the canary is worse. With few requests the difference may be random.",
        unit: "percentunit",
        width: 6,
        queries: [
          {
            expr: `${share(requests, canary(mesh), failed)} - ${share(requests, baseline(mesh), failed)}`,
            legend: "difference",
          },
        ],
        threshold: errorRate(mesh),
      },
      {
        kind: "stat",
        title: "P99, canary relative to baseline",
        description: "1: the same latency as the baseline. 2: twice the latency.",
        unit: "short",
        width: 6,
        queries: [
          {
            expr: `${quantile(0.99, durations, canary(mesh))} / ${quantile(0.99, durations, baseline(mesh))}`,
            legend: "ratio",
          },
        ],
        threshold: { bad: "above", value: 1.5 },
      },
    ],
  };
}

function overTime(mesh: Mesh): Row {
  const byVersion = [versionLabel(mesh)] as const;
  const version = `{{${versionLabel(mesh)}}}`;
  return {
    title: "Every version of $service",
    panels: [
      {
        kind: "timeseries",
        title: "Requests by version",
        description: "Requests by version. `unknown`: requests that reached no pod.",
        unit: "reqps",
        width: 12,
        queries: [{ expr: rate(requests, incoming(mesh), byVersion), legend: version }],
      },
      {
        kind: "timeseries",
        title: "Errors by version",
        description:
          "Ratio of each version's requests that fail: 5xx, a gRPC status that blames the server, no response.",
        unit: "percentunit",
        width: 12,
        queries: [{ expr: share(requests, incoming(mesh), failed, byVersion), legend: version }],
        threshold: errorRate(mesh),
      },
      {
        kind: "timeseries",
        title: "P50 latency by version",
        description: "The median latency.",
        unit: "ms",
        width: 12,
        queries: [{ expr: quantile(0.5, durations, incoming(mesh), byVersion), legend: version }],
      },
      {
        kind: "timeseries",
        title: "P99 latency by version",
        description: "A new version may be slow at first, because its caches are empty.",
        unit: "ms",
        width: 12,
        queries: [{ expr: quantile(0.99, durations, incoming(mesh), byVersion), legend: version }],
        threshold: latency(mesh),
      },
    ],
  };
}

const reasons = (mesh: Mesh): Row => ({
  title: "Responses of the canary",
  panels: [
    {
      kind: "timeseries",
      title: "Status of the canary",
      description: "Requests by status.",
      unit: "reqps",
      width: 12,
      queries: [{ expr: rate(requests, canary(mesh), ["response_code"]), legend: "{{response_code}}" }],
    },
    {
      kind: "timeseries",
      title: "Status of the baseline",
      description: "Requests by status.",
      unit: "reqps",
      width: 12,
      queries: [{ expr: rate(requests, baseline(mesh), ["response_code"]), legend: "{{response_code}}" }],
    },
  ],
});
