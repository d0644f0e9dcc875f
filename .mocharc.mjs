import { argv } from "node:process";

// Files on the command line run alone. Mocha would add them to a configured `spec`, so it is set only without them.
const named = argv.slice(2).filter((argument) => /\.(test|sandbox|demand)\.ts$/.test(argument));

export default {
  "node-option": ["no-experimental-strip-types"],
  require: ["ts-node/register"],
  spec:
    named.length > 0
      ? []
      : ["tests/**/*.test.ts", "policy-pack/tests/**/*.test.ts", "deployments/tests/**/*.test.ts"],
  timeout: named.some((file) => file.endsWith(".sandbox.ts")) ? 600_000 : 60_000,
};
