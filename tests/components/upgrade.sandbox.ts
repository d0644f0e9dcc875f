import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { parseAllDocuments } from "yaml";
import { type LocalPulumi, localPulumi, localStack } from "../../cli/pulumi";
import type { IstioControlPlaneArgs } from "../../components";
import { revisionTag } from "../../components/revisionTag";
import { type IstiodWebhooks, sandboxStatus, type SandboxStatus, startSandbox } from "../../sandbox";
import { analyze } from "../../cli/verify";
import { istioCharts } from "../../toolchain/pins";
import { type Harness, harness } from "../sandbox/harness";
import { until } from "../sandbox/until";

const repository = join(__dirname, "..", "..");
// Both revisions are of the version that there are charts of; what moves from one to the other is the same.
const { version } = istioCharts;

describe("an upgrade of the control plane on the sandbox", () => {
  let h: Harness;
  let status: SandboxStatus;
  let project: string;
  let pulumi: LocalPulumi;

  before(async () => {
    h = await harness();
    status = await startSandbox(h.options(h.folder()));
    project = mkdtempSync(join(tmpdir(), "upgrade-"));
    symlinkSync(join(repository, "node_modules"), join(project, "node_modules"));
    writeFileSync(join(project, "Pulumi.yaml"), "name: upgrade\nruntime: nodejs\nmain: index.js\n");
    writeFileSync(
      join(project, "index.js"),
      `const { IstioControlPlane } = require(${JSON.stringify(join(repository, "dist", "pulumi"))});
new IstioControlPlane("istio", require("./args.json"));
`,
    );
    pulumi = await localPulumi(h.toolchain, status, project);
  });
  after(async () => {
    await rm(project, { recursive: true, force: true });
    await h.clean();
  });

  const kubectl = (...args: string[]): Promise<string> => h.kubectl(status.state, args);
  const outside = (webhooks: IstiodWebhooks | undefined) => {
    if (webhooks === undefined) throw new Error("the sandbox has no webhooks for this revision");
    const base = { validationURL: webhooks.validationURL };
    return { base, istiodRemote: { injectionURL: webhooks.injectionURL } };
  };
  interface Istiod {
    readonly version: string;
    readonly revision?: string;
    readonly istiod: ReturnType<typeof outside>;
  }
  const first = (): Istiod => ({ version, istiod: outside(status.istiod) });
  const second = (): Istiod => ({ version, revision: "second", istiod: outside(status.canary) });
  const third = (): Istiod => ({ version, revision: "third", istiod: outside(status.istiod) });
  const args = (own: Istiod, canary?: Istiod): IstioControlPlaneArgs => ({
    ...own,
    repository: status.chartRepository ?? "",
    ...(own.revision !== undefined && { revisionTags: ["default"] }),
    base: { base: own.istiod.base, defaultRevision: own.revision ?? "default" },
    gateways: [{ name: "istio-ingress", values: { autoscaling: { enabled: false } } }],
    ...(canary && { canary }),
  });
  /** Brings the stack to these arguments, and returns how many resources were created, changed, replaced and deleted. */
  const up = async (wanted: IstioControlPlaneArgs): Promise<Record<string, number>> => {
    writeFileSync(join(project, "args.json"), JSON.stringify(wanted));
    const { program, options, configFile } = pulumi;
    const target = ["--stack", localStack, "--config-file", configFile, "--non-interactive", "--yes"];
    const { exitCode, all } = await execa(program, ["up", "--skip-preview", ...target], {
      ...options,
      reject: false,
      all: true,
    });
    expect(exitCode, all).to.equal(0);
    const changes = all.matchAll(/^ +(?:\+|-|~|\+-|-\+) (\d+) (created|deleted|updated|replaced)/gm);
    return Object.fromEntries(
      [...changes].map(([, count, what = ""]): [string, number] => [what, Number(count)]),
    );
  };
  const istiods = async (): Promise<string[]> =>
    (await sandboxStatus(status.state)).processes
      .filter(({ name, status: now }) => name.startsWith("istiod") && now === "running")
      .map(({ name }) => name)
      .sort();
  const injectedBy = (namespace: string): Promise<string> =>
    kubectl(
      ...["get", "pods", "--namespace", namespace, "--output"],
      "jsonpath={.items[*].metadata.annotations.istio\\.io/rev}",
    );
  const restart = async (): Promise<void> => {
    await kubectl("rollout", "restart", "deployment/web", "--namespace=shop");
    await kubectl("rollout", "status", "deployment/web", "--namespace=shop", "--timeout=90s");
    await until("one pod", async () => !(await injectedBy("shop")).includes(" "));
  };
  const complaints = async (): Promise<unknown> =>
    (await analyze(h.toolchain.program("istioctl"), status.kubeconfig)).filter(
      ({ level }) => level !== "Info",
    );

  it("makes a tag as Istio's chart does", async () => {
    const archive = join(h.toolchain.charts, `istiod-${version}.tgz`);
    for (const tag of ["default", "prod"]) {
      const values = ["--set", `revision=second,revisionTags={${tag}}`, "--namespace", "istio-system"];
      const template = ["template", "istiod-second", archive, ...values];
      const show = ["--show-only", "templates/revision-tags-mwc.yaml"];
      const { stdout } = await execa(h.toolchain.program("helm"), [...template, ...show]);
      const [document] = parseAllDocuments(stdout).map((one) => one.toJS() as Record<string, unknown>);
      const own = revisionTag(tag, { revision: "second", namespace: "istio-system" });
      expect(own.webhooks, tag).to.deep.equal(document?.webhooks);
      const { name, labels } = document?.metadata as typeof own.metadata;
      expect(own.metadata.name).to.equal(name);
      const meaning = ["app", "istio.io/rev", "istio.io/tag"] as const;
      for (const label of meaning) expect(labels?.[label]).to.equal(own.metadata.labels?.[label]);
    }
  });

  it("begins with one istiod without a revision", async () => {
    await up(args(first()));
    await kubectl("create", "namespace", "shop");
    await kubectl("label", "namespace", "shop", "istio-injection=enabled");
    await kubectl("create", "deployment", "web", "--image=web:1", "--namespace=shop");
    await kubectl("rollout", "status", "deployment/web", "--namespace=shop", "--timeout=90s");
    expect(await injectedBy("shop")).to.equal("default");
    expect(await injectedBy("istio-ingress")).to.equal("default");
    expect(await complaints()).to.deep.equal([]);
  });

  it("installs the next istiod beside it, with no proxies yet", async () => {
    expect(await up(args(first(), second()))).to.deep.equal({ created: 1 });
    expect(await istiods()).to.deep.equal(["istiod", "istiod-second"]);
    await restart();
    expect(await injectedBy("shop")).to.equal("default");
  });

  it("lets the next one take over by a tag, and keeps the first one for its proxies", async () => {
    const changes = await up(args(second(), first()));
    expect(changes).to.not.have.any.keys("deleted", "replaced");
    expect(await istiods()).to.deep.equal(["istiod", "istiod-second"]);
    expect(await injectedBy("shop")).to.equal("default");
    await restart();
    expect(await injectedBy("shop")).to.equal("second");
    await until("gateway", async () => (await injectedBy("istio-ingress")) === "second");
    expect(await complaints()).to.deep.equal([]);
  });

  it("changes nothing the second time, though istiod has filled in the tag's CA", async () => {
    expect(await up(args(second(), first()))).to.deep.equal({});
    const tag = ["get", "mutatingwebhookconfiguration", "istio-revision-tag-default", "--output=json"];
    const { webhooks } = JSON.parse(await kubectl(...tag)) as {
      webhooks: { clientConfig: { caBundle?: string } }[];
    };
    expect(webhooks).to.have.length(4);
    for (const { clientConfig } of webhooks) {
      expect(clientConfig.caBundle).to.be.a("string").that.is.not.empty;
    }
  });

  it("goes back, and forth again", async () => {
    await up(args(first(), second()));
    await restart();
    expect(await injectedBy("shop")).to.equal("default");
    await up(args(second(), first()));
    await restart();
    expect(await injectedBy("shop")).to.equal("second");
  });

  it("ends with the next one alone", async () => {
    expect(await up(args(second()))).to.deep.equal({ deleted: 1 });
    await until("the first one has ended", async () => (await istiods()).join() === "istiod-second");
    await restart();
    expect(await injectedBy("shop")).to.equal("second");
    expect(await complaints()).to.deep.equal([]);
  });

  it("moves the tag in place from one revision to another", async () => {
    expect(await up(args(second(), third()))).to.deep.equal({ created: 1 });
    const changes = await up(args(third(), second()));
    expect(changes).to.not.have.any.keys("created", "deleted", "replaced");
    expect(await injectedBy("shop")).to.equal("second");
    await restart();
    expect(await injectedBy("shop")).to.equal("third");
    expect(await up(args(third()))).to.deep.equal({ deleted: 1 });
    await until("the second one has ended", async () => (await istiods()).join() === "istiod-third");
    expect(await complaints()).to.deep.equal([]);
  });
});
