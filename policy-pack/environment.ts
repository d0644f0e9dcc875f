import { Config } from "@pulumi/pulumi";
import type { Setting } from "./configuration";

/**
 * What a stack is for. `staging` is built like prod (replicas, users, egress, timeouts), so that what passes there passes
 * in prod, and tried out like dev (faults, every trace).
 */
export type Environment = "dev" | "staging" | "prod";

/** The setting of policies that ask more of some environments than of others. */
export const environment = {
  type: "string",
  enum: ["stack", "dev", "staging", "prod"],
  description:
    "dev asks least, prod most; staging is built like prod, and tried out like dev. stack: as the stack's configuration " +
    "meshwright:environment says, and prod if it says nothing.",
  default: "stack",
} satisfies Setting;

/** The environment whose rules hold: prod's, unless something says `dev` or `staging`. */
export function environmentOf(setting: string): Environment {
  const said = setting === "stack" ? new Config("meshwright").get("environment") : setting;
  return said === "dev" || said === "staging" ? said : "prod";
}
