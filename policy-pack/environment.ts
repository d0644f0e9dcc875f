import type * as pulumi from "@pulumi/pulumi";
import type { Setting } from "./configuration";

/**
 * The purpose of a stack. `staging` has the rules of prod for replicas, users, egress and timeouts, and the rules of dev
 * for fault injection and trace sampling.
 */
export type Environment = "dev" | "staging" | "prod";

/** The setting of policies whose rules depend on the environment. */
export const environment = {
  type: "string",
  enum: ["stack", "dev", "staging", "prod"],
  description:
    "The environment whose rules apply: dev has the fewest rules, prod the most. staging has the rules of prod except for " +
    "fault injection and trace sampling. stack: the value of the stack's configuration meshwright:environment, by default prod.",
  default: "stack",
} satisfies Setting;

/** The environment whose rules apply: prod, unless the setting or the stack is `dev` or `staging`. */
export function environmentOf(setting: string): Environment {
  const said = setting === "stack" ? stackConfig().get("environment") : setting;
  return said === "dev" || said === "staging" ? said : "prod";
}

/** The stack's configuration. The SDK is loaded only for it: objects without a stack are judged without Pulumi. */
function stackConfig(): pulumi.Config {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import statement would always load the SDK
  const { Config } = require("@pulumi/pulumi") as typeof pulumi;
  return new Config("meshwright");
}
