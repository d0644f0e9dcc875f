import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { stringify } from "yaml";
import type { Judgement } from "../../cli/shadow/judge";
import { type Bench, openBench } from "../../prove";
import { podsOf } from "../../prove/ask";
import type { LabPod } from "../../prove/laboratory";
import { meshwright } from "../cli/run";
import { type PrometheusServer, startPrometheus } from "../cli/shadow/prometheusServer";
import { until } from "../sandbox/until";
import { dryRunCatalog, dryRunShop as shop } from "./dryRunShop";

/**
 * A real Prometheus scrapes the real Envoys of a laboratory. Upstream Envoy lacks Istio's filter for metrics, so an exporter
 * adds `istio_requests_total` in Istio's form, by the lines of the proxies' access logs.
 */
describe("meshwright shadow, and a real Prometheus that scrapes real Envoys", function () {
  this.timeout(0);
  const folder = mkdtempSync(join(tmpdir(), "prometheus-"));
  let bench: Bench;
  let exporter: Server | undefined;
  let prometheus: PrometheusServer | undefined;

  const podNamed = async (name: string): Promise<LabPod> => {
    const [pod] = podsOf(await bench.laboratory.pods(), shop.mesh, name);
    if (pod === undefined) throw new Error(`there is no pod of ${name}`);
    return pod;
  };
  const send = async (client: string, method: string, path: string, times: number): Promise<void> => {
    const url = `http://cart.shop.svc.cluster.local:8080${path}`;
    const requests = Array.from({ length: times }, () => ({ url, method }));
    const answers = await bench.laboratory.send(await podNamed(client), requests);
    expect(answers.flat().map(({ status }) => status)).to.deep.equal(requests.map(() => "200"));
  };
  /** What a scrape of a pod's proxy gets. */
  const metricsOf = async (pod: LabPod): Promise<string> => {
    const envoy = await bench.laboratory.inPod(pod, "http://127.0.0.1:15090/stats/prometheus");
    const lines = await bench.laboratory.log(pod, '"inbound|');
    return `${envoy}\n${requestsTotal(pod, lines)}`;
  };

  before(async () => {
    bench = await openBench(shop);
    const pod = await podNamed("cart");
    exporter = createServer((_, response) => {
      metricsOf(pod).then(
        (text) => response.setHeader("content-type", "text/plain; version=0.0.4").end(text),
        () => response.writeHead(500).end(),
      );
    });
    await new Promise<void>((resolve) => exporter?.listen(0, "127.0.0.1", resolve));
    const { port } = exporter.address() as AddressInfo;
    const labels = { namespace: pod.namespace, pod: pod.name };
    prometheus = await startPrometheus(
      folder,
      [],
      [
        {
          job_name: "envoy-stats",
          scrape_interval: "5s",
          metrics_path: "/stats/prometheus",
          static_configs: [{ targets: [`127.0.0.1:${port}`], labels }],
        },
      ],
    );
  });
  after(async () => {
    await prometheus?.stop();
    exporter?.close();
    await bench.stop();
    rmSync(folder, { recursive: true });
  });

  const judgement = async (): Promise<Judgement["verdicts"][number] | undefined> => {
    const file = join(folder, "catalog.yaml");
    writeFileSync(file, stringify(dryRunCatalog, { compat: "yaml-1.1", aliasDuplicateObjects: false }));
    const least = ["--window", "5m", "--min-hours", "0.03", "--min-requests", "60"];
    const url = prometheus?.url ?? "";
    const { stdout, stderr } = await meshwright(["shadow", file, "--prometheus", url, "--json", ...least]);
    expect(stderr).to.equal("");
    const { verdicts } = JSON.parse(stdout) as Judgement;
    return verdicts.find(({ service }) => service === "cart");
  };
  /** Asks until the verdict is the wanted one, as scrapes take seconds. */
  const verdict = async (wanted: string) => {
    let found: Awaited<ReturnType<typeof judgement>>;
    await until(`the verdict ${wanted}`, async () => {
      found = await judgement();
      return found?.verdict === wanted;
    });
    return found;
  };

  it("is clean after some minutes of scrapes, and then names the caller that would be denied", async () => {
    await send("web", "GET", "/items/1", 20);
    await send("web", "GET", "/items/2", 20);
    await send("web", "GET", "/items/3", 20);
    await send("worker", "POST", "/items/1", 10);
    const early = await judgement();
    expect(early?.verdict).to.equal("not enough data");
    const clean = await verdict("clean");
    expect(clean).to.include({ requests: 70, denied: 0 });
    expect(clean?.hours).to.be.within(0.03, 0.1);

    await send("web", "PUT", "/items/1", 2);
    await send("nightly", "GET", "/items/1", 3);
    await until("all denials", async () => (await judgement())?.denied === 5);
    const denied = await verdict("would deny");
    expect(denied).to.include({ requests: 75, denied: 5 });
    expect(denied?.callers).to.deep.equal([
      {
        principal: "cluster.local/ns/shop/sa/nightly",
        requests: 3,
        methods: [],
        paths: [],
        fix: "the call is still used: remove services.nightly.calls.cart.dryRun, or stop the caller",
      },
    ]);
  });
});

/** `istio_requests_total` as Istio's own Envoy reports it, counted in the access log of a server's proxy. */
function requestsTotal({ namespace, labels }: LabPod, lines: readonly string[]): string {
  const entries = lines.map(
    (line) =>
      JSON.parse(line.slice(line.indexOf("{"))) as { source_identity: string | null; response_code: number },
  );
  const groups = Map.groupBy(entries, ({ source_identity: principal, response_code: code }) =>
    Object.entries({
      reporter: "destination",
      source_principal: principal ?? "unknown",
      destination_workload_namespace: namespace,
      destination_canonical_service: labels.app ?? "",
      request_protocol: "http",
      response_code: String(code),
      connection_security_policy: principal === null ? "none" : "mutual_tls",
    })
      .map(([name, value]) => `${name}="${value}"`)
      .join(","),
  );
  const samples = [...groups].map(([text, own]) => `istio_requests_total{${text}} ${own.length}`);
  return ["# TYPE istio_requests_total counter", ...samples, ""].join("\n");
}
