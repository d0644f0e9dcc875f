import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { stringify } from "yaml";
import type { CheckedMesh } from "../../checks";
import { renderObservability } from "../../observability";
import { dashboardDefinitions } from "../../observability/dashboards";
import { platformNames, platforms } from "../../platforms";
import { ensureToolchain } from "../../toolchain";
import { meshOf } from "../platforms/rendered";
import { cases } from "./cases";
import { type RuleCase, shop } from "./cases/case";

/** The groups of a mesh's PrometheusRule objects, as Prometheus' own rule files have them; of some concerns or all. */
function ruleFile(mesh: CheckedMesh, concerns?: readonly string[]): string {
  const objects = renderObservability(mesh, { namespace: "monitoring", runbookUrl: "https://runbooks" });
  const wanted = concerns?.map((concern) => `${mesh.name}-${concern}`);
  return stringify({
    groups: objects
      .filter(({ kind, metadata }) => kind === "PrometheusRule" && wanted?.includes(metadata.name) !== false)
      .flatMap(({ spec }) => (spec as { groups: object[] }).groups),
  });
}

/** https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/ */
function unitTest(one: RuleCase): object {
  const { series, at, shows, every = "1m" } = one;
  return {
    name: `${"alert" in one ? one.alert : one.record}: ${shows}`,
    interval: every,
    input_series: Object.entries(series).map(([selector, values]) => ({ series: selector, values })),
    ...("alert" in one
      ? {
          alert_rule_test: [
            {
              eval_time: at,
              alertname: one.alert,
              exp_alerts: one.fires.map(({ severity, labels = {}, summary, description }) => ({
                exp_labels: { mesh: "shop", severity, ...labels },
                exp_annotations: { summary, description, runbook_url: `https://runbooks/${one.alert}.md` },
              })),
            },
          ],
        }
      : {
          promql_expr_test: [
            {
              expr: one.record,
              eval_time: at,
              exp_samples: one.gives.map(({ labels, value }) => ({
                labels: `${one.record}{${Object.entries(labels)
                  .map(([label, text]) => `${label}="${text}"`)
                  .join(",")}}`,
                value,
              })),
            },
          ],
        }),
  };
}

describe("rules, by promtool", () => {
  let promtool = "";
  let folder = "";
  before(async () => {
    promtool = (await ensureToolchain(["promtool"])).program("promtool");
    folder = mkdtempSync(join(tmpdir(), "promtool-"));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  for (const platform of platformNames) {
    it(`of ${platform} are taken by Prometheus`, async () => {
      const file = join(folder, `${platform}.yml`);
      writeFileSync(file, ruleFile(meshOf(platforms[platform].catalog("prod", {}))));
      // It would remark that an alert has several rules: they are for different services.
      const { stdout } = await execa(promtool, ["check", "rules", "--lint=none", file]);
      expect(stdout).to.match(/SUCCESS: \d+ rules found/);
    });

    it(`take the queries of the dashboards of ${platform}, too`, async () => {
      const mesh = meshOf(platforms[platform].catalog("prod", {}));
      const rules = dashboardDefinitions(mesh)
        .flatMap(({ rows }) => rows.flatMap(({ panels }) => panels))
        .flatMap((panel): { readonly expr: string }[] => [
          ...(panel.kind === "table" ? panel.columns : panel.queries),
        ])
        .map(({ expr }, index) => ({
          record: `query${index}`,
          // What Grafana chooses for each panel.
          expr: expr.replaceAll("$__rate_interval", "1m"),
        }));
      const file = join(folder, `${platform}-dashboards.yml`);
      writeFileSync(file, stringify({ groups: [{ name: "dashboards", rules }] }));
      const { stdout } = await execa(promtool, ["check", "rules", "--lint=none", file]);
      expect(stdout).to.include(`SUCCESS: ${rules.length} rules found`);
    });
  }

  it("find the canonical names of the service that is chosen", async () => {
    const http = { port: 80, protocol: "http" } as const;
    const mesh = meshOf({
      name: "shop",
      services: {
        cart: { ports: { http }, selector: { "app.kubernetes.io/name": "shop-cart" } },
        pay: {
          ports: { http },
          selector: { team: "pay" },
          versions: { v1: {}, v2: {} },
          traffic: { weights: { v1: 90, v2: 10 } },
          workload: { image: "pay:1" },
        },
        web: { ports: { http } },
      },
    });
    const [canonical] = dashboardDefinitions(mesh).flatMap(({ derived = [] }) => derived);
    const names = { cart: "shop-cart", pay: "pay-v1|pay-v2", web: "web" };
    const file = join(folder, "canonical-tests.yml");
    const cases = Object.entries(names).map(([service, name]) => ({
      expr: canonical?.expr.replaceAll("$service", service),
      eval_time: "1m",
      exp_samples: [{ labels: `{service="${service}",${canonical?.label ?? ""}="${name}"}`, value: 1 }],
    }));
    writeFileSync(file, stringify({ tests: [{ promql_expr_test: cases }] }));
    const { all, exitCode } = await execa(promtool, ["test", "rules", file], { all: true, reject: false });
    expect(exitCode, all).to.equal(0);
  });

  /** promtool takes seconds to evaluate days minute by minute. */
  const evaluationInterval: Record<string, string> = { slo: "5m", "error-budget": "2m" };

  /** Returns the outputs of promtool, one for each interval of evaluation, and the first exit code that is not 0. */
  const run = async (
    concern: string,
    list: readonly RuleCase[],
  ): Promise<{ all: string; exitCode: number | undefined }> => {
    writeFileSync(join(folder, `${concern}-rules.yml`), ruleFile(meshOf(shop), ["requests", concern]));
    const byInterval = Map.groupBy(list, ({ evaluated = evaluationInterval[concern] ?? "1m" }) => evaluated);
    const outputs = [];
    for (const [interval, own] of byInterval) {
      const file = join(folder, `${concern}-${interval}-tests.yml`);
      writeFileSync(
        file,
        stringify({
          rule_files: [`${concern}-rules.yml`],
          // Otherwise the order is chance, and what builds on the requests' records lags behind or not.
          group_eval_order: [...new Set(["requests", concern])].map((name) => `shop-${name}`),
          fuzzy_compare: true, // binary fractions
          evaluation_interval: interval,
          tests: own.map(unitTest),
        }),
      );
      outputs.push(await execa(promtool, ["test", "rules", file], { all: true, reject: false }));
    }
    return {
      all: outputs.map(({ all }) => all).join("\n"),
      exitCode: outputs.map(({ exitCode }) => exitCode).find((code) => code !== 0) ?? 0,
    };
  };

  for (const [concern, list] of Object.entries(cases)) {
    it(`of ${concern} fire, are silent and record as ${list.length} cases say`, async () => {
      const { all, exitCode } = await run(concern, list);
      expect(exitCode, all).to.equal(0);
    });
  }

  it("are really held to the cases: each one that is turned round fails", async () => {
    const turned = (cases.certificates ?? []).map((one) =>
      "alert" in one ? { ...one, fires: one.fires.length > 0 ? [] : [anything] } : one,
    );
    const { all, exitCode } = await run("certificates", turned);
    expect(exitCode).to.equal(1);
    for (const one of turned.map(unitTest)) expect(all).to.include((one as { name: string }).name);
  });
});

const anything = { severity: "info", summary: "", description: "" } as const;
