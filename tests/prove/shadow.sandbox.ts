import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { judge, type Judgement } from "../../cli/shadow/judge";
import { readLogs } from "../../cli/shadow/logs";
import { readPrometheus } from "../../cli/shadow/prometheus";
import { type Bench, openBench } from "../../prove";
import { podOf, podsOf } from "../../prove/ask";
import type { LabPod } from "../../prove/laboratory";
import { until } from "../sandbox/until";
import { dryRunShop as shop } from "./dryRunShop";

const sent = [
  ["web", "GET", "/items/1"],
  ["web", "PUT", "/items/1"],
  ["web", "GET", "/admin"],
  ["worker", "POST", "/items/1"],
] as const;
/** What clients outside of the mesh send to the gateway. */
const sentToGateway = [
  ["GET", "/items/1"],
  ["POST", "/items/1"],
  ["GET", "/prices/1"],
  ["POST", "/prices/1"],
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

function total(samples: readonly Sample[], result: string): number {
  return samples
    .filter(({ metric }) => metric.authz_dry_run_result === result)
    .reduce((sum, { value }) => sum + value, 0);
}

describe("meshwright shadow, and a real Envoy", () => {
  let bench: Bench;
  before(async () => {
    bench = await openBench(shop);
  });
  after(() => bench.stop());

  const podNamed = async (name: string): Promise<LabPod> => {
    const [pod] = podsOf(await bench.laboratory.pods(), shop.mesh, name);
    if (pod === undefined) throw new Error(`there is no pod of ${name}`);
    return pod;
  };
  /** The counters of the dry runs of a pod's proxy, once it has counted so many denials. */
  const results = async (pod: LabPod, denials: number): Promise<Sample[]> => {
    let found: readonly Sample[] = [];
    await until("the counters of the dry run", async () => {
      const text = await bench.laboratory.inPod(pod, "http://127.0.0.1:15090/stats/prometheus");
      found = samplesIn(text, "envoy_http_rbac").filter(
        ({ metric }) => "authz_dry_run_result" in metric && metric.authz_dry_run_action === "allow",
      );
      return total(found, "denied") >= denials;
    });
    return [...found];
  };
  /** The judgement by the access log of a pod, once it has so many results, and by further lines. */
  const judgedByLogs = async (
    pod: LabPod,
    count: number,
    further: readonly string[] = [],
  ): Promise<Judgement> => {
    let lines: readonly string[] = [];
    await until("the access log", async () => {
      lines = await bench.laboratory.log(pod, "dry_run_allow_result");
      return lines.length >= count;
    });
    const evidence = readLogs(shop.mesh, [...lines, ...further].join("\n"));
    return judge(shop.mesh, evidence, { hours: 24, requests: 100 });
  };

  it("reads the dry runs that its proxies report in access logs and metrics, and denies none of the requests", async () => {
    const { laboratory } = bench;
    const cart = await podNamed("cart");
    for (const [client, method, path] of sent) {
      const url = `http://cart.shop.svc.cluster.local:8080${path}`;
      const [[answer] = []] = await laboratory.send(await podNamed(client), [{ url, method }]);
      expect(answer?.status, `${client} ${method} ${path}`).to.equal("200");
    }
    const counted = await results(cart, 2);
    expect([total(counted, "allowed"), total(counted, "denied")]).to.deep.equal([2, 2]);

    const logged = await judgedByLogs(cart, sent.length);
    const verdict = logged.verdicts.find(({ service }) => service === "cart");
    expect(verdict).to.include({ verdict: "would deny", requests: 4, denied: 2 });
    expect(verdict?.callers.map(({ principal, requests }) => [principal, requests])).to.deep.equal([
      ["cluster.local/ns/shop/sa/web", 2],
    ]);

    // In the place of Prometheus, which the laboratory lacks: it answers with what Envoy's own endpoint has.
    const labels = { namespace: cart.namespace, pod: cart.name };
    const now = Date.now();
    const found = counted.map(({ metric, value }) => ({
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

  it("reports what a gateway's route would no longer admit, and answers it meanwhile", async () => {
    const { laboratory } = bench;
    const pods = await laboratory.pods();
    const outside = podOf(pods, shop.mesh, { kind: "unmeshed" });
    if (outside === undefined) throw new Error("there is no pod outside of the mesh");
    const stock = await podNamed("stock");
    for (const [method, path] of sentToGateway) {
      const url = `https://shop.example.com:443${path}`;
      const connectTo = { host: "istio-ingress.istio-ingress.svc.cluster.local", port: 443 };
      const [[answer] = []] = await laboratory.send(outside, [{ url, method, connectTo }]);
      expect([answer?.status, answer?.pod], `${method} ${path}`).to.deep.equal(["200", stock.name]);
    }
    const counted = await results(stock, 1);
    expect([total(counted, "allowed"), total(counted, "denied")]).to.deep.equal([3, 1]);

    // The gateway's own lines are about the same requests, so they are not counted again.
    const gateway = pods.find(({ namespace }) => namespace === "istio-ingress");
    if (gateway === undefined) throw new Error("there is no pod of the gateway");
    let ofGateway: readonly string[] = [];
    await until("the gateway's access log", async () => {
      ofGateway = await laboratory.log(gateway, "/items/1");
      return ofGateway.length >= 2;
    });
    const { verdicts } = await judgedByLogs(stock, sentToGateway.length, ofGateway);
    const verdict = verdicts.find(({ service }) => service === "stock");
    expect(verdict).to.include({ verdict: "would deny", requests: 4, denied: 1 });
    expect(verdict?.callers).to.deep.equal([
      {
        principal: "cluster.local/ns/istio-ingress/sa/istio-ingress",
        requests: 1,
        methods: ["POST"],
        paths: ["/items/1"],
        fix: 'compare gateways.edge.hosts["shop.example.com"].routes[1].dryRun with methods POST and paths such as "/items/1", the port and the token',
      },
    ]);
  });
});
