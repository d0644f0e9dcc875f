import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubernetesObject, V1Pod, V1Service } from "@kubernetes/client-node";
import { expect } from "chai";
import { execa } from "execa";
import selfsigned from "selfsigned";
import type { MeshDefinition } from "../../catalog";
import type { Health } from "../../cli/health/judge";
import type { Problem } from "../../cli/problem";
import { localPulumi, localStack } from "../../cli/pulumi";
import { analyze } from "../../cli/verify";
import { type IstioControlPlaneArgs, istiodFor } from "../../components";
import { catalog as bookinfo } from "../../examples/bookinfo/catalog";
import { catalog as onlineBoutique } from "../../examples/online-boutique/catalog";
import { catalog as openTelemetryDemo } from "../../examples/opentelemetry-demo/catalog";
import { renderMesh } from "../../mesh";
import { type SandboxStatus, startSandbox } from "../../sandbox";
import { istioCharts } from "../../toolchain/pins";
import { inProcess } from "../cli/inProcess";
import { type Harness, harness } from "../sandbox/harness";
import { until } from "../sandbox/until";
import { expectLive } from "../platforms/live";
import { deployed as ofBookinfo } from "./deployed/bookinfo";
import { deployed as ofOnlineBoutique } from "./deployed/onlineBoutique";
import { deployed as ofOpenTelemetryDemo } from "./deployed/openTelemetryDemo";
import { manifests, namespaceOf, type System } from "./deployed/system";
import { meshOf } from "./expectations";

const repository = join(__dirname, "..", "..");
const systems: readonly { folder: string; catalog: MeshDefinition; deployed: System }[] = [
  { folder: "bookinfo", catalog: bookinfo, deployed: ofBookinfo },
  { folder: "online-boutique", catalog: onlineBoutique, deployed: ofOnlineBoutique },
  { folder: "opentelemetry-demo", catalog: openTelemetryDemo, deployed: ofOpenTelemetryDemo },
];

