import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { ICruiseResult, IForbiddenRuleType } from "dependency-cruiser";

/** The layers, in the order in which data flows through them. Imports point back. */
const layers = ["catalog", "checks", "mesh", "observability", "components", "program", "platforms"];
const upstreamOf = (layer: string): string[] =>
  layer === "catalog" ? [] : ["effect", ...layers.slice(0, layers.indexOf(layer))];
const entries = ["index.ts", "pulumi.ts"];

/**
 * What each folder and file of the root may import besides itself. Everything may import `policy-pack/facts`, the facts
 * from outside: plain data that imports nothing.
 */
const mayImport: Record<string, string[]> = {
  ...Object.fromEntries(layers.map((layer) => [layer, upstreamOf(layer)])),
  platforms: ["catalog", "components", "program"],
  stacks: ["platforms", "program"],
  "index.ts": upstreamOf("platforms"), // the package, for programs and command lines that render
  "pulumi.ts": ["components"], // the package's part that needs Pulumi
  plugin: ["pulumi.ts"],
  examples: entries, // as projects of users do
  templates: entries,
  errors: [],
  effect: [], // what objects mean, regardless of who rendered them
  toolchain: ["errors"],
  sandbox: ["errors", "toolchain"],
  prove: [...upstreamOf("observability"), "components", "errors", "toolchain", "sandbox"],
  deployments: [],
  // `audit` judges manifests by the pack's policies
  cli: [...upstreamOf("platforms"), "errors", "toolchain", "sandbox", "prove", "deployments", "policy-pack"],
  docs: [...layers, "effect", "cli", ...entries],
  bench: ["catalog", "checks", "effect", "mesh", "program", "cli", "toolchain", "sandbox", "prove", "tests"],
  "policy-pack": ["effect"], // compiled into the pack
};
const places = Object.keys(mayImport);
const facts = "policy-pack/facts";
const pure = ["effect", "catalog", "checks", "mesh", "observability"];

const rules: IForbiddenRuleType[] = [
  ...Object.entries(mayImport).map(([place, allowed]): IForbiddenRuleType => {
    const refused = [...places, "tests"].filter((other) => other !== place && !allowed.includes(other));
    return {
      name: `${place} imports only what lies upstream`,
      severity: "error",
      from: { path: `^${place}(/|$)` },
      to: { path: `^(${refused.join("|")})(/|$)`, pathNot: `^${facts}/` },
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
  {
    name: "proofs expect what the catalog says, not what is rendered",
    severity: "error",
    from: { path: "^prove/(questions|experiments)/|^prove/(admission|identities|question|tokens)\\.ts$" },
    to: { path: "^(checks|mesh|observability|components)/" },
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
    expect(await violations(places)).to.deep.equal([]);
  });

  it("are judged in every folder and file of the root", () => {
    const sources = globSync(["*.ts", "*/**/*.ts"], {
      exclude: (path) => /(^|\/)(node_modules|dist|tests|\.[^/]*)$/.test(path),
    });
    const found = new Set(sources.map((path) => path.split("/")[0]));
    expect([...found]).to.have.members(places);
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
