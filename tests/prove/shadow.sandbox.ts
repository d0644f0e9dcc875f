import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { judge } from "../../cli/shadow/judge";
import { readLogs } from "../../cli/shadow/logs";
import { readPrometheus } from "../../cli/shadow/prometheus";
import { subjectOf } from "../../cli/proofSubject";
import { type Bench, openBench } from "../../prove";
import { podsOf } from "../../prove/ask";
import { until } from "../sandbox/until";

const http = { port: 8080, protocol: "http" };
const workload = { image: "registry.example.com/app:1", replicas: 1 };
const shop = subjectOf({
  name: "shop",
  catalog: {
    name: "shop",
    telemetry: { accessLogging: { provider: "envoy" } },
    services: {
      web: {
        ports: { http },
        workload,
        calls: { cart: { dryRun: { methods: ["GET"], paths: ["/items/*"] } } },
      },
      worker: { ports: { http }, workload, calls: { cart: { methods: ["POST"] } } },
      cart: { ports: { http }, workload },
    },
  },
});
const sent = [
  ["web", "GET", "/items/1"],
  ["web", "PUT", "/items/1"],
  ["web", "GET", "/admin"],
  ["worker", "POST", "/items/1"],
] as const;

/** A sample of Envoy's `/stats/prometheus`. */
interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

function samplesIn(text: string, metric: string): Sample[] {
  return text.split("\n").flatMap((line): Sample[] => {
    const [, name, labels = "", value] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
    if (name !== metric) return [];
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", of = ""]) => [key, of] as const);
    return [{ metric: Object.fromEntries(pairs), value: Number(value) }];
  });
}

describe("meshwright shadow, and a real Envoy", () => {
  let bench: Bench;
  before(async () => {
    bench = await openBench(shop);
  });
  after(() => bench.stop());

  it("reads the dry runs that its proxies report in access logs and metrics, and denies none of the requests", async () => {
    const { laboratory } = bench;
    const pods = await laboratory.pods();
    const [cart] = podsOf(pods, shop.mesh, "cart");
    if (cart === undefined) throw new Error("there is no pod of cart");
    for (const [client, method, path] of sent) {
      const [from] = podsOf(pods, shop.mesh, client);
      if (from === undefined) throw new Error(`there is no pod of ${client}`);
      const url = `http://cart.shop.svc.cluster.local:8080${path}`;
      const [[answer] = []] = await laboratory.send(from, [{ url, method }]);
      expect(answer?.status, `${client} ${method} ${path}`).to.equal("200");
    }

    const scrape = (): Promise<string> => laboratory.inPod(cart, "http://127.0.0.1:15090/stats/prometheus");
    const results = async (): Promise<Sample[]> =>
      samplesIn(await scrape(), "envoy_http_rbac").filter(
        ({ metric }) => "authz_dry_run_result" in metric && metric.authz_dry_run_action === "allow",
      );
    const total = async (result: string): Promise<number> =>
      (await results())
        .filter(({ metric }) => metric.authz_dry_run_result === result)
        .reduce((sum, { value }) => sum + value, 0);
    await until("the counters of the dry run", async () => (await total("denied")) >= 2);
    expect([await total("allowed"), await total("denied")]).to.deep.equal([2, 2]);

    let lines: readonly string[] = [];
    await until("the access log", async () => {
      lines = await laboratory.log(cart, "dry_run_allow_result");
      return lines.length >= sent.length;
    });
    const logged = judge(shop.mesh, readLogs(shop.mesh, lines.join("\n")), { hours: 24, requests: 100 });
    const [verdict] = logged.verdicts;
    expect(verdict).to.include({ service: "cart", verdict: "would deny", requests: 4, denied: 2 });
    expect(verdict?.callers.map(({ principal, requests }) => [principal, requests])).to.deep.equal([
      ["cluster.local/ns/shop/sa/web", 2],
    ]);

    // In the place of Prometheus, which the laboratory lacks: it answers with what Envoy's own endpoint has.
    const labels = { namespace: cart.namespace, pod: cart.name };
    const now = Date.now();
    const found = (await results()).map(({ metric, value }) => ({
      metric: { ...labels, ...metric },
      value: [now / 1000, String(value)],
      values: [[now / 1000, "1"]],
    }));
    const server = createServer(({ url = "" }, response) => {
      const result = decodeURIComponent(url).includes("envoy_http_rbac") ? found : [];
      response.end(JSON.stringify({ status: "success", data: { result } }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const evidence = await readPrometheus(shop.mesh, `http://127.0.0.1:${port}`, 24, now);
      expect(evidence.dryRuns.get("cart")).to.include({ requests: 4, denied: 2 });
    } finally {
      server.close();
    }
  });
});
