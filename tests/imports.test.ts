import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { ICruiseResult, IForbiddenRuleType } from "dependency-cruiser";

/**
 * What each layer may import besides itself. Data flows from left to right, imports point back. Every layer may import
 * `policy-pack/facts`, the facts from outside: plain data that imports nothing.
 */
const mayImport: Record<string, string[]> = {
  catalog: [],
  checks: ["catalog"],
  mesh: ["catalog", "checks"],
  observability: ["catalog", "checks", "mesh"],
  components: ["catalog", "checks", "mesh", "observability"],
  plugin: [],
  program: ["catalog", "checks", "mesh", "observability", "components"],
  platforms: ["catalog", "components", "program"],
  stacks: ["platforms", "program"],
  errors: [],
  toolchain: ["errors"],
  sandbox: ["errors", "toolchain"],
  deployments: [],
  cli: [
    "catalog",
    "checks",
    "mesh",
    "observability",
    "components",
    "program",
    "errors",
    "toolchain",
    "sandbox",
    "deployments",
  ],
  "policy-pack": [],
};
const layers = Object.keys(mayImport);
const facts = "policy-pack/facts";
const pure = ["catalog", "checks", "mesh", "observability"];

const rules: IForbiddenRuleType[] = [
  ...Object.entries(mayImport).map(([layer, allowed]): IForbiddenRuleType => {
    const refused = layers.filter((other) => other !== layer && !allowed.includes(other));
    return {
      name: `${layer} imports only what lies upstream`,
      severity: "error",
      from: { path: `^${layer}/` },
      to: { path: `^(${refused.join("|")}|tests)/`, pathNot: `^${facts}/` },
    };
  }),
  {
    name: "the facts import nothing",
    severity: "error",
    from: { path: `^${facts}/` },
    to: { pathNot: `^${facts}/` },
  },
  {
    name: "pure layers know nothing of Pulumi, files or processes",
    severity: "error",
    from: { path: `^(${pure.join("|")})/`, pathNot: "/generate\\.ts$" },
    to: { path: "@pulumi/|^node:|^(fs|child_process|os|net|http|path)(/|$)" },
  },
  { name: "no cycles", severity: "error", from: {}, to: { circular: true } },
];

async function violations(folders: string[], baseDir = process.cwd()): Promise<string[]> {
  const { cruise } = await import("dependency-cruiser"); // it can't be required
  const { output } = await cruise(folders, {
    baseDir,
    ruleSet: { forbidden: rules },
    validate: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "dist/|(policy-pack|deployments)/node_modules" },
    tsPreCompilationDeps: true,
  });
  return (output as ICruiseResult).summary.violations.map(
    ({ rule, from, to }) => `${from} → ${to}: ${rule.name}`,
  );
}

describe("imports", () => {
  it("point only upstream", async () => {
    expect(await violations(layers)).to.deep.equal([]);
  });

  it("are refused when they point downstream, or from a pure layer to the outside", async () => {
    const folder = mkdtempSync(join(tmpdir(), "imports-"));
    try {
      for (const layer of ["catalog", "mesh"]) mkdirSync(join(folder, layer));
      writeFileSync(join(folder, "mesh", "b.ts"), 'import "node:fs";\nexport const b = 1;\n');
      writeFileSync(join(folder, "catalog", "a.ts"), 'import { b } from "../mesh/b";\nexport const a = b;\n');
      expect(await violations(["catalog", "mesh"], folder)).to.have.members([
        "catalog/a.ts → mesh/b.ts: catalog imports only what lies upstream",
        "mesh/b.ts → fs: pure layers know nothing of Pulumi, files or processes",
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
