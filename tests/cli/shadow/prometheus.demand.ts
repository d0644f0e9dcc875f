import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { stringify } from "yaml";
import type { Judgement } from "../../../cli/shadow/judge";
import { meshwright } from "../run";
import { type PrometheusServer, startPrometheus, type TimedSample } from "./prometheusServer";

const http = { port: 8080, protocol: "http" };
const called = { ports: { http } };
const catalog = (services: object): string =>
  stringify({ name: "shop", environment: "dev", services }, { compat: "yaml-1.1" });
const call = { dryRun: { methods: ["GET"] } };
const all = catalog({
  web: { ports: { http }, calls: { cart: call, stock: call, depot: call } },
  cart: called,
  stock: called,
  depot: called,
});
const cartAlone = catalog({ web: { ports: { http }, calls: { cart: call } }, cart: called });

const minutes = 30 * 60;
const now = Math.floor(Date.now() / 1000);
const pod = (service: string): string => `namespace="shop",pod="${service}-5d9c7b6f4-x2x7q"`;

/** A counter that grows each minute, from so many minutes ago. */
function growing(series: string, perMinute: number, since = minutes): TimedSample[] {
  return Array.from({ length: since }, (_, index) => ({
    series,
    time: now - (since - 1 - index) * 60,
    value: index * perMinute,
  }));
}

/** As the proxy of a service's pod counts the results of dry runs. */
function results(service: string, result: "allowed" | "denied", perMinute: number, since?: number) {
  const labels = `http_conn_manager_prefix="inbound_0.0.0.0_8080;",authz_dry_run_action="allow",authz_dry_run_result="${result}"`;
  return growing(`envoy_http_rbac{${pod(service)},${labels}}`, perMinute, since);
}

/** As Istio's proxies report requests: https://istio.io/latest/docs/reference/config/metrics/ */
function requests(service: string, account: string, perMinute: number, since?: number): TimedSample[] {
  const labels = {
    reporter: "destination",
    source_workload: account,
    source_canonical_service: account,
    source_workload_namespace: "shop",
    source_principal: `spiffe://cluster.local/ns/shop/sa/${account}`,
    destination_workload: service,
    destination_workload_namespace: "shop",
    destination_principal: `spiffe://cluster.local/ns/shop/sa/${service}`,
    destination_canonical_service: service,
    destination_service: `${service}.shop.svc.cluster.local`,
    request_protocol: "http",
    response_code: "200",
    response_flags: "-",
    connection_security_policy: "mutual_tls",
  };
  const text = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return growing(`istio_requests_total{${pod(service)},${text.join(",")}}`, perMinute, since);
}

/** A real Prometheus has 30 hours of metrics in Istio's form, which a proxy of Istio's would have reported. */
describe("meshwright shadow, and a real Prometheus with its history", function () {
  this.timeout(0);
  const folder = mkdtempSync(join(tmpdir(), "prometheus-"));
  let server: PrometheusServer | undefined;
  before(async () => {
    const since = 5 * 60;
    server = await startPrometheus(folder, [
      ...results("cart", "allowed", 5),
      ...requests("cart", "web", 5),
      ...results("stock", "allowed", 5),
      ...results("stock", "denied", 2),
      ...requests("stock", "web", 5),
      ...requests("stock", "nightly", 2),
      ...results("depot", "allowed", 5, since),
      ...requests("depot", "web", 5, since),
    ]);
  });
  after(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  const shadow = async (text: string, ...options: readonly string[]) => {
    const file = join(folder, "catalog.yaml");
    writeFileSync(file, text);
    return meshwright(["shadow", file, "--prometheus", server?.url ?? "", ...options]);
  };

  it("is clean for 24 hours over all requests of the window, and exits with 0", async () => {
    const { stdout, exitCode } = await shadow(cartAlone);
    expect(stdout).to.match(/^CLEAN {2}cart {2}for 24 hours over 7(19\d|20\d) requests$/m);
    expect(stdout).to.match(/^1 service in a dry run: 1 clean/m);
    expect(exitCode).to.equal(0);
  });

  it("would deny a caller without a call, and has not enough data of a dry run that began later", async () => {
    const { stdout, exitCode } = await shadow(all);
    expect(exitCode).to.equal(1);
    expect(stdout).to.match(/^CLEAN {2}cart /m);
    expect(stdout).to.match(/^WOULD DENY {2}stock {2}28[78]\d of 100[78]\d requests in 24 hours$/m);
    expect(stdout).to.match(
      /^ {2}28[78]\d from cluster\.local\/ns\/shop\/sa\/nightly\n {4}fix: add to services\.stock\.admit: "nightly"/m,
    );
    expect(stdout).to.match(/^NOT ENOUGH DATA {2}depot {2}5 of 24 hours$/m);
    const later = await shadow(all, "--window", "4h", "--min-hours", "4", "--json");
    const { verdicts } = JSON.parse(later.stdout) as Judgement;
    expect(verdicts.map(({ service, verdict }) => [service, verdict])).to.deep.equal([
      ["cart", "clean"],
      ["depot", "clean"],
      ["stock", "would deny"],
    ]);
  });

  it("counts only the hours that have results, also in a window of a year", async () => {
    const { stdout, exitCode } = await shadow(cartAlone, "--window", "8760h", "--min-hours", "40");
    expect(stdout).to.match(/^NOT ENOUGH DATA {2}cart {2}(29|30)\.?\d? of 40 hours$/m);
    expect(exitCode).to.equal(1);
  });

  it("says that a URL is not that of Prometheus", async () => {
    const file = join(folder, "catalog.yaml");
    const wrong = await meshwright(["shadow", file, "--prometheus", `${server?.url ?? ""}/wrong`]);
    expect(wrong.exitCode).to.equal(1);
    expect(wrong.stderr).to.include("does not answer a query: HTTP 404");
  });
});
