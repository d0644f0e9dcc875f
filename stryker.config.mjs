import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { argv } from "node:process";

// The runner asks mocha for files without their extension, which is .cjs since mocha 12. Its process imports this file.
const { extensions } = createRequire(import.meta.url);
extensions[".cjs"] ??= extensions[".js"];

// Each folder is held against its own tests: `npm run mutate -- "catalog/**/*.ts"`.
const folders = ["catalog", "checks", "mesh", "policy-pack"];
const named = argv[argv.indexOf("--mutate") + 1] ?? "";
const chosen = folders.filter((folder) => named.startsWith(folder));
const of = chosen.length > 0 ? chosen : folders;

// A process runs the compiled sources, which have no mutants.
const startsProcess = /from "(\.\.\/cli\/run|execa|node:child_process)"/;

// Searches and whole meshes need seconds for each mutant. They run only for the source of the same name.
const long = [
  "tests/checks/{callGraph,checkCatalog,implausible,overrideEffects,retriesMultiplied,tenMistakes}.test.ts",
  "tests/mesh/{consistency,overrides,renderMesh}.test.ts",
].flatMap((pattern) => globSync(pattern));

const sources = named.split(",").map((file) => path.basename(file, ".ts"));
const isOwn = (file) => sources.includes(path.basename(file, ".test.ts"));

// The tests of the source's own name run first, because they notice most mutants.
const spec = of
  .flatMap((folder) =>
    globSync(folder === "policy-pack" ? "policy-pack/tests/**/*.test.ts" : `tests/${folder}/*.test.ts`),
  )
  .filter((file) => isOwn(file) || !long.includes(file))
  .filter((file) => !startsProcess.test(readFileSync(file, "utf8")))
  .sort((one, other) => Number(isOwn(other)) - Number(isOwn(one)));

export default {
  mutate: [
    "{catalog,checks,mesh}/**/*.ts",
    "policy-pack/{policies,reading}/**/*.ts",
    "!**/*.gen.ts",
    "!**/generate.ts",
  ],
  testRunner: "mocha",
  testRunnerNodeArgs: ["--no-experimental-strip-types", "--import", import.meta.url],
  // Not the mutations of platforms in tests/checks/mutations: they would take half a minute for each mutant.
  mochaOptions: { "no-config": true, require: ["ts-node/register/transpile-only"], spec },
  coverageAnalysis: "perTest",
  // Values that are made while a file loads would need a new process for every mutant.
  ignoreStatic: true,
  concurrency: 1,
  reporters: ["clear-text"],
  clearTextReporter: { allowColor: false, reportTests: false, skipFull: true },
  // A folder that git, ESLint, Prettier and the compiler leave out.
  tempDirName: "dist/mutants",
  cleanTempDir: "always",
  ignorePatterns: ["dist", "deployments", "toolchain/modules"],
};
