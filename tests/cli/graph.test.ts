import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Graph } from "../../cli/graph/model";
import { inProcess } from "./inProcess";

describe("cli/graph", function () {
  this.timeout(60_000); // The first run compiles what it needs.
  const folder = mkdtempSync(join(tmpdir(), "graph-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("writes the page of a platform to a file", async () => {
    const out = join(folder, "graph.html");
    const { stdout, exitCode } = await inProcess(["graph", "alfred", "--stack", "prod", "--out", out]);
    expect([exitCode, stdout]).to.deep.equal([0, `11 nodes and 20 links written to ${out}`]);
    expect(readFileSync(out, "utf8")).to.match(/^<!doctype html>\n.*<svg data-view="all".*<\/html>\n$/s);
  });

  it("writes JSON, DOT and Mermaid, and marks what a catalog gains and loses", async () => {
    const catalog = (calls: object) => ({
      name: "shop",
      services: {
        web: { ports: { http: { port: 80, protocol: "http" } }, calls },
        cart: { ports: { http: { port: 80, protocol: "http" } } },
      },
    });
    const [now, base] = [join(folder, "now.json"), join(folder, "base.json")];
    writeFileSync(now, JSON.stringify(catalog({ cart: {} })));
    writeFileSync(base, JSON.stringify(catalog({})));
    const json = await inProcess(["graph", now, "--base", base, "--format", "json"]);
    const { links } = JSON.parse(json.stdout) as Graph;
    expect(links.map(({ from, to, change }) => [from, to, change])).to.deep.equal([
      ["service/shop/web", "service/shop/cart", "gained"],
    ]);
    expect((await inProcess(["graph", now, "--format", "dot"])).stdout).to.match(/^digraph \{\n/);
    expect((await inProcess(["graph", now, "--format", "mermaid"])).stdout).to.match(/^flowchart LR\n/);
  });

  it("refuses a catalog with errors, and an unknown format", async () => {
    const file = join(folder, "wrong.json");
    writeFileSync(file, JSON.stringify({ name: "shop", services: { web: { calls: { nothing: {} } } } }));
    const wrong = await inProcess(["graph", file]);
    expect([wrong.exitCode, wrong.stdout]).to.deep.equal([1, ""]);
    expect(wrong.stderr).to.match(/has \d errors?, so it is not rendered/);
    expect((await inProcess(["graph", file, "--format", "png"])).exitCode).to.equal(2);
  });
});
