import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { judgeCluster } from "../../program/cluster/judge";
import { kubernetesVersion } from "../../program/cluster/kubernetesVersion";
import type { ClusterNeeds } from "../../program/cluster/needs";
import { type SandboxStatus, startSandbox } from "../../sandbox";
import { type Harness, harness } from "../sandbox/harness";
import { findingsOn, needs, snapshotOf } from "./judgedCluster";

// One sandbox for all situations: each makes its own and removes it again, the last ones build on each other.
describe("the preflight checks of a real cluster", () => {
  let h: Harness;
  let status: SandboxStatus;

  before(async () => {
    h = await harness();
    status = await startSandbox(h.options(h.folder()));
  });
  after(() => h.clean());

  const kubectl = (...args: string[]): Promise<string> => h.kubectl(status.state, args);
  const apply = (object: unknown): Promise<string> =>
    h.kubectl(status.state, ["apply", "-f", "-"], JSON.stringify(object));

  const snapshot = (needed: ClusterNeeds, user?: string) => snapshotOf(status.kubeconfig, needed, user);
  const findings = (needed = needs(), user?: string): Promise<string[]> =>
    findingsOn(status.kubeconfig, needed, user);

  it("finds nothing on an empty cluster, in one round of requests", async () => {
    const start = performance.now();
    expect(await findings()).to.deep.equal([]);
    expect(performance.now() - start).to.be.lessThan(5000);
  });

  it("finds an Istio of another Helm release: its CRDs and its control plane", async () => {
    const helm = (...args: string[]) =>
      execa(h.toolchain.program("helm"), args, {
        env: { KUBECONFIG: status.kubeconfig, HELM_CACHE_HOME: join(status.state, "helm") },
      });
    const repo = ["--repo", status.chartRepository ?? "", "--namespace", "mesh", "--create-namespace"];
    await helm(
      "install",
      "mesh-base",
      "base",
      ...repo,
      "--set",
      "defaultRevision=,global.istioNamespace=mesh",
    );
    await apply({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "istiod", namespace: "mesh", labels: { app: "istiod", "istio.io/rev": "default" } },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: "istiod" } },
        template: {
          metadata: { labels: { app: "istiod" } },
          spec: { containers: [{ name: "discovery", image: "pilot:1" }] },
        },
      },
    });
    const [crds, istiod, ...others] = await findings();
    expect(others).to.deep.equal([]);
    expect(crds).to.match(
      /^error existing-istio: \d+ of Istio's CRDs \(.*\) exist already and belong to the Helm release mesh\/mesh-base\./,
    );
    expect(istiod).to.match(
      /^error existing-istio: Another Istio runs in the cluster: Deployment mesh\/istiod/,
    );
    await helm("uninstall", "mesh-base", "--namespace", "mesh");
    await kubectl("delete", "namespace", "mesh");
    // The chart keeps its CRDs, which now belong to nobody's release.
    expect(await findings()).to.have.length(1);
  });

  it("has a fix for CRDs of others that works: the commands that it names", async () => {
    const needed = needs();
    const [finding] = judgeCluster(await snapshot(needed), needed);
    const commands = [...(finding?.fix ?? "").matchAll(/kubectl ((?:label|annotate) crd .*?--overwrite)/g)];
    expect(commands).to.have.length(2);
    for (const [, command = ""] of commands) await kubectl(...command.split(" "));
    expect(await findings()).to.deep.equal([]);
    await kubectl("delete", "crd", "--selector=app.kubernetes.io/managed-by=Helm");
  });

  it("finds namespaces whose Pod Security level refuses the proxies", async () => {
    await kubectl("create", "namespace", "shop");
    await kubectl("label", "namespace", "shop", "pod-security.kubernetes.io/enforce=baseline");
    expect(await findings()).to.deep.equal([
      "error pod-security: The Pod Security level of shop (baseline) refuses pods with a proxy: their init container istio-init needs NET_ADMIN and NET_RAW.",
    ]);
    await kubectl("delete", "namespace", "shop");
  });

  it("finds volumes without a StorageClass", async () => {
    const wanting = (storageClass?: string) =>
      needs({
        volumes: [
          { owner: "Release monitoring/prometheus", ...(storageClass !== undefined && { storageClass }) },
        ],
      });
    expect(await findings(wanting())).to.deep.equal([]);
    await kubectl("delete", "storageclass", "standard");
    expect(await findings(wanting())).to.deep.equal([
      "error storage-class: Volumes of Release monitoring/prometheus need a default StorageClass, and there is none. The cluster has fast-ssd.",
    ]);
    expect(await findings(wanting("fast-ssd"))).to.deep.equal([]);
  });

  it("finds the rights that a user lacks, and says what it could not read", async () => {
    await kubectl("create", "clusterrolebinding", "viewers", "--clusterrole=view", "--user=jane");
    const seen = await findings(needs(), "jane");
    expect(seen).to.include(
      "error rights: The user of the kubeconfig lacks 2 of the rights that the run needs; in the cluster: create clusterroles.rbac.authorization.k8s.io; in istio-system: create secrets.",
    );
    expect(seen).to.include(
      "warning load-balancer: The check load-balancer is incomplete: the user may not list nodes.",
    );
    expect(seen).to.include(
      "warning helm-releases: The check helm-releases is incomplete: the user may not list secrets.",
    );
    await kubectl("delete", "clusterrolebinding", "viewers");
  });

  it("finds a version of Kubernetes that Istio doesn't support", async () => {
    const needed = needs();
    const real = await snapshot(needed);
    const judge = (...supported: string[]) =>
      kubernetesVersion(real, needed, () => supported).map(({ severity }) => severity);
    const [, minor = ""] = /^v1\.(\d+)/.exec(real.kubernetes) ?? [];
    expect(judge(`1.${minor}`)).to.deep.equal([]);
    expect(judge(`1.${Number(minor) + 1}`)).to.deep.equal(["error"]);
    expect(judge(`1.${Number(minor) - 1}`)).to.deep.equal(["warning"]);
  });
});
