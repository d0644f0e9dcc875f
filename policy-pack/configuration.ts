import type { PolicyConfigSchema } from "@pulumi/policy";
import type { PolicyConfigJSONSchema } from "@pulumi/policy/schema";
import { DURATION } from "./reading/duration";

/** One setting of a policy: its JSON schema, with the default that holds when an organization sets nothing. */
export type Setting = PolicyConfigJSONSchema & {
  description: string;
  default: number | string | number[] | string[] | object[];
};

/** The values of a policy's settings. */
export type Settings<S extends Record<string, Setting>> = { [K in keyof S]: Widened<S[K]["default"]> };

type Widened<T> = T extends number ? number : T extends object ? T : string;

/** Shared by all policies that tell hosts of the mesh from hosts of the outside world. */
export const meshDomains = {
  type: "array",
  items: { type: "string" },
  description:
    "Domains whose hosts belong to the mesh: the cluster's domain, and domains of ServiceEntries with location " +
    "MESH_INTERNAL. Short names and names ending in .svc always belong to it.",
  default: ["svc.cluster.local"] as string[],
} satisfies Setting;

/** A setting that is a whole number from 1. */
export function limit(value: number, description: string) {
  return { type: "integer", minimum: 1, default: value, description } satisfies Setting;
}

/** A setting that is a duration, such as `30s`. */
export function duration(value: string, description: string) {
  return { type: "string", pattern: DURATION, default: value, description } satisfies Setting;
}

/** A setting that is a list of words. */
export function words(value: string[], description: string) {
  return { type: "array", items: { type: "string" }, default: value, description } satisfies Setting;
}

/** The schema that the engine validates a policy's configuration with. */
export function schemaOf(settings: Record<string, Setting>): PolicyConfigSchema {
  return { properties: settings };
}

/**
 * The configuration with defaults filled in. The engine does the same, but not every way of running a pack does.
 * @param own the policy's own settings
 * @param shared the settings that it shares with all others
 * @throws Error naming each property that is no setting: the engine accepts them, and a misspelt limit limits nothing
 */
export function configured<O extends Record<string, Setting>, S extends Record<string, Setting>>(
  policy: string,
  own: O,
  shared: S,
  given: Record<string, unknown>,
): Settings<O> & Settings<S> {
  const settings = { ...own, ...shared };
  const strangers = Object.keys(given).filter((name) => !Object.hasOwn(settings, name));
  if (strangers.length > 0) {
    throw new Error(
      `Policy ${policy} has no setting ${strangers.join(", ")}. Its settings are ${Object.keys(settings).sort().join(", ")}: ` +
        `correct the policy pack's configuration.`,
    );
  }
  const defaults = Object.entries(settings).map(([name, setting]) => [name, setting.default]);
  return { ...(Object.fromEntries(defaults) as Settings<O> & Settings<S>), ...given };
}
