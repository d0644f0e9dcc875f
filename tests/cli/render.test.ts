import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parse, parseAllDocuments } from "yaml";
import { istioObjects } from "../../components";
import { planOf } from "../../program/plan";
import { readSettings } from "../../program/settings";
import { platformList } from "../../platforms";
import { renderMesh } from "../../mesh";
import { facts } from "../../policy-pack/facts";
import { inProcess } from "./inProcess";

const settings = readSettings(platformList, {
  get: (key) => ({ platform: "alfred", environment: "prod" })[key],
});

/** What the releases and gateways name and no file has. */
const secrets = `Secrets are not written. Create these as soon as their namespaces exist:
  monitoring/grafana-admin (admin-user, admin-password), made up once
    kubectl create secret generic grafana-admin -n monitoring --from-literal=admin-user=admin --from-literal=admin-password="$(openssl rand -hex 16)"
  monitoring/kiali-signing-key (key), made up once
    kubectl create secret generic kiali-signing-key -n monitoring --from-literal=key="$(openssl rand -hex 16)"
  alfred-platform/database-superuser (password), made up once
    kubectl create secret generic database-superuser -n alfred-platform --from-literal=password="$(openssl rand -hex 16)"
  istio-ingress/alfred-platform-cert (tls.crt, tls.key), a gateway's certificate
    kubectl create secret tls alfred-platform-cert -n istio-ingress --cert=tls.crt --key=tls.key`;

describe("cli/render", function () {
  this.timeout(120_000); // the first run compiles what it needs
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "render-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("writes a file per object and per Helm release, the same ones again, and nothing of an earlier run is left", async () => {
    const out = join(folder, "out");
    const plan = planOf(settings);
    const { addOns = [], watching = [] } = plan.observability?.plan ?? {};
    const objects = [...istioObjects(plan.controlPlane), ...renderMesh(plan.mesh), ...addOns, ...watching];
    const first = await inProcess(["render", "alfred", "--stack", "prod", "--out", out]);
    expect(first.exitCode, first.stderr).to.equal(0);
    const read = (): Map<string, string> =>
      new Map(
        readdirSync(out, { recursive: true, encoding: "utf8" })
          .filter((path) => path.endsWith(".yaml"))
          .sort()
          .map((path) => [path, readFileSync(join(out, path), "utf8")]),
      );
    const files = read();
    expect(first.stderr).to.equal(secrets);
    for (const object of objects) {
      const { kind, metadata } = object;
      const path = join(metadata.namespace ?? "cluster", `${kind.toLowerCase()}-${metadata.name}.yaml`);
      expect(parse(files.get(path) ?? ""), path).to.deep.equal(JSON.parse(JSON.stringify(object)));
    }
    expect([...files.keys()].filter((path) => path.includes("namespace-"))).to.deep.equal(
      ["alfred-platform", "istio-egress", "istio-ingress", "istio-system", "monitoring"].map((name) =>
        join("cluster", `namespace-${name}.yaml`),
      ),
    );
    expect([...files.keys()].filter((path) => path.startsWith("releases"))).to.deep.equal(
      [
        ...["grafana", "istio-base", "istio-egress", "istio-ingress", "istiod"],
        ...["jaeger", "kiali", "prometheus"],
      ].map((name) => join("releases", `${name}.yaml`)),
    );
    const istiod = parse(files.get(join("releases", "istiod.yaml")) ?? "") as Record<string, unknown>;
    expect(istiod).to.include({
      release: "istiod",
      chart: "istiod",
      version: facts.istio.version,
      repository: facts.istio.charts.repository,
      namespace: "istio-system",
    });
    expect(istiod.values).to.deep.include({ autoscaleMin: 3, autoscaleMax: 5 });
    expect(files.size).to.equal(objects.length + 8);

    const own = [...files][0] ?? ["", ""];
    writeFileSync(join(out, "old.yaml"), own[1]);
    writeFileSync(join(out, "mine.yaml"), "kept: true\n");
    await inProcess(["render", "alfred", "--stack", "prod", "--out", out]);
    expect([...read()].filter(([path]) => path !== "mine.yaml")).to.deep.equal([...files]);
    expect(read().get("mine.yaml")).to.equal("kept: true\n");

    writeFileSync(join(out, own[0]), "somebody: else\n");
    const refused = await inProcess(["render", "alfred", "--stack", "prod", "--out", out]);
    expect(refused.exitCode).to.equal(1);
    expect(refused.stderr).to.contain(`files of the same name that meshwright did not write: ${own[0]}`);
    expect(read().get(own[0])).to.equal("somebody: else\n");

    const file = join(out, own[0]);
    const told = await inProcess(["render", "alfred", "--stack", "prod", "--out", file]);
    expect(told.stderr).to.equal(
      `error: ${file} is a file, not a folder. Nothing was written.\nfix:   Name a folder.`,
    );
    expect(told.exitCode).to.equal(1);
  });

  it("tells of a platform's Secrets on stderr, beside its objects on stdout, and of none where there are none", async () => {
    const { stdout, stderr } = await inProcess(["render", "alfred", "--stack", "prod"]);
    expect(stderr).to.equal(secrets);
    const kinds = parseAllDocuments(stdout).map((document) => (document.toJS() as { kind?: string }).kind);
    expect(kinds).to.include.members(["PrometheusRule"]).and.not.include("Secret");
  });

  it("prints one YAML stream of a file's objects, and nothing but an error if it has any", async () => {
    writeFileSync(
      join(folder, "mesh.json"),
      JSON.stringify({
        name: "shop",
        services: { web: { ports: { http: { port: 80, protocol: "http" } } } },
      }),
    );
    const { stdout, stderr, exitCode } = await inProcess(["render", "mesh.json"], { cwd: folder });
    expect(exitCode).to.equal(0);
    expect(stderr).to.equal("");
    const kinds = parseAllDocuments(stdout).map((document) => (document.toJS() as { kind: string }).kind);
    expect(kinds).to.include.members(["Namespace", "PeerAuthentication", "DestinationRule"]);
    expect(kinds).to.deep.equal(kinds.toSorted());

    writeFileSync(
      join(folder, "bad.json"),
      JSON.stringify({ name: "shop", services: { web: { ports: { http: 80 } } } }),
    );
    const bad = await inProcess(["render", "bad.json"], { cwd: folder });
    expect(bad.stdout).to.equal("");
    expect(bad.stderr).to.match(
      /^error: bad\.json has 1 error, so it is not rendered\.\nMW\d+ services\.web\.ports/,
    );
    expect(bad.exitCode).to.equal(1);
  });
});
