import { expect } from "chai";
import { dashboardDefinitions } from "../../observability/dashboards";
import { ruleGroupsOf } from "../../observability/rules";
import { platformNames, platforms } from "../../platforms";
import { meshOf } from "../platforms/rendered";

/** Every query of every platform, by whose it is. */
const queries = platformNames.flatMap((platform) => {
  const mesh = meshOf(platforms[platform].catalog("prod", {}));
  return [
    ...ruleGroupsOf(mesh).flatMap(({ rules }) =>
      rules.map((rule) => ({ name: "alert" in rule ? rule.alert : rule.record, expr: rule.expr })),
    ),
    ...dashboardDefinitions(mesh).flatMap(({ key, rows }) =>
      rows
        .flatMap(({ panels }) => panels)
        .flatMap((panel) =>
          (panel.kind === "table" ? panel.columns : panel.queries).map((query) => ({
            name: `${key}: ${"title" in query ? query.title : panel.title}`,
            expr: query.expr,
          })),
        ),
    ),
  ];
});

const statuses = "2|4|12|13|14|15";
const failures =
  /rate\(istio_requests_total\{([^}]*),response_code=~"5\.\.\|0"\}(\[[^\]]*\])\) or rate\(istio_requests_total\{([^}]*),response_code!~"5\.\.\|0",grpc_response_status=~"([\d|]*)"\}(\[[^\]]*\])\)/g;

describe("observability/outcomes", () => {
  it("mean one thing by an error: 5xx, no answer, and gRPC statuses that blame the server", () => {
    for (const { name, expr } of queries) {
      for (const [, first, window, second, grpc, again] of expr.matchAll(failures)) {
        expect([second, grpc, again], name).to.deep.equal([first, statuses, window]);
      }
      // Nothing else looks at a server's status: it would be a second meaning.
      expect(expr.replaceAll(failures, ""), name).to.not.match(
        /5\.\.|response_code=~|grpc_response_status=~/,
      );
    }
  });

  it("are what the alert, the objectives, the dashboards and the comparison of versions count", () => {
    const counting = queries.filter(({ expr }) => expr.search(failures) >= 0).map(({ name }) => name);
    expect([...new Set(counting)]).to.have.members([
      "istio:service:errors:rate5m",
      "istio:service:error_ratio:rate2m",
      "overview: Errors",
      "overview: Errors by service",
      "overview: Errors of external hosts",
      "services: Errors",
      "services: Errors by callee",
      "canary: Errors of the canary",
      "canary: Errors, canary minus baseline",
      "canary: Errors by version",
    ]);
    const shares = queries.filter(({ expr }) => expr.includes("istio:service:error_ratio:"));
    expect([...new Set(shares.map(({ name }) => name))]).to.include.members([
      "HighErrorRate",
      "ErrorBudgetBurningFast",
      "ErrorBudgetBurningSlowly",
      "services: Burn rate over 1h and 5m",
    ]);
    for (const { name, expr } of queries.filter(
      ({ name }) => name.startsWith("istio:service:error_ratio:") && !counting.includes(name),
    )) {
      expect(expr, name).to.include("istio:service:errors:rate5m");
    }
  });

  it("count as callers see it, but where the service itself is asked", () => {
    for (const { name, expr } of queries) {
      for (const [, matchers = ""] of expr.matchAll(failures)) {
        const reporter = /reporter="(\w+)"/.exec(matchers)?.[1];
        expect(reporter === "source" || name === "services: Errors", `${name}: ${matchers}`).to.equal(true);
      }
    }
  });
});
