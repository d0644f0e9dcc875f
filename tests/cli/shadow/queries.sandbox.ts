import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { dryRunQueries, recordedQuery, trafficQueries } from "../../../cli/shadow/queries";
import { ensureToolchain } from "../../../toolchain";

const target = 'namespace="shop",pod="api-1"';
const served = `${target},reporter="destination",destination_canonical_service="api",destination_workload_namespace="shop"`;
const rbac = (result: string, pod = "api-1"): string =>
  `envoy_http_rbac{namespace="shop",pod="${pod}",http_conn_manager_prefix="inbound_0.0.0.0_8080;",authz_dry_run_action="allow",authz_dry_run_result="${result}"}`;

/** The queries of `meshwright shadow`, evaluated by Prometheus' own engine. */
describe("cli/shadow, its queries and promtool", () => {
  it("count what a counter has grown by, also one that appears in the window", async () => {
    const input_series = [
      // 60 a minute since before the window of 60 minutes.
      {
        series: `istio_requests_total{${served},source_principal="spiffe://td/ns/shop/sa/web"}`,
        values: "0+60x180",
      },
      // Appears 10 minutes before the end, with its first requests.
      {
        series: `istio_requests_total{${served},source_principal="spiffe://td/ns/shop/sa/new"}`,
        values: "_x169 7x11",
      },
      {
        series: `istio_requests_total{${served.replace('destination"', 'source"')},source_principal="x"}`,
        values: "0+60x180",
      },
      { series: rbac("allowed"), values: "0+60x180" },
      { series: rbac("denied"), values: "_x169 7x11" },
      // Enforced results have no labels of a dry run.
      { series: `envoy_http_rbac{${target},authz_enforce_result="denied"}`, values: "0+9x180" },
      {
        series: `envoy_tcp_rbac{namespace="shop",pod="db-1",authz_dry_run_action="allow",authz_dry_run_result="denied"}`,
        values: "5x180",
      },
    ];
    const pod = '{namespace="shop", pod="api-1"';
    const dry = (result: string): string =>
      `${pod}, authz_dry_run_action="allow", authz_dry_run_result="${result}"}`;
    const from = (account: string): string =>
      `${pod}, destination_canonical_service="api", destination_workload_namespace="shop", source_principal="spiffe://td/ns/shop/sa/${account}"}`;
    const expected: [string | undefined, [string, number][]][] = [
      [
        trafficQueries("60m")[0],
        [
          [from("web"), 3600],
          [from("new"), 7],
        ],
      ],
      [trafficQueries("60m")[1], []],
      [
        dryRunQueries("60m")[0],
        [
          [dry("allowed"), 3600],
          [dry("denied"), 7],
        ],
      ],
      [
        dryRunQueries("60m")[1],
        [['{namespace="shop", pod="db-1", authz_dry_run_action="allow", authz_dry_run_result="denied"}', 0]],
      ],
      [
        recordedQuery,
        [
          [`${pod}}`, 2],
          ['{namespace="shop", pod="db-1"}', 1],
        ],
      ],
    ];
    const folder = mkdtempSync(join(tmpdir(), "shadow-"));
    const file = join(folder, "test.yaml");
    const promql_expr_test = expected.map(([expr, samples]) => ({
      expr,
      eval_time: "180m",
      exp_samples: samples.map(([labels, value]) => ({ labels, value })),
    }));
    writeFileSync(file, JSON.stringify({ tests: [{ interval: "1m", input_series, promql_expr_test }] }));
    try {
      const promtool = (await ensureToolchain(["promtool"])).program("promtool");
      const { all, exitCode } = await execa(promtool, ["test", "rules", file], { all: true, reject: false });
      expect(exitCode, all).to.equal(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
