import { Config } from "@pulumi/pulumi";
import type { Setting } from "./configuration";

/** The setting of policies that ask more of production than of development. */
export const environment = {
  type: "string",
  enum: ["stack", "dev", "prod"],
  description:
    "dev asks less than prod. stack: as the stack's configuration meshwright:environment says, and prod if it says nothing.",
  default: "stack",
} satisfies Setting;

/** Whether the stack is held to the rules of production, which is so unless something says `dev`. */
export function isProduction(setting: string): boolean {
  return (setting === "stack" ? new Config("meshwright").get("environment") : setting) !== "dev";
}
