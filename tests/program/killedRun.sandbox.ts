import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { expect } from "chai";
import { execa } from "execa";
import { stringify } from "yaml";
import { localPulumi, localStack } from "../../cli/pulumi";
import { type SandboxStatus, startSandbox } from "../../sandbox";
import { meshwright, meshwrightMain } from "../cli/run";
import { blocksOf } from "../docs/markdown";
import { type Harness, harness } from "../sandbox/harness";
import { findingsOn, needs } from "./judgedCluster";
import { shopConfig, shopProject } from "./shopProject";
import { until } from "../sandbox/until";

const repository = join(__dirname, "..", "..");

// One sandbox for all: each step builds on the one before.
describe("a stack that is killed, lost and moved under Pod Security", () => {
  let h: Harness;
  let status: SandboxStatus;
  let project: string;

  before(async () => {
    h = await harness();
    status = await startSandbox(h.options(h.folder()));
    project = shopProject();
  });
  after(async () => {
    rmSync(project, { recursive: true, force: true });
    await h.clean();
  });

  const kubectl = (...args: string[]): Promise<string> => h.kubectl(status.state, args);
  const apply = (object: unknown): Promise<string> =>
    h.kubectl(status.state, ["apply", "-f", "-"], JSON.stringify(object));

  const findings = (needed = needs(), user?: string): Promise<string[]> =>
    findingsOn(status.kubeconfig, needed, user);

  /** Resolves while Helm installs a release. */
  const installing = async (release: string): Promise<void> => {
    const config = new KubeConfig();
    config.loadFromFile(status.kubeconfig);
    const core = config.makeApiClient(CoreV1Api);
    const labelSelector = `owner=helm,name=${release},status=pending-install`;
    while ((await core.listSecretForAllNamespaces({ labelSelector })).items.length === 0) await sleep(100);
  };

  const up = () =>
    meshwright(["up", "--state", status.state, "--policy-pack", join(repository, "policy-pack")], {
      cwd: project,
    });

  it("finds the release that a killed run left pending: a preview stops, and `meshwright up` repairs it", async () => {
    // Compiles it.
    await meshwright(["--version"]);
    const args = ["up", "--state", status.state, "--policy-pack", join(repository, "policy-pack")];
    const run = execa(process.execPath, [meshwrightMain, ...args], {
      cwd: project,
      reject: false,
      stdin: "ignore",
      all: true,
    });
    const ended = run.then(({ all }) => {
      throw new Error(`It ended before it was killed: ${all}`);
    });
    await Promise.race([ended, installing("istiod")]);
    // Pulumi's plugins have process groups of their own, and would end the installation.
    for (const pid of await processTree(run.pid ?? 0)) process.kill(pid, "SIGKILL");
    await ended.catch(() => undefined);

    const problem =
      "The Helm release istio-system/istiod is pending-install: a run was killed, or is still working on it. Helm refuses every other operation on it.";
    expect(await findings()).to.deep.equal([`error helm-releases: ${problem}`]);
    const { program, options, configFile, read } = await localPulumi(h.toolchain, status, project);
    await read(["cancel", "--yes", "--stack", localStack]);
    const target = ["--stack", localStack, "--config-file", configFile, "--non-interactive"];
    const preview = await execa(program, ["preview", ...target], { ...options, reject: false, all: true });
    expect(preview.exitCode).to.not.equal(0);
    expect(preview.all).to.contain("Nothing was changed.").and.to.contain(problem);

    const { exitCode, stdout, stderr } = await up();
    expect(exitCode, stdout + stderr).to.equal(0);
    expect(stderr).to.contain(
      "The Helm release istio-system/istiod was left pending-install by a killed run. The record of the interrupted operation is removed.",
    );
  });

  it("finds nothing about its own installation", async () => {
    expect(await findings()).to.deep.equal([]);
  });

  it("has its releases imported again after its state was lost, by the file that the page shows", async () => {
    const { program, options, read } = await localPulumi(h.toolchain, status, project);
    await read(["stack", "rm", "--yes", "--force", "--preserve-config", "--stack", localStack]);
    // Pulumi's copy of the state would be restored, and a stack with a history and no state is refused.
    const backend = join(status.state, "pulumi", ".pulumi");
    for (const lost of [join("stacks", "shop", "local.json.bak"), join("history", "shop", "local")]) {
      rmSync(join(backend, lost), { recursive: true, force: true });
    }
    const { configFile } = await localPulumi(h.toolchain, status, project);
    const { deployment } = JSON.parse(await read(["stack", "export", "--stack", localStack])) as {
      deployment: { resources?: object[] };
    };
    expect(deployment.resources ?? []).to.deep.equal([]);
    const page = readFileSync(join(repository, "docs", "clusters", "README.md"), "utf8");
    const shown = blocksOf(page).find(({ language }) => language === "json");
    const { resources } = JSON.parse(shown?.text ?? "{}") as { resources: object[] };
    const gateways = ["istio-ingress", "istio-egress"].map((name) => ({
      type: "kubernetes:helm.sh/v3:Release",
      name: `istio-${name}-release`,
      id: `${name}/${name}`,
      parent: "istio",
    }));
    const file = join(project, "import.json");
    writeFileSync(file, JSON.stringify({ resources: [...resources, ...gateways] }));
    const command = commandsOf(page).find((line) => line.startsWith("pulumi import")) ?? "";
    const args = command
      .split(" ")
      .slice(1)
      .map((arg) => (arg === "import.json" ? file : arg));
    const target = ["--stack", localStack, "--config-file", configFile, "--non-interactive", "--yes"];
    const imported = await execa(program, [...args, ...target], { ...options, reject: false, all: true });
    expect(imported.exitCode, imported.all).to.equal(0);
    const before = await kubectl("get", "pods", "-n", "istio-system", "-o", "name");
    const { exitCode, stdout, stderr } = await up();
    expect(exitCode, stdout + stderr).to.equal(0);
    expect(await kubectl("get", "pods", "-n", "istio-system", "-o", "name")).to.equal(before);
  });

  it("is right about Pod Security: the API server refuses pods with a proxy, and admits them with the CNI node agent", async () => {
    await kubectl("create", "namespace", "secure");
    await kubectl(
      "label",
      "namespace",
      "secure",
      "istio-injection=enabled",
      "pod-security.kubernetes.io/enforce=restricted",
    );
    const restricted = {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: "RuntimeDefault" },
    };
    const pod = (name: string) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "secure" },
      spec: { containers: [{ name: "app", image: "app:1", securityContext: restricted }] },
    });
    const refused = await apply(pod("without")).catch(
      (error: unknown) => (error as { stderr: string }).stderr,
    );
    expect(refused).to.contain('violates PodSecurity "restricted').and.to.contain("istio-init");

    const cluster = {
      cni: { namespace: "kube-system" },
      values: { istiod: { global: { proxy: { seccompProfile: { type: "RuntimeDefault" } } } } },
    };
    writeFileSync(
      join(project, "Pulumi.local.yaml"),
      stringify({ config: { ...shopConfig, "meshwright:cluster": cluster } }),
    );
    const { exitCode, stdout, stderr } = await up();
    expect(exitCode, stdout + stderr).to.equal(0);
    expect(
      await kubectl(
        "get",
        "daemonset",
        "istio-cni-node",
        "-n",
        "kube-system",
        "-o",
        "jsonpath={.status.numberReady}",
      ),
    ).to.equal("4");
    await until("istiod injects with it", async () =>
      apply(pod("with")).then(
        () => true,
        () => false,
      ),
    );
    const containers = await kubectl(
      "get",
      "pod",
      "with",
      "-n",
      "secure",
      "-o",
      "jsonpath={.spec.initContainers[*].name}",
    );
    expect(containers).to.contain("istio-validation").and.to.not.contain("istio-init");
  });

  it("finds a cluster without a sign of a load balancer", async () => {
    await kubectl("delete", "service", "istio-ingress", "-n", "istio-ingress");
    await kubectl("delete", "nodes", "--all");
    await apply({ apiVersion: "v1", kind: "Node", metadata: { name: "bare" } });
    expect(await findings()).to.deep.equal([
      "warning load-balancer: The nodes name no cloud, and nothing in the cluster shows a load balancer. The Services of istio-ingress have the type LoadBalancer: without an address, the release fails after 300 s.",
    ]);
  });
});

/** A process and all that it has started, by their ids. */
async function processTree(root: number): Promise<number[]> {
  const { stdout } = await execa("ps", ["-A", "-o", "pid=,ppid="]);
  const children = Map.groupBy(
    stdout.split("\n").map((line) => line.trim().split(/\s+/).map(Number)),
    ([, parent = 0]) => parent,
  );
  const below = (pid: number): number[] => [
    pid,
    ...(children.get(pid) ?? []).flatMap(([child = 0]) => below(child)),
  ];
  return below(root);
}

/** The commands of a page's shell blocks. */
const commandsOf = (page: string): string[] =>
  blocksOf(page)
    .filter(({ language }) => language === "sh")
    .flatMap(({ text }) => text.split("\n"));
