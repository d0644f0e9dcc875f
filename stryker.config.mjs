import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { argv } from "node:process";

// The runner asks mocha for files without their extension, which is .cjs since mocha 12. Its process imports this file.
const { extensions } = createRequire(import.meta.url);
extensions[".cjs"] ??= extensions[".js"];

// Stryker would start a new process for each mutant that also runs while files load. It switches such a mutant on only
// after they are loaded, so the process that has loaded them serves as well.
if (argv[1]?.endsWith("child-process-proxy-worker.js")) {
  const { MochaTestRunner } = await import("@stryker-mutator/mocha-runner");
  MochaTestRunner.prototype.capabilities = () => Promise.resolve({ reloadEnvironment: true });
}

// Each folder is held against its own tests: `npm run mutate -- "catalog/**/*.ts"`. Those of checks/ also show which
// values the catalog accepts and how it resolves them.
const folders = ["catalog", "checks", "mesh", "policy-pack"];
const named = argv[argv.indexOf("--mutate") + 1] ?? "";
const chosen = folders.filter((folder) => named.startsWith(folder));
const of = chosen.length === 0 ? folders : chosen[0] === "catalog" ? ["catalog", "checks"] : chosen;

// A process runs the compiled sources, which have no mutants.
const startsProcess = /from "(\.\.\/cli\/run|execa|node:child_process)"/;

// Whole meshes need seconds for each mutant. They run only for the source of the same name.
const long = [
  "tests/checks/{implausible,tenMistakes}.test.ts",
  "tests/mesh/{consistency,overrides,renderMesh}.test.ts",
].flatMap((pattern) => globSync(pattern));

// So do searches, of which their files' other tests are the examples.
const searches = [
  "find the same as trying all paths",
  "walk chains that are longer than the stack is deep",
  "leave no cycle where the calls",
  "never throws",
  "are found in random catalogs",
  "are known for every platform",
];

const sources = named.split(",").map((file) => path.basename(file, ".ts"));
const isOwn = (file) => sources.includes(path.basename(file, ".test.ts"));

// The tests of the source's own name run first, because they notice most mutants. The examples of all rules run last,
// because every rule judges every one of them.
const rank = (file) => (isOwn(file) ? 0 : file.endsWith("/rules.test.ts") ? 2 : 1);
const spec = of
  .flatMap((folder) =>
    globSync(folder === "policy-pack" ? "policy-pack/tests/**/*.test.ts" : `tests/${folder}/*.test.ts`),
  )
  .filter((file) => isOwn(file) || !long.includes(file))
  .filter((file) => !startsProcess.test(readFileSync(file, "utf8")))
  .sort((one, other) => rank(one) - rank(other));

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
  mochaOptions: {
    "no-config": true,
    require: ["ts-node/register/transpile-only"],
    spec,
    grep: `/^(?!.*(${searches.join("|")}))/`,
  },
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
