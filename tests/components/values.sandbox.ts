import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import ts from "typescript";
import { parse } from "yaml";
import { harness, type Harness } from "../sandbox/harness";

const source = join(__dirname, "..", "..", "components", "values.ts");

/** The paths of all values that an interface of `components/values.ts` names, such as `global.proxy.resources`. */
function typedPaths(name: string): string[] {
  const program = ts.createProgram([source], { strict: true, skipLibCheck: true });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(source);
  const found = file?.statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === name);
  if (found === undefined) throw new Error(`${source} has no interface ${name}`);
  const walk = (type: ts.Type): string[] =>
    checker.getPropertiesOfType(checker.getNonNullableType(type)).flatMap((property) => {
      const inner = checker.getNonNullableType(checker.getTypeOfSymbol(property));
      const declared = inner.getSymbol()?.declarations?.[0];
      const own =
        declared !== undefined && ts.isInterfaceDeclaration(declared) && declared.getSourceFile() === file;
      return own && declared.name.text !== "ResourceValues"
        ? walk(inner).map((path) => `${property.name}.${path}`)
        : [property.name];
    });
  return walk(checker.getTypeAtLocation(found));
}

describe("components/values", () => {
  let h: Harness;
  before(async () => {
    h = await harness();
  });

  for (const [name, chart] of [
    ["BaseValues", "base"],
    ["IstiodValues", "istiod"],
    ["GatewayValues", "gateway"],
  ] as const) {
    it(`${name} names only values that the chart ${chart} has`, async () => {
      const archive = join(h.toolchain.charts, `${chart}-1.31.0.tgz`);
      const { stdout } = await execa(h.toolchain.program("helm"), ["show", "values", archive]);
      const { _internal_defaults_do_not_set: inner, ...outer } = parse(stdout) as Record<string, object>;
      const values: unknown = { ...outer, ...inner };
      // Some that a template reads are missing from values.yaml.
      const { stdout: templates } = await execa("tar", ["-xzOf", archive, "--wildcards", "*/templates/*"]);
      const missing = typedPaths(name).filter((path) => {
        if (new RegExp(`\\.Values\\.${path.replaceAll(".", "\\.")}\\b`).test(templates)) return false;
        let value = values;
        for (const key of path.split(".")) {
          if (typeof value !== "object" || value === null || !(key in value)) return true;
          value = (value as Record<string, unknown>)[key];
        }
        return false;
      });
      expect(missing).to.deep.equal([]);
      expect(typedPaths(name).length).to.be.greaterThan(1);
    });
  }
});
