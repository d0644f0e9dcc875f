import { globSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { expect } from "chai";
import ts from "typescript";
import type { Report, Text } from "../../checks/rule";
import { formsOf, marked, together } from "./markedValues";
import { faultsOf } from "./wholeText";

const load = createRequire(__filename);
const checks = path.join(__dirname, "../../checks");

/** A function that builds the texts of a finding, with arguments of every form that its parameters have. */
interface Builder {
  readonly name: string;
  readonly first: readonly unknown[];
  /** The same arguments, one of which has another form. */
  readonly others: readonly (readonly unknown[])[];
}

/** The functions that checks export and that return a message and a fix, by file. */
const builders = buildersOf(globSync(`${checks}/{,rules/}*.ts`).sort());

function buildersOf(files: readonly string[]): Map<string, Builder[]> {
  const options: ts.CompilerOptions = {
    strict: true,
    skipLibCheck: true,
    types: [],
    lib: ["lib.es5.d.ts"],
    target: ts.ScriptTarget.ES2022,
  };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) =>
      text.startsWith(".") ? ts.resolveModuleName(text, from, options, host) : { resolvedModule: undefined },
    );
  const program = ts.createProgram(files, options, host);
  const checker = program.getTypeChecker();
  return new Map(
    files.map((file) => {
      const source = program.getSourceFile(file);
      const module = source && checker.getSymbolAtLocation(source);
      const exported = module ? checker.getExportsOfModule(module) : [];
      return [path.relative(checks, file), exported.flatMap((one) => builderOf(checker, one))];
    }),
  );
}

function builderOf(checker: ts.TypeChecker, exported: ts.Symbol): Builder[] {
  const [signature] = checker.getTypeOfSymbol(exported).getCallSignatures();
  if (!signature) return [];
  const returned = checker.getNonNullableType(signature.getReturnType());
  if (!["message", "fix"].every((field) => returned.getProperty(field))) return [];
  const forms = signature
    .getParameters()
    .map((one) => formsOf(checker, checker.getTypeOfSymbol(one), [one.name.replace(/^__/, "")]));
  return [{ name: exported.name, ...together(forms) }];
}

/** Functions that take a whole route, call or provider of the catalog, of which they state some values. */
const ofObjects = [
  "corsAllowsRoute.tokenNotAllowed",
  "preflightAnswered.preflightDenied",
  "providerReached.otherProtocol",
  "tokenForwarded.text",
  "tokenNotBypassed.methodsAdded",
  "tokenNotBypassed.tokenDodged",
];

/** Rounds a quotient, which is the same for many periods. */
const rounded = "livenessLater.text";

/** Values that are stated in other words. */
const inWords = new Map([["originatedFromPlain.text", "⟨protocol⟩"]]);

type Build = (...given: readonly unknown[]) => Text | Report;

function* faults(name: string, { first, others }: Builder, build: Build): Iterable<string> {
  const seen = new Set<string>();
  for (const given of [first, ...others]) {
    const { message, fix, path: at = "" } = { path: undefined, ...build(...given) };
    yield* [...faultsOf({ message, fix })];
    const all = [at, message, fix].join("\n");
    if (!ofObjects.includes(name)) {
      const values = JSON.stringify(given).match(marked) ?? [];
      const missing = values.filter((value) => !all.includes(value) && inWords.get(name) !== value);
      if (missing.length > 0) yield `lacks ${missing.join(", ")}: ${all}`;
      if (seen.has(all) && name !== rounded) yield `is the same for other values: ${all}`;
    }
    seen.add(all);
  }
}

describe("messages", () => {
  it("are exported by every rule", () => {
    const shared = ["rules/example.ts", "rules/timed.ts"];
    const without = [...builders].filter(([file, own]) => file.startsWith("rules/") && own.length === 0);
    expect(without.map(([file]) => file)).to.deep.equal(shared);
  });

  for (const [file, own] of builders) {
    if (own.length === 0) continue;
    it(`state every value, the problem and the fix in whole sentences: ${file}`, () => {
      const module = load(path.join(checks, file)) as Record<string, Build>;
      const found = own.flatMap((builder) => {
        const build = module[builder.name];
        const name = `${path.basename(file, ".ts")}.${builder.name}`;
        return build ? [...faults(name, builder, build)].map((fault) => `${name} ${fault}`) : [name];
      });
      expect(found).to.deep.equal([]);
    });
  }
});