describe("three systems of other tools in one mesh on the sandbox", function () {
  // Each test goes on where the one before it ends.
  this.bail(true);

  let h: Harness;
  let status: SandboxStatus;
  let project: string;

  before(async () => {
    h = await harness();
    status = await startSandbox(h.options(h.folder()));
    project = mkdtempSync(join(tmpdir(), "systems-"));
    symlinkSync(join(repository, "node_modules"), join(project, "node_modules"));
    writeFileSync(join(project, "Pulumi.yaml"), "name: systems\nruntime: nodejs\nmain: index.js\n");
    writeFileSync(join(project, "Pulumi.local.yaml"), "config:\n  meshwright:environment: dev\n");
    writeFileSync(
      join(project, "index.js"),
      `const { IstioControlPlane, ServiceMesh } = require(${JSON.stringify(join(repository, "dist", "components"))});
const { controlPlane, catalogs } = require("./args.json");
const istio = new IstioControlPlane("istio", controlPlane);
for (const catalog of catalogs) new ServiceMesh(catalog.name, { catalog }, { dependsOn: istio });
`,
    );
  });
  after(async () => {
    await rm(project, { recursive: true, force: true });
    await h.clean();
  });

  const kubectl = (...args: string[]): Promise<string> => h.kubectl(status.state, args);
  const apply = (...objects: KubernetesObject[]): Promise<string> =>
    h.kubectl(
      status.state,
      ["apply", "-f", "-"],
      JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }),
    );
  const list = async <T>(kind: string, namespace: string): Promise<T[]> =>
    (JSON.parse(await kubectl("get", kind, "-n", namespace, "-o", "json")) as { items: T[] }).items;

  /** What `meshwright status` finds when it compares the cluster with the catalog of an example. */
  const found = async (
    folder: string,
  ): Promise<{ exitCode: number | undefined; problems: readonly Problem[] }> => {
    const catalog = join(repository, "examples", folder, "catalog.ts");
    const run = await inProcess(["status", catalog, "--json", "--state", status.state]);
    expect(run.stdout, run.stderr).to.match(/^{/);
    return { exitCode: run.exitCode, problems: (JSON.parse(run.stdout) as Health).problems };
  };

  /** Brings the stack to these catalogs, under the policy pack, and returns the output: every change, property by property. */
  const up = async (...catalogs: MeshDefinition[]): Promise<string> => {
    const { validationURL = "", injectionURL = "" } = status.istiod ?? {};
    const controlPlane: IstioControlPlaneArgs = {
      version: istioCharts.version,
      repository: status.chartRepository ?? "",
      base: { base: { validationURL } },
      istiod: { ...istiodFor(bookinfo), base: { validationURL }, istiodRemote: { injectionURL } },
      gateways: [{ name: "istio-ingress", values: { autoscaling: { enabled: false } } }],
    };
    writeFileSync(join(project, "args.json"), JSON.stringify({ controlPlane, catalogs }));
    const { program, options, configFile, underPack } = await localPulumi(h.toolchain, status, project);
    const target = ["--stack", localStack, "--config-file", configFile, "--non-interactive", "--yes"];
    const pack = underPack(join(repository, "policy-pack"));
    const args = ["up", "--skip-preview", "--diff", ...target, ...pack];
    const run = await execa(program, args, { ...options, reject: false, all: true });
    expect(run.exitCode, run.all).to.equal(0);
    return run.all;
  };

  it("takes workloads that other tools deploy, with proxies in all their pods", async () => {
    // Bookinfo's catalog owns its namespace; Services that are adopted must be there.
    await up(bookinfo);
    const { cert, private: key } = await selfsigned.generate([{ name: "commonName", value: "example.com" }]);
    for (const { catalog, deployed } of systems) {
      if (deployed !== ofBookinfo) await apply(namespaceOf(deployed));
      await apply(...manifests(deployed));
      const hosts = Object.values(catalog.gateways ?? {}).flatMap(({ hosts }) => Object.values(hosts));
      await apply(
        ...hosts.map(({ tls }) => ({
          apiVersion: "v1",
          kind: "Secret",
          type: "kubernetes.io/tls",
          metadata: { name: tls.credentialName, namespace: "istio-ingress" },
          stringData: { "tls.crt": cert, "tls.key": key },
        })),
      );
    }
    for (const { deployed } of systems) {
      for (const { kind = "Deployment", name } of deployed.workloads) {
        await kubectl("rollout", "status", `${kind}/${name}`, "-n", deployed.namespace, "--timeout=120s");
      }
      for (const { metadata, spec } of await list<V1Pod>("pods", deployed.namespace)) {
        const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
        expect(
          containers.map(({ name }) => name),
          metadata?.name,
        ).to.include("istio-proxy");
      }
    }
  });

  it("comes up with all three catalogs beside each other, under the pack, whole", async () => {
    await up(...systems.map(({ catalog }) => catalog));
    await expectLive(
      h,
      status.state,
      systems.flatMap(({ catalog }) => renderMesh(meshOf(catalog))),
    );
  });

  it("changes nothing the second time", async () => {
    const output = await up(...systems.map(({ catalog }) => catalog));
    const { read } = await localPulumi(h.toolchain, status, project);
    const history = JSON.parse(await read(["stack", "history", "--json", "--stack", localStack])) as {
      resourceChanges: Record<string, number>;
    }[];
    expect(history[0]?.resourceChanges, output).to.have.all.keys("same");
  });

  it("is as the catalogs say to `meshwright status`: every pod selected, its account, what ports speak", async () => {
    for (const { folder } of systems)
      expect(await found(folder)).to.deep.equal({ exitCode: 0, problems: [] });
  });

  it("sets what adopted ports speak, and leaves all other fields of the Services", async () => {
    for (const { catalog, deployed } of systems) {
      const live = await list<V1Service>("services", deployed.namespace);
      const adopted = meshOf(catalog).services.filter(({ service }) => service === "adopt");
      for (const { name, selector, ports } of deployed.services) {
        const found = live.find(({ metadata }) => metadata?.name === name);
        expect(found?.spec?.selector, name).to.deep.equal(selector);
        const own = adopted.find((service) => service.name === name);
        const expected = ports.map(([port, number, targetPort = number, appProtocol]) => [
          port,
          number,
          targetPort,
          own?.ports.find((one) => one.port === number)?.protocol ?? appProtocol,
        ]);
        // Server-side apply may change the order.
        expect(
          found?.spec?.ports?.map((port) => [port.name, port.port, port.targetPort, port.appProtocol]),
          name,
        ).to.have.deep.members(expected);
      }
    }
  });

  it("gives istioctl analyze nothing to complain about", async () => {
    const messages = await analyze(h.toolchain.program("istioctl"), status.kubeconfig);
    expect(messages.filter(({ level }) => level !== "Info")).to.deep.equal([]);
  });

  it("has `meshwright status` name the calls that fail by a port's name, and by a pod's account", async () => {
    const patch = (what: string, operations: object[]): Promise<string> =>
      kubectl("patch", what, "-n", "bookinfo", "--type=json", "-p", JSON.stringify(operations));
    await patch("service/reviews", [{ op: "replace", path: "/spec/ports/0/name", value: "tcp-reviews" }]);
    await patch("deployment/productpage-v1", [
      { op: "remove", path: "/spec/template/spec/serviceAccountName" },
      { op: "remove", path: "/spec/template/spec/serviceAccount" },
    ]);
    await kubectl("rollout", "status", "deployment/productpage-v1", "-n", "bookinfo", "--timeout=120s");
    await until("the old pod has gone", async () => {
      const pods = await list<V1Pod>("pods", "bookinfo");
      return pods.filter(({ metadata }) => metadata?.labels?.app === "productpage").length === 1;
    });
    const { exitCode, problems } = await found("bookinfo");
    expect(exitCode).to.equal(1);
    expect(
      problems.filter(({ severity }) => severity === "error").map(({ problem }) => problem),
    ).to.have.members([
      "Istio reads its port 9080 as tcp, but the catalog declares http, so no rule matches the requests of these and they are denied: services.productpage.calls.reviews.",
      'Pods of "productpage" run under the service account "default", but the catalog declares "bookinfo-productpage", so these are denied: services.productpage.calls.details, services.productpage.calls.ratings, services.productpage.calls.reviews.',
    ]);
    expect(await found("online-boutique")).to.deep.equal({ exitCode: 0, problems: [] });
  });
});
