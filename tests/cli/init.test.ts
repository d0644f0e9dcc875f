import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { programs } from "../../toolchain/pins";
import { inProcess } from "./inProcess";

const root = join(__dirname, "..", "..");
const readJson = (path: string): Record<string, Record<string, string>> =>
  JSON.parse(readFileSync(path, "utf8")) as Record<string, Record<string, string>>;

describe("cli/init", function () {
  this.timeout(60_000); // the first run compiles what it needs
  let parent: string;
  before(() => {
    // Beside node_modules, where the project's packages are.
    parent = mkdtempSync(join(__dirname, "init-"));
  });
  after(() => {
    rmSync(parent, { recursive: true });
  });

  it("writes a project that has no findings, renders all of a stack and names its Secrets", async () => {
    const folder = join(parent, "bookshop");
    const made = await inProcess(["init", folder]);
    expect(made.exitCode, made.stderr).to.equal(0);
    for (const file of [
      ".gitignore",
      ".gitlab-ci.yml",
      ".github/workflows/mesh.yml",
      "deployments/stacks.ts",
    ]) {
      expect(existsSync(join(folder, file)), file).to.equal(true);
    }
    const texts = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => /\.(ts|json|yaml|yml|md)$/.test(path))
      .map((path) => readFileSync(join(folder, path), "utf8"));
    expect(texts.filter((text) => text.includes("my-mesh"))).to.deep.equal([]);
    expect(parse(readFileSync(join(folder, "Pulumi.yaml"), "utf8"))).to.include({ name: "bookshop" });

    for (const stack of ["dev", "prod", "local"]) {
      const { stdout, stderr } = await inProcess(["check", "--stack", stack], { cwd: folder });
      expect(stdout, stderr).to.equal("bookshop: no findings");
    }
    const rendered = await inProcess(["render", "--stack", "prod", "--out", "deploy"], { cwd: folder });
    expect(rendered.exitCode, rendered.stderr).to.equal(0);
    const files = readdirSync(join(folder, "deploy"), { recursive: true, encoding: "utf8" });
    expect(files).to.include.members([
      "releases/istiod.yaml",
      "releases/grafana.yaml",
      "bookshop/deployment-web.yaml",
      "bookshop/authorizationpolicy-api.yaml",
      "cluster/namespace-bookshop.yaml",
    ]);
    expect(files.some((path) => path.includes("prometheusrule-"))).to.equal(true);
    expect(rendered.stderr).to.contain("istio-ingress/bookshop-cert");
    expect(readFileSync(join(folder, "deploy", "bookshop", "gateway-bookshop.yaml"), "utf8")).to.contain(
      "bookshop.example.com",
    );
  });

  it("takes packages as the sandbox's providers and this package's peers are", () => {
    const { dependencies = {} } = readJson(join(root, "templates", "project", "package.json"));
    const { peerDependencies = {}, version } = readJson(join(root, "package.json"));
    const pack = readJson(join(root, "policy-pack", "package.json"));
    expect(dependencies).to.include({
      "@pulumi/kubernetes": programs["pulumi-resource-kubernetes"].version,
      "@pulumi/random": programs["pulumi-resource-random"].version,
      meshwright: version,
      "@meshwright/policy-pack": pack.version,
    });
    for (const [name, range] of Object.entries(peerDependencies)) {
      expect(dependencies[name]?.replace("^", ""), name).to.equal(range.replace("^", ""));
    }
  });

  it("keeps the packages that are installed in the folder", async () => {
    const folder = join(parent, "installed");
    mkdirSync(join(folder, "node_modules"), { recursive: true });
    const meshwrightPath = "file:../meshwright-0.1.0.tgz";
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({ dependencies: { meshwright: meshwrightPath, left: "1.0.0" } }),
    );
    const { exitCode, stderr } = await inProcess(["init", "--name", "shop"], { cwd: folder });
    expect(exitCode, stderr).to.equal(0);
    const { dependencies, scripts } = readJson(join(folder, "package.json"));
    expect(dependencies).to.include({
      meshwright: meshwrightPath,
      left: "1.0.0",
      "@pulumi/pulumi": "3.270.0",
    });
    expect(scripts).to.include({ up: "meshwright up" });
  });

  it("writes nothing into a folder that is not empty, nor under a name that no namespace has", async () => {
    const folder = join(parent, "taken");
    mkdirSync(folder);
    writeFileSync(join(folder, "notes.txt"), "");
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "taken", dependencies: {} }));
    const taken = await inProcess(["init", folder]);
    expect(taken.stderr).to.match(/^error: .*taken is not empty: it has notes\.txt, package\.json\. Nothing/);
    expect(taken.exitCode).to.equal(1);
    expect(readdirSync(folder)).to.have.members(["notes.txt", "package.json"]);

    const wrong = await inProcess(["init", join(parent, "Web_Shop")]);
    expect(wrong.stderr).to.contain("\"Web_Shop\" can't be a project's name");
    expect(wrong.exitCode).to.equal(2);
    expect(existsSync(join(parent, "Web_Shop"))).to.equal(false);
  });
});
