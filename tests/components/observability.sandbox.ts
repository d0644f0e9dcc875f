import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { checkMesh } from "../../mesh";
import type { Health } from "../../cli/health/judge";
import { type LocalPulumi, localPulumi, localStack } from "../../cli/pulumi";
import { analyze } from "../../cli/verify";
import { observabilityPlan, type ObservabilityPlan } from "../../components";
import { sandboxStatus, startSandbox } from "../../sandbox";
import { catalogOf } from "../../program/catalogOf";
import { observabilityArgs } from "../../program/observability";
import { readSettings } from "../../program/settings";
import { platformList } from "../../platforms";
import { meshwright } from "../cli/run";
import { type Harness, harness } from "../sandbox/harness";
import { expectLive } from "../platforms/live";
import { editedProject } from "../platforms/program";

const policyPack = join(__dirname, "..", "..", "policy-pack");

const collector = "opentelemetry-collector.monitoring.svc.cluster.local";
const watched = {
  prometheus: { operator: false, replicas: 2, storage: "5Gi" },
  collector: { replicas: 2 },
};

interface Pod {
  readonly metadata: {
    readonly labels: Record<string, string>;
    readonly annotations: Record<string, string>;
  };
  readonly spec: { readonly containers: { name: string }[]; readonly initContainers?: { name: string }[] };
  readonly status: { readonly conditions: { type: string; status: string }[] };
}

/** What no platform's stack asks for: Prometheus without its operator, and a collector in front of Jaeger. */
describe("Observability without the operator and with a collector, on the sandbox", () => {
  let h: Harness;
  let state: string;
  let project: string;
  let plan: ObservabilityPlan;
  let pulumi: LocalPulumi;
  before(async () => {
    h = await harness();
    state = h.folder();
    project = editedProject(
      `catalog.telemetry.tracing.service = ${JSON.stringify(collector)};
       platforms.alfred.observability = () => (${JSON.stringify(watched)});`,
    );
    await startSandbox(h.options(state));
    pulumi = await localPulumi(h.toolchain, await sandboxStatus(state), project);

    // The same, as the program decides it.
    const settings: Record<string, string> = { platform: "alfred", chartRepository: "http://127.0.0.1" };
    const read = readSettings(platformList, { get: (key) => settings[key] });
    const original = catalogOf(read);
    const { telemetry } = original;
    if (telemetry?.tracing === undefined) throw new Error("Alfred is traced");
    const tracing = { ...telemetry.tracing, service: collector } as const;
    const catalog = { ...original, telemetry: { ...telemetry, tracing } };
    const { mesh } = checkMesh(catalog);
    if (mesh === undefined) throw new Error("the catalog has errors");
    plan = observabilityPlan("observability", mesh, observabilityArgs(read, catalog, watched));
  });
  after(async () => {
    await rm(project, { recursive: true, force: true });
    await h.clean();
  });

  const up = async (...args: string[]): Promise<{ ok: boolean; text: string }> => {
    const { program, options, configFile } = pulumi;
    const target = ["--stack", localStack, "--config-file", configFile, "--non-interactive"];
    const all = ["up", "--yes", "--skip-preview", ...target, ...args];
    const ended = await execa(program, all, { ...options, reject: false, all: true });
    return { ok: ended.exitCode === 0, text: ended.all };
  };
  const pods = async (app: string): Promise<Pod[]> => {
    const args = ["get", "pods", "-n", "monitoring", "-l", `app=${app}`, "-o", "json"];
    return (JSON.parse(await h.kubectl(state, args)) as { items: Pod[] }).items;
  };

  it("comes up from nothing under the pack, with every object as planned", async () => {
    const { ok, text } = await up(...pulumi.underPack(policyPack));
    expect(ok, text).to.equal(true);
    const { addOns, watching } = plan;
    expect(Math.min(addOns.length, watching.length)).to.be.greaterThan(1);
    await expectLive(h, state, [...addOns, ...watching]);
    const helm = await execa(h.toolchain.program("helm"), ["list", "-n", "monitoring", "-o", "json"], {
      env: { KUBECONFIG: join(state, "kubeconfig") },
    });
    const releases = JSON.parse(helm.stdout) as { name: string; chart: string; status: string }[];
    expect(releases.map(({ name, chart, status }) => `${name} ${chart} ${status}`)).to.have.members([
      "prometheus prometheus-29.27.0 deployed",
      "opentelemetry-collector opentelemetry-collector-0.170.0 deployed",
      "jaeger jaeger-4.11.1 deployed",
      "grafana grafana-12.11.1 deployed",
      "kiali kiali-server-2.29.0 deployed",
    ]);
    const definitions = await h.kubectl(state, ["get", "customresourcedefinitions", "-o", "name"]);
    expect(definitions).to.contain("istio.io").and.to.not.contain("monitoring.coreos.com");
  });

  it("has two ready replicas of both inside the mesh, and Prometheus goes past its proxy to what it reads", async () => {
    for (const app of ["mesh-prometheus", "opentelemetry-collector"]) {
      const replicas = await pods(app);
      expect(replicas, app).to.have.length(2);
      for (const { spec, status } of replicas) {
        const names = [...spec.containers, ...(spec.initContainers ?? [])].map(({ name }) => name);
        expect(names, app).to.include("istio-proxy");
        expect(status.conditions.find(({ type }) => type === "Ready")?.status, app).to.equal("True");
      }
    }
    const [prometheus] = await pods("mesh-prometheus");
    expect(prometheus?.metadata.annotations).to.include({
      "traffic.sidecar.istio.io/excludeOutboundPorts": "15014,15020",
    });
    const claims = ["get", "persistentvolumeclaims", "-n", "monitoring", "-o"];
    expect(await h.kubectl(state, [...claims, "jsonpath={.items[*].status.phase}"])).to.equal("Bound Bound");
  });

  it("has the proxies send their spans to the collector", async () => {
    const mesh = await h.kubectl(state, [
      ...["get", "configmap", "istio", "-n", "istio-system", "-o", "jsonpath={.data.mesh}"],
    ]);
    expect(mesh).to.contain(`service: ${collector}`).and.to.not.contain("service: jaeger.");
  });

  it("gives istioctl analyze nothing to complain about, and is well", async () => {
    const messages = await analyze(h.toolchain.program("istioctl"), join(state, "kubeconfig"));
    expect(messages.filter(({ level }) => level !== "Info")).to.deep.equal([]);
    const { stdout } = await meshwright(["status", "--json", "--state", state]);
    const { problems, components } = JSON.parse(stdout) as Health;
    expect(problems).to.deep.equal([]);
    expect(
      components
        .filter(({ namespace }) => namespace === "monitoring")
        .map(({ name, ready, desired, version }) => `${name} ${ready}/${desired} ${version}`),
    ).to.have.members([
      "grafana 1/1 13.2.0",
      "jaeger 1/1 2.19.0",
      "kiali 1/1 v2.29.0",
      "mesh-prometheus 2/2 v3.14.0",
      "opentelemetry-collector 2/2 0.158.0",
    ]);
  });

  it("changes nothing the second time", async () => {
    const { ok, text } = await up("--expect-no-changes");
    expect(ok, text).to.equal(true);
  });
});
