import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { execa, type ResultPromise } from "execa";
import getPort from "get-port";
import { type Metric, metrics, type Reporter } from "../../observability/metrics";
import { sandboxStatus, startSandbox } from "../../sandbox";
import { ensureToolchain } from "../../toolchain";
import { type Harness, harness } from "../sandbox/harness";
import { until } from "../sandbox/until";
import { type Exposed, read } from "./exposition";
import { connectXds, type XdsClient } from "../../prove/xds/client";

/**
 * Shown only where an authority of one's own is plugged in, and after faults that nothing here can cause;
 * `metrics.sandbox.ts` finds their names in the programs.
 */
const unseen = new Set([
  "citadel_server_cert_chain_expiry_seconds",
  "pilot_total_xds_internal_errors",
  "pilot_xds_write_timeout",
  "istio_agent_istiod_connection_failures",
]);

const all: Readonly<Record<string, Metric>> = metrics;
const clusters = "type.googleapis.com/envoy.config.cluster.v3.Cluster";

describe("metrics of a real istiod and a real agent", () => {
  let h: Harness;
  let state: string;
  let ports: Readonly<Record<string, number>>;
  let xds: XdsClient | undefined;
  let agentProgram: string;
  const agents: ResultPromise[] = [];
  const agentPorts: number[] = [];

  const apply = (object: object): Promise<string> =>
    h.kubectl(state, ["apply", "-f", "-"], JSON.stringify(object)).catch((error: unknown) => String(error));
  const pod = (name: string, annotations: Record<string, string>): object => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop", annotations },
    spec: { containers: [{ name: "main", image: "main:1" }] },
  });
  const route = (weight: number): object => ({
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "web", namespace: "shop" },
    spec: { hosts: ["web"], http: [{ route: [{ destination: { host: "web" }, weight }] }] },
  });
  const scrape = async (port: number, path: string): Promise<Exposed> =>
    read(await (await fetch(`http://127.0.0.1:${port}${path}`)).text());

  /** Runs the process beside a proxy, without the proxy: it has a certificate signed, and tells how that went. */
  const runAgent = async (name: string, token: string, lifetime: string): Promise<void> => {
    const cwd = join(state, name);
    const secrets = join(cwd, "var", "run", "secrets");
    const root = await h.kubectl(state, [
      ...["get", "configmap", "istio-ca-root-cert", "-n", "shop", "-o", "jsonpath={.data.root-cert\\.pem}"],
    ]);
    for (const [folder, file, content] of [
      ["istio", "root-cert.pem", root],
      ["tokens", "istio-token", token],
    ] as const) {
      mkdirSync(join(secrets, folder), { recursive: true });
      writeFileSync(join(secrets, folder, file), content);
    }
    const statusPort = await getPort();
    const address = `localhost:${ports.secureGrpc}`;
    agentPorts.push(statusPort);
    const agent = execa(agentProgram, ["proxy", "sidecar"], {
      cwd,
      reject: false,
      all: true,
      env: {
        DISABLE_ENVOY: "true",
        PROXY_CONFIG: JSON.stringify({ discoveryAddress: address, statusPort }),
        CA_ADDR: address,
        POD_NAME: name,
        POD_NAMESPACE: "shop",
        SERVICE_ACCOUNT: "default",
        INSTANCE_IP: "127.0.0.1",
        TRUST_DOMAIN: "cluster.local",
        SECRET_TTL: lifetime,
      },
    });
    agents.push(agent);
  };

  before(async () => {
    h = await harness();
    agentProgram = (await ensureToolchain(["pilot-agent"])).program("pilot-agent");
    state = h.folder();
    const sandbox = await startSandbox(h.options(state));
    await h.installIstio(state, sandbox);
    ports = (await sandboxStatus(state)).processes.find(({ name }) => name === "istiod")?.ports ?? {};
    await h.kubectl(state, ["create", "namespace", "shop"]);
    await h.kubectl(state, ["label", "namespace", "shop", "istio-injection=enabled"]);
    await until("istiod has published its root certificate", async () =>
      (await h.kubectl(state, ["get", "configmaps", "-n", "shop", "-o", "name"])).includes(
        "istio-ca-root-cert",
      ),
    );
  });
  after(async () => {
    xds?.close();
    for (const agent of agents) agent.kill();
    await Promise.all(agents);
    await h.clean();
  });

  it("come of what happens: configuration sent and refused, mistakes, pods, certificates", async () => {
    // A proxy asks, gets, refuses; then a change reaches it.
    xds = connectXds(ports.grpc ?? 0, "sidecar~10.244.9.9~web-0.shop~shop.svc.cluster.local");
    const { received, send } = xds;
    send(clusters);
    await until("istiod has sent clusters", () => received.length === 1);
    send(clusters, { nonce: received[0]?.nonce ?? "", complaint: "no such cluster" });
    expect(await apply(route(100))).to.contain("created");
    await until("istiod has sent the change", () => received.length === 2);
    // The API server asks istiod about objects and pods.
    expect(await apply(route(-3))).to.contain("weight -3 < 0");
    expect(await apply(pod("good", {}))).to.contain("created");
    const wrong = { "traffic.sidecar.istio.io/includeInboundPorts": "none of your business" };
    expect(await apply(pod("bad", wrong))).to.contain("none of your business");
    // One agent gets its certificate; one asks for too long a life, and one is nobody that istiod knows.
    const token = await h.kubectl(state, [
      ...["create", "token", "default", "-n", "shop", "--audience", "istio-ca"],
    ]);
    await runAgent("agent", token, "24h");
    await runAgent("greedy", token, "100000h");
    await runAgent("stranger", "nobody", "24h");

    const seen = async (reporter: Reporter): Promise<Exposed[]> =>
      reporter === "istiod"
        ? [await scrape(ports.monitoring ?? 0, "/metrics")]
        : Promise.all(agentPorts.map((port) => scrape(port, "/stats/prometheus")));
    const missing = async (reporter: Reporter): Promise<string[]> => {
      const exposed = await seen(reporter).catch(() => []);
      return Object.keys(all).filter(
        (name) =>
          all[name]?.reportedBy === reporter &&
          !unseen.has(name) &&
          !exposed.some((one) => name in one.labels),
      );
    };
    for (const reporter of ["istiod", "agent"] as const) {
      let left: string[] = [];
      await until(`every metric of ${reporter}`, async () => {
        left = await missing(reporter);
        return left.length === 0;
      }).catch(() => {
        expect(left, reporter).to.deep.equal([]);
      });
      for (const { kinds, labels } of await seen(reporter)) {
        for (const [name, series] of Object.entries(labels)) {
          const metric = all[name];
          if (metric?.reportedBy !== reporter) continue;
          expect(kinds[name], name).to.equal(metric.kind);
          for (const own of series) {
            const expected = metric.kind === "histogram" ? own.filter((label) => label !== "le") : own;
            expect(expected, name).to.have.members(metric.labels);
          }
        }
      }
    }
  });
});
