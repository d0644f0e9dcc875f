import { expect } from "chai";
import type { MeshDefinition } from "../../catalog";
import { renderObservability } from "../../observability";
import { ruleGroupsOf } from "../../observability/rules";
import { records } from "../../observability/rules/records";
import type { AlertingRule } from "../../observability/rules/rule";
import { platformNames, platforms } from "../../platforms";
import { meshOf } from "../platforms/rendered";
import { cases } from "./cases";
import { mistakes } from "./expressions";

const http = { port: 8080, protocol: "http" } as const;

const shop: MeshDefinition = {
  name: "shop",
  alerts: { errorRate: 2 },
  services: {
    web: { ports: { http }, calls: { api: {}, report: {} } },
    api: { ports: { http }, namespace: "backend", alerts: { p99: "300ms" } },
    report: { ports: { http }, namespace: "backend", alerts: { p99: "20s", errorRate: 10 } },
  },
};

function alerts(definition: MeshDefinition, name: string): AlertingRule[] {
  return ruleGroupsOf(meshOf(definition))
    .flatMap(({ rules }) => rules)
    .filter((rule): rule is AlertingRule => "alert" in rule && rule.alert === name);
}

const known = Object.fromEntries(
  Object.entries(records).map(([name, labels]) => [name, [...labels, "mesh"]]),
);

describe("rules", () => {
  for (const platform of platformNames) {
    it(`of ${platform} are PromQL, and ask for what is reported or recorded`, () => {
      const rules = ruleGroupsOf(meshOf(platforms[platform].catalog("prod", {}))).flatMap((one) => one.rules);
      expect(rules).to.have.length.above(30);
      for (const rule of rules) {
        expect(mistakes(rule.expr, known), "alert" in rule ? rule.alert : rule.record).to.deep.equal([]);
      }
    });
  }

  it("record every series that is declared, each once", () => {
    const recorded = ruleGroupsOf(meshOf(shop)).flatMap(({ rules }) =>
      rules.flatMap((rule) => ("record" in rule ? [rule.record] : [])),
    );
    // Budgets are as many as there are objectives.
    expect(recorded).to.have.members(Object.keys(records));
  });

  it("are each shown both ways: firing and silent, with a value and without", () => {
    const ways = Object.values(cases)
      .flat()
      .map((one) =>
        "alert" in one
          ? `${one.alert} ${one.fires.length > 0 ? "fires" : "is silent"}`
          : `${one.record} ${one.gives.some(({ value }) => value > 0) ? "has a value" : "has none"}`,
      );
    const expected = ruleGroupsOf(meshOf(shop))
      .flatMap(({ rules }) => rules)
      .flatMap((rule) =>
        "alert" in rule
          ? [`${rule.alert} fires`, `${rule.alert} is silent`]
          : [`${rule.record} has a value`, `${rule.record} has none`],
      );
    expect([...new Set(ways)]).to.have.members([...new Set(expected)]);
  });

  it("have one rule for all services, and one more for each threshold of their own", () => {
    const of = (name: string): string[] =>
      alerts(shop, name).map(({ expr }) => expr.replace(/ and on .*/, "").replaceAll("\\\\.", "."));
    expect(of("HighErrorRate")).to.deep.equal([
      'istio:service:error_ratio:rate5m{mesh="shop",destination_service!~"report.backend.svc.cluster.local"} > 0.02',
      'istio:service:error_ratio:rate5m{mesh="shop",destination_service="report.backend.svc.cluster.local"} > 0.1',
    ]);
    expect(of("HighLatency")).to.deep.equal([
      'istio:service:request_duration_milliseconds:p99{mesh="shop",destination_service!~"api.backend.svc.cluster.local|report.backend.svc.cluster.local"} > 1000',
      'istio:service:request_duration_milliseconds:p99{mesh="shop",destination_service="api.backend.svc.cluster.local"} > 300',
      'istio:service:request_duration_milliseconds:p99{mesh="shop",destination_service="report.backend.svc.cluster.local"} > 20000',
    ]);
    expect(of("ErrorBudgetBurningFast")).to.have.length(1);
  });

  it("look at the mesh's own namespaces and external services only", () => {
    const external = {
      bank: { host: "bank.example.com", ports: { https: { port: 443, protocol: "tls" } } },
    } as const;
    const [ejected] = alerts(
      {
        ...shop,
        services: { ...shop.services, web: { ports: { http }, calls: { api: {}, report: {}, bank: {} } } },
        externalServices: external,
      },
      "EndpointsEjected",
    );
    expect(ejected?.expr).to.include(
      JSON.stringify("outbound\\|.*\\|(.*\\.(backend|shop)\\.svc\\..*|bank\\.example\\.com)"),
    );
    const [, requests] = alerts(shop, "CallerDenied")[0]?.expr.split(" / ") ?? [];
    expect(requests).to.include('destination_service_namespace=~"backend|shop"');
  });

  it("link to their pages where a URL is given, and name them otherwise", () => {
    const objects = renderObservability(meshOf(shop), { namespace: "monitoring" });
    expect(JSON.stringify(objects))
      .to.contain('"runbook":"docs/runbooks/HighErrorRate.md"')
      .and.to.not.contain("runbook_url");
  });

  it("become one object for each subject, with the platform's name, a severity and a page on every alert", () => {
    const objects = renderObservability(meshOf(shop), {
      namespace: "monitoring",
      runbookUrl: "https://runbooks.example.com/mesh/",
    }).filter(({ kind }) => kind === "PrometheusRule");
    expect(objects.map(({ metadata: { name, namespace } }) => `${namespace ?? ""}/${name}`)).to.deep.equal(
      [
        "certificates",
        "control-plane",
        "error-budget",
        "requests",
        "resilience",
        "security",
        "slo",
        "tcp",
      ].map((concern) => `monitoring/shop-${concern}`),
    );
    const requests = objects.find(({ metadata }) => metadata.name === "shop-requests");
    const { groups } = requests?.spec as { groups: { name: string; rules: Record<string, unknown>[] }[] };
    expect(groups.map(({ name }) => name)).to.deep.equal(["shop-requests"]);
    expect(groups[0]?.rules[0]).to.deep.equal({
      record: "istio:service:requests:rate5m",
      expr: 'sum by (destination_service, destination_service_name, destination_service_namespace) (rate(istio_requests_total{reporter="source",destination_service_namespace=~"backend|shop"}[5m]))',
      labels: { mesh: "shop" },
    });
    const report = groups[0]?.rules.filter(({ alert }) => alert === "HighErrorRate").at(-1);
    expect(report).to.deep.equal({
      alert: "HighErrorRate",
      expr: 'istio:service:error_ratio:rate5m{mesh="shop",destination_service="report.backend.svc.cluster.local"} > 0.1 and on (destination_service) istio:service:error_ratio:rate2m{mesh="shop",destination_service="report.backend.svc.cluster.local"} > 0.1 and on (destination_service) istio:service:requests:rate5m{mesh="shop"} > 0.1',
      for: "5m",
      labels: { mesh: "shop", severity: "critical" },
      annotations: {
        summary: "{{ $labels.destination_service }} fails",
        description:
          "{{ $value | humanizePercentage }} of the requests to {{ $labels.destination_service }} fail. The limit is 10 %.",
        runbook_url: "https://runbooks.example.com/mesh/HighErrorRate.md",
      },
    });
  });
});
