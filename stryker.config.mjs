import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { argv } from "node:process";

// The runner asks mocha for files without their extension, which is .cjs since mocha 12. Its process imports this file.
const { extensions } = createRequire(import.meta.url);
extensions[".cjs"] ??= extensions[".js"];

// Each folder is held against its own tests: `npm run mutate -- --mutate "catalog/**/*.ts"`.
const folders = ["catalog", "checks", "mesh", "policy-pack"];
const named = argv[argv.indexOf("--mutate") + 1] ?? "";
const chosen = folders.filter((folder) => named.startsWith(folder));
const of = chosen.length > 0 ? chosen : folders;

// A process runs the compiled sources, which have no mutants.
const startsProcess = /from "(\.\.\/cli\/run|execa|node:child_process)"/;

export default {
  mutate: [
    "{catalog,checks,mesh}/**/*.ts",
    "policy-pack/{policies,reading}/**/*.ts",
    "!**/*.gen.ts",
    "!**/generate.ts",
  ],
  testRunner: "mocha",
  testRunnerNodeArgs: ["--no-experimental-strip-types", "--import", import.meta.url],
  mochaOptions: {
    "no-config": true,
    require: ["ts-node/register/transpile-only"],
    // Not the mutations of platforms in tests/checks/mutations: they would take half a minute for each mutant.
    spec: of
      .flatMap((folder) =>
        globSync(folder === "policy-pack" ? "policy-pack/tests/**/*.test.ts" : `tests/${folder}/*.test.ts`),
      )
      .filter((file) => !startsProcess.test(readFileSync(file, "utf8"))),
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
