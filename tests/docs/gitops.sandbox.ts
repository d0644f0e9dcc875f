import { chmodSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import selfsigned from "selfsigned";
import { parse, stringify } from "yaml";
import { analyze } from "../../cli/verify";
import type { Manifest } from "../../mesh";
import { startSandbox } from "../../sandbox";
import { istioCharts } from "../../toolchain/pins";
import { inProcess } from "../cli/inProcess";
import { type Harness, harness } from "../sandbox/harness";
import { expectLive } from "../platforms/live";
import { blocksOf } from "./markdown";

const root = join(__dirname, "..", "..");
const [, script = ""] = blocksOf(readFileSync(join(root, "docs", "gitops.md"), "utf8"))
  .filter(({ language }) => language === "sh")
  .map(({ text }) => text);
const placeOfSecrets = "# The first time: create the Secrets of step 2 here.\n";

/**
 * All of yq that the page asks for: one field of a file that `render` has written. It is asked hundreds of times, so it is
 * no program that takes time to start.
 */
const yq = `#!/bin/sh
exec awk -v "field=\${2#.}:" '
  index($0, field) == 1 { found = 1; rest = substr($0, length(field) + 2); gsub(/^"|"$/, "", rest); if (rest != "") print rest; next }
  /^[^ ]/ { found = 0 }
  found { print substr($0, 3) }
' "$3"
`;

/** A stack with a revision, so that there are tags, too. */
describe("docs/gitops on the sandbox: helm and kubectl alone", () => {
  let h: Harness;
  let state: string;
  let folder: string;
  let secrets: string[];
  const deploy = (): string => join(folder, "deploy");
  before(async () => {
    h = await harness();
    state = h.folder();
    folder = h.folder();
    const { chartRepository, istiod } = await startSandbox(h.options(state));
    const config = {
      "meshwright:environment": "prod",
      "meshwright:revision": "1-31",
      "meshwright:chartRepository": chartRepository,
      "meshwright:istioVersion": istioCharts.version,
      "meshwright:webhooks": istiod,
    };
    const main = join(root, "stacks", "index.ts");
    writeFileSync(join(folder, "Pulumi.yaml"), stringify({ name: "mesh", runtime: "nodejs", main }));
    writeFileSync(join(folder, "Pulumi.prod.yaml"), stringify({ config }));
    const rendered = await inProcess(["render", "alfred", "--stack", "prod", "--out", deploy()], {
      cwd: folder,
    });
    expect(rendered.exitCode, rendered.stderr).to.equal(0);
    secrets = [...rendered.stderr.matchAll(/^ +(kubectl create secret .*)$/gm)].map(([, line = ""]) => line);

    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin", "yq"), yq);
    chmodSync(join(folder, "bin", "yq"), 0o755);
    const made = await selfsigned.generate([{ name: "commonName", value: "alfred" }], {
      algorithm: "sha256",
    });
    writeFileSync(join(deploy(), "tls.crt"), made.cert);
    writeFileSync(join(deploy(), "tls.key"), made.private);
  });
  after(() => h.clean());

  const run = async (text: string): Promise<void> => {
    const programs = [join(folder, "bin"), dirname(h.toolchain.program("kubectl"))];
    const { exitCode, all } = await execa("sh", ["-c", text], {
      cwd: folder,
      env: {
        PATH: [...programs, process.env.PATH].join(delimiter),
        KUBECONFIG: join(state, "kubeconfig"),
        HELM_CACHE_HOME: join(folder, "helm"),
      },
      all: true,
      reject: false,
    });
    expect(exitCode, all).to.equal(0);
  };
  const filesOf = (pattern: string): unknown[] =>
    globSync(join(deploy(), pattern)).map((path) => parse(readFileSync(path, "utf8")) as unknown);
  const objects = (): Manifest[] =>
    (filesOf("*/*.yaml") as Partial<Manifest>[]).filter((one): one is Manifest => one.kind !== undefined);

  it("installs a platform from nothing, in the page's order, and the Secrets as render says", async () => {
    expect(script).to.contain(placeOfSecrets);
    expect(secrets).to.have.length(4);
    await run(script.replace(placeOfSecrets, `${secrets.join("\n")}\n`));
  });

  it("has every Helm release, and every object as rendered", async () => {
    const { stdout } = await execa(h.toolchain.program("helm"), ["list", "-A", "-o", "json"], {
      env: { KUBECONFIG: join(state, "kubeconfig") },
    });
    const deployed = (JSON.parse(stdout) as Record<"name" | "namespace" | "status" | "chart", string>[]).map(
      ({ name, namespace, status, chart }) => `${namespace}/${name} ${chart} ${status}`,
    );
    const releases = filesOf("releases/*.yaml") as Record<
      "release" | "namespace" | "chart" | "version",
      string
    >[];
    expect(releases).to.have.length(8);
    expect(deployed).to.have.members(
      releases.map(
        ({ release, namespace, chart, version }) => `${namespace}/${release} ${chart}-${version} deployed`,
      ),
    );
    const all = objects();
    expect(new Set(all.map(({ kind }) => kind))).to.include.members([
      ...["Namespace", "MutatingWebhookConfiguration", "PrometheusRule", "Deployment"],
    ]);
    await expectLive(h, state, all);
  });

  it("gives istioctl analyze nothing to complain about", async () => {
    const messages = await analyze(h.toolchain.program("istioctl"), join(state, "kubeconfig"));
    expect(messages.filter(({ level }) => level !== "Info")).to.deep.equal([]);
  });

  it("changes nothing and restarts nothing the second time", async () => {
    const kinds =
      "deployments,statefulsets,virtualservices,authorizationpolicies,mutatingwebhookconfigurations";
    const columns = "custom-columns=:kind,:metadata.namespace,:metadata.name,:metadata.generation";
    const generations = (): Promise<string> => h.kubectl(state, ["get", kinds, "-A", "-o", columns]);
    // A new autoscaler first reads its Deployment after 15 seconds, and then raises it to the minimum of replicas.
    const scaled = [
      "--for=condition=AbleToScale",
      "horizontalpodautoscalers",
      "--all",
      "-A",
      "--timeout=60s",
    ];
    await h.kubectl(state, ["wait", ...scaled]);
    const before = await generations();
    expect(before).to.match(/Deployment +istio-system +istiod-1-31 +\d/);
    await run(script);
    expect(await generations()).to.equal(before);
  });
});
