import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect } from "chai";
import { checkMesh, type Manifest, renderMesh } from "../mesh";
import { commandsIn, isCommand } from "./docs/commands";
import { problemsOf } from "./docs/compile";
import { blocksOf } from "./docs/markdown";

const root = join(__dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = (language: string): string[] =>
  blocksOf(readme)
    .filter((block) => block.language === language)
    .map(({ text }) => text);

describe("README", () => {
  const [catalog = "", program = ""] = blocks("ts");
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(root, "tests", "readme-"));
    const imports = (text: string): string => text.replaceAll('"meshwright"', JSON.stringify("../../index"));
    writeFileSync(join(folder, "catalog.ts"), imports(catalog));
    writeFileSync(join(folder, "program.ts"), imports(program));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("has examples that compile", function () {
    this.timeout(120_000); // the compiler reads all of Pulumi's types
    expect(problemsOf(["catalog.ts", "program.ts"].map((name) => join(folder, name)))).to.deep.equal([]);
  });

  it("has a catalog without findings, which renders to what the text says", () => {
    const example = createRequire(__filename)(join(folder, "catalog.ts")) as { catalog: unknown };
    const { findings, mesh } = checkMesh(example.catalog);
    expect(findings).to.deep.equal([]);
    if (mesh === undefined) throw new Error("unreachable: there are no findings");
    const find = (kind: string, name: string): Manifest | undefined =>
      renderMesh(mesh).find((one) => one.kind === kind && one.metadata.name === name);
    expect(find("AuthorizationPolicy", "cart")?.spec).to.deep.equal({
      action: "ALLOW",
      selector: { matchLabels: { app: "cart" } },
      rules: [
        {
          from: [{ source: { principals: ["cluster.local/ns/shop/sa/web"] } }],
          to: [{ operation: { methods: ["GET", "POST"], paths: ["/items", "/items/*"], ports: ["8081"] } }],
        },
      ],
    });
    expect(find("DestinationRule", "cart")?.spec).to.containSubset({
      subsets: [{ name: "v1" }, { name: "v2" }],
    });
    expect(find("VirtualService", "cart")?.spec).to.containSubset({
      http: [{ route: [{ weight: 90 }, { weight: 10 }] }],
    });
    expect(find("Sidecar", "web")?.spec).to.containSubset({
      egress: [{ hosts: ["shop/cart.shop.svc.cluster.local"] }],
    });
  });

  it("names only commands that there are", () => {
    const shell = [
      ...blocks("sh"),
      ...[...readme.matchAll(/`([^`\n]+)`/g)].map(([, text = ""]) => text),
    ].join("\n");
    const targets = new Set(
      [...readFileSync(join(root, "Makefile"), "utf8").matchAll(/^([a-z-]+):/gm)].map(([, name]) => name),
    );
    const made = [...shell.matchAll(/\bmake ([a-z-]+)/g)].map(([, name]) => name);
    expect(made).to.include.members(["up", "test", "down"]);
    for (const name of made) expect(targets.has(name), `make ${name ?? ""}`).to.equal(true);

    expect(commandsIn(shell)).to.have.length.greaterThan(0);
    expect(commandsIn(shell).filter((words) => !isCommand(words))).to.deep.equal([]);
  });
});
