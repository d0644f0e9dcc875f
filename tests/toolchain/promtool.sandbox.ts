import { expect } from "chai";
import { execa } from "execa";
import { ensureToolchain, programs } from "../../toolchain";

describe("promtool", () => {
  it("is built at its pin, and tells a rule that parses from one that doesn't", async () => {
    const promtool = (await ensureToolchain(["promtool"])).program("promtool");
    expect((await execa(promtool, ["--version"])).stdout).to.contain(`version ${programs.promtool.version} `);
    const rules = (expr: string): string =>
      JSON.stringify({ groups: [{ name: "test", rules: [{ record: "test:up", expr }] }] });
    const check = (expr: string) =>
      execa(promtool, ["check", "rules"], { input: rules(expr), reject: false, all: true });
    expect((await check("sum(up)")).all).to.contain("SUCCESS: 1 rules found");
    expect((await check("sum(up")).all).to.contain("unclosed left parenthesis");
  });
});
