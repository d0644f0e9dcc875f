import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { RunError } from "../../components";
import getPort from "get-port";
import { stringify } from "yaml";
import type { ReleaseSpec } from "../../components";
import type { ClusterNeeds } from "../../program/cluster/needs";
import { preflight } from "../../program/preflight";

/** What a stack of these releases needs: their namespaces are its own. */
const needs = (releases: readonly ReleaseSpec[]): ClusterNeeds => ({
  controlPlane: { version: "1.31.0" },
  releases,
  namespaces: releases.map(({ namespace }) => namespace),
  meshNamespaces: [],
  volumes: [],
  workloads: [],
  requests: [],
});

// A small HTTP server stands in for the API server and the chart repository; the sandbox tests use the real ones.
describe("program/preflight", () => {
  let folder: string;
  let server: Server;
  let origin: string;
  const kubeconfigBefore = process.env.KUBECONFIG;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "preflight-"));
    server = createServer((request, response) => {
      if (request.url === "/version") {
        response.setHeader("content-type", "application/json").end(
          JSON.stringify({
            major: "1",
            minor: "36",
            gitVersion: "v1.36.3",
            gitCommit: "",
            gitTreeState: "",
            buildDate: "",
            goVersion: "",
            compiler: "",
            platform: "",
          }),
        );
      } else if (request.url === "/charts/index.yaml") {
        response.end(
          stringify({
            entries: {
              base: [{ version: "1.31.0" }, { version: "1.30.2" }],
              istiod: [{ version: "1.31.0" }],
            },
          }),
        );
      } else if (
        request.url?.startsWith("/charts/") !== true &&
        request.url?.endsWith("index.yaml") !== true
      ) {
        // An empty cluster whose user may do everything.
        const answer = request.method === "POST" ? { status: { allowed: true } } : { items: [] };
        response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
      } else {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    process.env.KUBECONFIG = kubeconfig("good", origin);
    pulumi.runtime.setAllConfig({});
  });
  afterEach(() => {
    process.env.KUBECONFIG = kubeconfigBefore;
    if (kubeconfigBefore === undefined) delete process.env.KUBECONFIG;
    pulumi.runtime.setAllConfig({});
  });

  const kubeconfig = (name: string, url: string): string => {
    const path = join(folder, `${name}.yaml`);
    const content = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": name,
      clusters: [{ name, cluster: { server: url, "insecure-skip-tls-verify": true } }],
      users: [{ name, user: {} }],
      contexts: [{ name, context: { cluster: name, user: name } }],
    };
    writeFileSync(path, stringify(content));
    return path;
  };
  const problem = async (version = "1.31.0", charts = `${origin}/charts`): Promise<string> => {
    try {
      const common = { version, repository: charts, namespace: "istio-system", values: {} };
      await preflight(needs(["base", "istiod"].map((chart) => ({ ...common, chart, name: chart }))));
      return "";
    } catch (error) {
      expect(error).to.be.instanceOf(RunError);
      return (error as Error).message;
    }
  };

  it("is silent if all is there", async () => {
    expect(await problem()).to.equal("");
  });

  it("does not ask an OCI registry for an index", async () => {
    expect(await problem("1.31.0", "oci://registry.example.com/charts")).to.equal("");
  });

  it("names the kubeconfig that is missing", async () => {
    process.env.KUBECONFIG = join(folder, "none.yaml");
    expect(await problem()).to.equal(
      `Nothing was changed.\nThere is no kubeconfig: ${folder}/none.yaml does not exist. ` +
        "Set one: export KUBECONFIG=<file>, or pulumi config set kubernetes:kubeconfig <file>",
    );
  });

  it("prefers the stack's kubeconfig over the environment's, as the provider does", async () => {
    pulumi.runtime.setAllConfig({ "kubernetes:kubeconfig": join(folder, "none.yaml") });
    expect(await problem()).to.contain("none.yaml does not exist");
  });

  it("merges several files, as kubectl does", async () => {
    process.env.KUBECONFIG = `${kubeconfig("dead", "http://127.0.0.1:1")}:${kubeconfig("good", origin)}`;
    pulumi.runtime.setAllConfig({ "kubernetes:context": "good" });
    expect(await problem()).to.equal("");
  });

  it("names the context that does not exist and those that do", async () => {
    pulumi.runtime.setAllConfig({ "kubernetes:context": "prod" });
    expect(await problem()).to.contain(
      `has no context "prod". Known: good. Choose one: pulumi config set kubernetes:context <name>`,
    );
  });

  describe("in a pod", () => {
    const outside = { ...process.env };
    beforeEach(() => {
      delete process.env.KUBECONFIG;
      Object.assign(process.env, {
        HOME: folder,
        KUBERNETES_SERVICE_HOST: "127.0.0.1",
        KUBERNETES_SERVICE_PORT: "1",
      });
    });
    afterEach(() => {
      Object.assign(process.env, outside);
      if (outside.HOME === undefined) delete process.env.HOME;
      if (outside.KUBERNETES_SERVICE_HOST === undefined) delete process.env.KUBERNETES_SERVICE_HOST;
      if (outside.KUBERNETES_SERVICE_PORT === undefined) delete process.env.KUBERNETES_SERVICE_PORT;
    });

    it("asks with the pod's service account where no kubeconfig is meant", async () => {
      const load = Reflect.get(KubeConfig.prototype, "loadFromCluster");
      // A stand-in for what Kubernetes mounts into a pod, and for its API server's certificate.
      KubeConfig.prototype.loadFromCluster = function () {
        load.call(this);
        const [cluster, user] = [{ name: "inCluster", server: origin, skipTLSVerify: true }, { name: "pod" }];
        this.loadFromClusterAndUser(cluster, user);
      };
      try {
        expect(await problem()).to.equal("");
      } finally {
        KubeConfig.prototype.loadFromCluster = load;
      }
    });

    it("says so where its cluster does not answer", async () => {
      expect(await problem()).to.contain(
        `The cluster https://127.0.0.1:1 (context "inClusterContext" of the pod's service account) does not answer: `,
      );
    });

    it("has no context to choose, and names the one it has", async () => {
      pulumi.runtime.setAllConfig({ "kubernetes:context": "prod" });
      expect(await problem()).to.contain(
        `The pod's service account has no context "prod". Known: inClusterContext.`,
      );
    });

    it("prefers a kubeconfig, and doesn't make up for one that is missing", async () => {
      process.env.KUBECONFIG = kubeconfig("good", origin);
      expect(await problem()).to.equal("");
      process.env.KUBECONFIG = join(folder, "none.yaml");
      expect(await problem()).to.contain("There is no kubeconfig");
    });
  });

  it("names the cluster that does not answer", async () => {
    const port = await getPort();
    process.env.KUBECONFIG = kubeconfig("dead", `http://127.0.0.1:${port}`);
    expect(await problem()).to.match(
      new RegExp(
        `The cluster http://127.0.0.1:${port} \\(context "dead" of .*dead.yaml\\) does not answer: .*ECONNREFUSED`,
      ),
    );
  });

  it("asks each repository for its own charts, and tells of all that lack one", async () => {
    const release = (chart: string, version: string, repository: string) =>
      ({ name: chart, chart, version, repository, namespace: "monitoring", values: {} }) as const;
    const told = await preflight(
      needs([
        release("base", "1.31.0", `${origin}/charts`),
        release("kiali-server", "2.29.0", `${origin}/charts`),
        release("grafana", "12.11.1", `${origin}/nothing`),
      ]),
    ).then(
      () => "",
      (error: unknown) => (error as Error).message,
    );
    expect(told).to.contain(`${origin}/charts/index.yaml has no kiali-server 2.29.0 (it has none)`);
    expect(told).to.contain(`${origin}/nothing/index.yaml can't be read`);
    expect(told).to.not.contain("base");
  });

  it("names the chart repository that does not answer, and the version it lacks", async () => {
    expect(await problem("1.31.0", `${origin}/nothing`)).to.contain(
      `The chart repository ${origin}/nothing/index.yaml can't be read: it answers 404 Not Found. Check the network`,
    );
    expect(await problem("1.30.2")).to.contain(
      `The chart repository ${origin}/charts/index.yaml has no istiod 1.30.2 (it has 1.31.0). Add them to it`,
    );
  });

  it("tells of cluster and charts at once", async () => {
    process.env.KUBECONFIG = join(folder, "none.yaml");
    const text = await problem("9.9.9");
    expect(text.split("\n")).to.have.length(3);
    expect(text)
      .to.contain("There is no kubeconfig")
      .and.to.contain("has no base 9.9.9 (it has 1.31.0, 1.30.2)");
  });
});
