import { globSync } from "node:fs";
import { argv } from "node:process";

// Files on the command line run alone. Mocha would add them to a configured `spec`, so it is set only without them.
const named = argv.slice(2).filter((argument) => /\.(test|exhaustive|sandbox|demand)\.ts$/.test(argument));

// Files that take seconds run first: one that comes last would keep one of two processes busy, and the other idle.
const long = [
  "tests/docs/generate.test.ts",
  "tests/platforms/addingAService.test.ts",
  "tests/policy-pack/platforms.test.ts",
  "tests/plugin/schema.test.ts",
  "tests/mesh/renderMesh.test.ts",
];
const all = globSync([
  "tests/**/*.test.ts",
  "policy-pack/tests/**/*.test.ts",
  "deployments/tests/**/*.test.ts",
])
  .filter((file) => !file.includes("node_modules"))
  .sort();

export default {
  "node-option": ["no-experimental-strip-types"],
  require: ["ts-node/register"],
  spec:
    named.length > 0
      ? []
      : [...all.filter((file) => long.includes(file)), ...all.filter((file) => !long.includes(file))],
  timeout: named.some((file) => file.endsWith(".sandbox.ts")) ? 600_000 : 60_000,
};
