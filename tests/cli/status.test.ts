import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { Api } from "./api";
import { meshwright } from "./run";

const main = join(__dirname, "..", "..", "dist", "cli", "main.js");
const lists = {
  deployments: "/apis/apps/v1/deployments",
  pods: "/api/v1/pods",
  crds: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
} as const;
const empty = [
  ...Object.values(lists),
  ...["/apis/apps/v1/statefulsets", "/apis/apps/v1/daemonsets", "/api/v1/services", "/api/v1/namespaces"],
  ...["/api/v1/secrets", "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"],
];

const image = "docker.io/istio/pilot:1.31.0";
const pod = (namespace: string, name: string, labels: object, container: object): object => ({
  metadata: { name, namespace, labels },
  spec: { containers: [container] },
  status: { conditions: [{ type: "Ready", status: "True" }] },
});
const istiodPod = pod("istio-system", "istiod-0", { app: "istiod" }, { name: "discovery", image });
const webPod = pod(
  "shop",
  "web-0",
  { app: "web" },
  { name: "istio-proxy", image: "docker.io/istio/proxyv2:1.31.0" },
);
const istiod = {
  metadata: { name: "istiod", namespace: "istio-system" },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: "istiod" } },
    template: {
      metadata: { labels: { app: "istiod" } },
      spec: { containers: [{ name: "discovery", image }] },
    },
  },
  status: { readyReplicas: 1 },
};
const cds = "type.googleapis.com/envoy.config.cluster.v3.Cluster";

/** The API server is a stand-in, because pods of the sandbox have no proxies that run. */
describe("cli/commands/status", () => {
  let api: Api;
  let folder: string;
  let syncz: (asked: number) => object | null;
  beforeEach(async () => {
    await meshwright(["--version"]); // compiles it
    api = new Api();
    folder = mkdtempSync(join(tmpdir(), "status-"));
    writeFileSync(join(folder, "kubeconfig"), (await api.start()).exportConfig());
    for (const path of empty) api.objects[path] = { items: [] };
    let asked = 0;
    api.onData = (send) => {
      const body = JSON.stringify(syncz(++asked));
      send(0, `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
    };
  });
  afterEach(async () => {
    await api.stop();
    rmSync(folder, { recursive: true });
  });
  const args = (...more: string[]): string[] => [
    "status",
    "--kubeconfig",
    join(folder, "kubeconfig"),
    ...more,
  ];
  const problems = async (): Promise<string[]> => {
    const { stdout, stderr } = await meshwright(args("--json"), { cwd: folder });
    expect(stderr).to.equal("");
    const health = JSON.parse(stdout) as {
      problems: { severity: string; culprit: string; problem: string }[];
    };
    return health.problems.map(({ severity, culprit, problem }) => `${severity} ${culprit}: ${problem}`);
  };
  const install = (): void => {
    api.objects[lists.deployments] = { items: [istiod] };
    api.objects[lists.pods] = { items: [istiodPod, webPod] };
  };
  const emptyMesh =
    "warning Mesh: It is empty: there are no services with a proxy, no routes and no policies.";

  it("says of an empty cluster that istiod is missing, and of an empty mesh that nothing is in it", async () => {
    expect(await problems()).to.deep.equal([
      "error Istio: No istiod runs in the cluster, so proxies get neither configuration nor certificates.",
      emptyMesh,
    ]);
    install();
    syncz = () => [{ proxy: "web-0.shop", resources: {} }];
    expect(await problems()).to.deep.equal([emptyMesh]);
    expect((await meshwright(args(), { cwd: folder })).stdout).to.contain(
      "✔ The mesh works, with 1 warning.",
    );
    expect(api.asked[0]).to.equal("/api/v1/namespaces/istio-system/pods/istiod-0/portforward?ports=15014");
  });

  it("finds proxies that reject or have not acknowledged their configuration, and those that istiod does not know", async () => {
    install();
    const proxy = (own: object): object[] => [{ proxy: "web-0.shop", resources: { [cds]: own } }];
    const found = async () => (await problems()).filter((one) => one !== emptyMesh);
    syncz = () => proxy({ sent: "n2", acked: "n1" });
    expect(await found()).to.deep.equal([
      "error Proxy shop/web-0: It has not acknowledged its newest CDS, so it works with an older configuration.",
    ]);
    syncz = () => proxy({ sent: "n2", acked: "n1", lastError: "no such filter: x\ndetails" });
    expect(await found()).to.deep.equal([
      "error Proxy shop/web-0: It rejects its newest CDS, so it works with an older configuration: no such filter: x",
    ]);
    syncz = () => null;
    expect(await found()).to.deep.equal([
      "error Proxy shop/web-0: No istiod has a connection of it, so it gets neither changes nor certificates.",
    ]);
    // In sync, also if it was not a moment before.
    syncz = () => proxy({ sent: "n2", acked: "n2" });
    expect(await found()).to.deep.equal([]);
    let first = true;
    syncz = () => {
      const own = proxy(first ? { sent: "n3", acked: "n2" } : { sent: "n3", acked: "n3" });
      first = false;
      return own;
    };
    expect(await found()).to.deep.equal([]);
  });

  it("warns if istiod can't be asked", async () => {
    install();
    api.objects["/api/v1/namespaces/istio-system/pods/istiod-0/portforward"] = null;
    const text =
      "Whether proxies have the newest configuration can't be read from istiod: istio-system/istiod-0: ";
    expect((await problems()).map((one) => one.slice(0, `warning Proxies: ${text}`.length))).to.include(
      `warning Proxies: ${text}`,
    );
  });

  it("prints with --watch what has changed, also that the cluster no longer answers, until Ctrl-C", async () => {
    install();
    syncz = () => [{ proxy: "web-0.shop", resources: {} }];
    const watch = execa(process.execPath, [main, ...args("--watch")], {
      cwd: folder,
      env: { NO_COLOR: "1" },
      reject: false,
    });
    let text = "";
    watch.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const until = async (part: string): Promise<void> => {
      while (!text.includes(part)) await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await until("✔ The mesh works, with 1 warning.");
    api.objects[lists.deployments] = { items: [{ ...istiod, status: { readyReplicas: 0 } }] };
    await until("error Deployment istio-system/istiod\n  0 of 1 pods is ready.");
    await api.stop();
    await until("does not answer (ECONNREFUSED)");
    watch.kill("SIGINT");
    expect((await watch).signal).to.equal("SIGINT");
    // Each health once: nothing is printed again while nothing changes.
    expect(text.match(/^Mesh on /gm)).to.have.length(2);
  });
});
