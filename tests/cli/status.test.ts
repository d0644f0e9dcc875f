import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { expect } from "chai";
import { execa } from "execa";
import { examine } from "../../cli/health/examine";
import type { Health } from "../../cli/health/judge";
import { Api } from "./api";
import { inProcess } from "./inProcess";
import { meshwright, meshwrightMain } from "./run";

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

/** What istiod's debug endpoint answers. */
type Syncz = () => object | null;

/** A cluster without objects, with the folder of its kubeconfig. */
class Cluster {
  syncz: Syncz = () => null;
  private constructor(
    readonly api: Api,
    readonly folder: string,
  ) {}

  static async start(): Promise<Cluster> {
    const cluster = new Cluster(new Api(), mkdtempSync(join(tmpdir(), "status-")));
    const { api, folder } = cluster;
    writeFileSync(join(folder, "kubeconfig"), (await api.start()).exportConfig());
    for (const path of empty) api.objects[path] = { items: [] };
    api.onData = (send) => {
      const body = JSON.stringify(cluster.syncz());
      send(0, `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
    };
    return cluster;
  }

  install(): void {
    this.api.objects[lists.deployments] = { items: [istiod] };
    this.api.objects[lists.pods] = { items: [istiodPod, webPod] };
  }

  args(...more: string[]): string[] {
    return ["status", "--kubeconfig", join(this.folder, "kubeconfig"), ...more];
  }

  async problems(): Promise<string[]> {
    const { stdout, stderr } = await inProcess(this.args("--json"), { cwd: this.folder });
    expect(stderr).to.equal("");
    return Cluster.told((JSON.parse(stdout) as Pick<Health, "problems">).problems);
  }

  /** As {@link problems}, without the command, whose runs wait for each other. */
  async examined(): Promise<string[]> {
    const config = new KubeConfig();
    config.loadFromFile(join(this.folder, "kubeconfig"));
    return Cluster.told((await examine(config, undefined, undefined)).problems);
  }

  private static told(problems: Health["problems"]): string[] {
    return problems.map(({ severity, culprit, problem }) => `${severity} ${culprit}: ${problem}`);
  }

  async stop(): Promise<void> {
    await this.api.stop();
    rmSync(this.folder, { recursive: true });
  }
}

/** The API server is a stand-in, because pods of the sandbox have no proxies that run. */
describe("cli/commands/status", () => {
  let clusters: Cluster[];
  const start = async (): Promise<Cluster> => {
    const cluster = await Cluster.start();
    clusters.push(cluster);
    return cluster;
  };
  beforeEach(() => {
    clusters = [];
  });
  afterEach(async () => {
    await Promise.all(clusters.map((cluster) => cluster.stop()));
  });
  const emptyMesh =
    "warning Mesh: It is empty: there are no services with a proxy, no routes and no policies.";

  it("says of an empty cluster that istiod is missing, and of an empty mesh that nothing is in it", async () => {
    const cluster = await start();
    expect(await cluster.problems()).to.deep.equal([
      "error Istio: No istiod runs in the cluster, so proxies get neither configuration nor certificates.",
      emptyMesh,
    ]);
    cluster.install();
    cluster.syncz = () => [{ proxy: "web-0.shop", resources: {} }];
    expect(await cluster.problems()).to.deep.equal([emptyMesh]);
    expect((await inProcess(cluster.args(), { cwd: cluster.folder })).stdout).to.contain(
      "✔ The mesh works, with 1 warning.",
    );
    expect(cluster.api.asked[0]).to.equal(
      "/api/v1/namespaces/istio-system/pods/istiod-0/portforward?ports=15014",
    );
  });

  const proxy = (own: object): object[] => [{ proxy: "web-0.shop", resources: { [cds]: own } }];
  let first = true;
  const proxies: [found: string, syncz: Syncz, told: string[]][] = [
    [
      "that has not acknowledged its configuration",
      () => proxy({ sent: "n2", acked: "n1" }),
      [
        "error Proxy shop/web-0: It has not acknowledged its newest CDS, so it works with an older configuration.",
      ],
    ],
    [
      "that rejects its configuration",
      () => proxy({ sent: "n2", acked: "n1", lastError: "no such filter: x\ndetails" }),
      [
        "error Proxy shop/web-0: It rejects its newest CDS, so it works with an older configuration: no such filter: x",
      ],
    ],
    [
      "that istiod does not know",
      () => null,
      [
        "error Proxy shop/web-0: No istiod has a connection of it, so it gets neither changes nor certificates.",
      ],
    ],
    ["in sync, of which it says nothing", () => proxy({ sent: "n2", acked: "n2" }), []],
    [
      "that acknowledges a moment later, of which it says nothing",
      () => {
        const own = proxy(first ? { sent: "n3", acked: "n2" } : { sent: "n3", acked: "n3" });
        first = false;
        return own;
      },
      [],
    ],
  ];
  describe("finds a proxy", () => {
    let found: string[][];
    // Each has a cluster of its own, so that the times that proxies get to acknowledge pass together.
    before(async () => {
      clusters = [];
      found = await Promise.all(
        proxies.map(async ([, syncz]) => {
          const cluster = await start();
          cluster.install();
          cluster.syncz = syncz;
          return (await cluster.examined()).filter((one) => one !== emptyMesh);
        }),
      );
      await Promise.all(clusters.map((cluster) => cluster.stop()));
      first = true;
    });
    proxies.forEach(([title, , told], index) => {
      it(title, () => {
        expect(found[index]).to.deep.equal(told);
      });
    });
  });

  it("warns if istiod can't be asked", async () => {
    const cluster = await start();
    cluster.install();
    cluster.api.objects["/api/v1/namespaces/istio-system/pods/istiod-0/portforward"] = null;
    const text =
      "Whether proxies have the newest configuration can't be read from istiod: istio-system/istiod-0: ";
    expect(
      (await cluster.problems()).map((one) => one.slice(0, `warning Proxies: ${text}`.length)),
    ).to.include(`warning Proxies: ${text}`);
  });

  it("prints with --watch what has changed, also that the cluster no longer answers, until Ctrl-C", async () => {
    await meshwright(["--version"]); // compiles it
    const cluster = await start();
    cluster.install();
    cluster.syncz = () => [{ proxy: "web-0.shop", resources: {} }];
    const watch = execa(process.execPath, [meshwrightMain, ...cluster.args("--watch", "--interval", "0.2")], {
      cwd: cluster.folder,
      env: { NO_COLOR: "1" },
      reject: false,
    });
    let text = "";
    watch.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const until = async (part: string): Promise<void> => {
      while (!text.includes(part)) await new Promise((resolve) => setTimeout(resolve, 50));
    };
    await until("✔ The mesh works, with 1 warning.");
    cluster.api.objects[lists.deployments] = { items: [{ ...istiod, status: { readyReplicas: 0 } }] };
    await until("error Deployment istio-system/istiod\n  0 of 1 pods is ready.");
    await cluster.api.stop();
    await until("does not answer (ECONNREFUSED)");
    watch.kill("SIGINT");
    expect((await watch).signal).to.equal("SIGINT");
    // Each health once: nothing is printed again while nothing changes.
    expect(text.match(/^Mesh on /gm)).to.have.length(2);
  });

  it("refuses an interval that is no time", async () => {
    for (const interval of ["0", "soon", "-1", "1e9"]) {
      const { exitCode, stderr } = await inProcess(["status", "--watch", "--interval", interval]);
      expect(stderr).to.contain("Write a number of seconds from 0.1 to 86400.");
      expect(exitCode).to.equal(2);
    }
  });
});
