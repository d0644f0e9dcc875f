import { globSync } from "node:fs";
import { argv, env } from "node:process";

// Files on the command line run alone. Mocha would add them to a configured `spec`, so it is set only without them.
const named = argv.slice(2).filter((argument) => /\.(test|exhaustive|sandbox|demand)\.ts$/.test(argument));

// `npm run test:sandbox` sets it. A pattern on the command line would have an order of its own.
const sandbox = env.MESHWRIGHT_TESTS === "sandbox";

// The longest files run first: one that comes last would keep one of two processes busy, and the other idle.
const long = [
  "tests/cli/faults.sandbox.ts",
  "tests/platforms/alfred.sandbox.ts",
  "tests/platforms/platforms.sandbox.ts",
  "tests/project.sandbox.ts",
  "tests/cli/largeUpdate.sandbox.ts",
  "tests/prove/prove.sandbox.ts",
  "tests/docs/generate.test.ts",
  "tests/platforms/addingAService.test.ts",
  "tests/policy-pack/platforms.test.ts",
  "tests/plugin/schema.test.ts",
  "tests/mesh/renderMesh.test.ts",
];
const unit = ["tests/**/*.test.ts", "policy-pack/tests/**/*.test.ts", "deployments/tests/**/*.test.ts"];
const all = globSync(sandbox ? ["tests/**/*.sandbox.ts"] : unit)
  .filter((file) => !file.includes("node_modules"))
  .sort();

export default {
  // Mocha would compare only the first 8 kB, and no large objects at all.
  "reporter-option": ["maxDiffSize=131072"],
  "node-option": ["no-experimental-strip-types"],
  require: ["ts-node/register"],
  spec:
    named.length > 0
      ? []
      : [...long.filter((file) => all.includes(file)), ...all.filter((file) => !long.includes(file))],
  timeout: sandbox || named.some((file) => file.endsWith(".sandbox.ts")) ? 600_000 : 60_000,
};
