import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { policies } from "../policies";

const root = join(__dirname, "..");
const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");
const camelCase = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
  (path) => path.endsWith(".ts") && !/^(node_modules|dist|tests)\//.test(path),
);

describe("the pack", () => {
  it("registers every policy, under the name of its file", () => {
    const files = readdirSync(join(root, "policies")).filter((file) => file !== "index.ts");
    expect(policies.map(({ name }) => `${camelCase(name)}.ts`).sort()).to.deep.equal(files.sort());
  });

  it("enforces every policy, and lets each explain itself", () => {
    for (const policy of policies) {
      expect(policy.enforcementLevel, policy.name).to.equal("mandatory");
      expect(policy.severity, policy.name).to.be.oneOf(["low", "medium", "high", "critical"]);
      expect(policy.framework, policy.name).to.have.all.keys("name", "version", "reference", "specification");
      expect(policy.tags, policy.name).to.include("istio");
      expect(policy.url, policy.name).to.match(/^https:\/\/istio\.io\//);
      for (const text of [policy.displayName, policy.description, policy.remediationSteps]) {
        expect(text, policy.name).to.be.a("string").with.length.greaterThan(10);
      }
    }
  });

  it("documents every policy and setting with its default", () => {
    const rows = read("README.md")
      .split("\n")
      .filter((line) => line.startsWith("|"))
      .map((line) => line.split("|").map((cell) => cell.trim()));
    for (const { name, configSchema } of policies) {
      expect(
        rows.filter(([, policy]) => policy === `\`${name}\``),
        name,
      ).to.not.be.empty;
      for (const [setting, schema] of Object.entries(configSchema?.properties ?? {})) {
        expect(schema.description, `${name} ${setting}`).to.be.a("string").that.is.not.empty;
        const row = rows.find(([, , cell]) => cell === `\`${setting}\``);
        expect(row?.[3], `${name} ${setting}`).to.equal(`\`${JSON.stringify(schema.default)}\``);
      }
    }
  });

  it("tests every policy, also with unknown values", () => {
    for (const { name } of policies) {
      const test = read("tests", "policies", `${camelCase(name)}.test.ts`);
      expect(test, name)
        .to.include(`describe("${name}"`)
        .and.match(/it\(.*unknown values|describe\("with unknown values/);
    }
  });

  it("stands alone: imports nothing from outside but its dependencies", () => {
    const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
    for (const source of sources) {
      for (const [, specifier = ""] of read(source).matchAll(/from "([^"]+)"/g)) {
        const inside =
          specifier.startsWith(".") && join("/pack", source, "..", specifier).startsWith("/pack/");
        const dependency = Object.keys(dependencies).some((name) => `${specifier}/`.startsWith(`${name}/`));
        expect(inside || dependency, `${source} imports ${specifier}`).to.equal(true);
      }
    }
  });

  it("starts from index.ts alone, and publishes every source", () => {
    const { files } = JSON.parse(read("package.json")) as { files: string[] };
    for (const source of sources) {
      expect(read(source).includes("new PolicyPack("), source).to.equal(source === "index.ts");
      expect(files, source).to.include(source.split("/")[0]);
    }
  });
});
