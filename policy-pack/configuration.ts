import type { PolicyConfigSchema } from "@pulumi/policy";
import type { PolicyConfigJSONSchema } from "@pulumi/policy/schema";
import { DURATION } from "./reading/duration";

/** One setting of a policy: its JSON schema, with the default. */
export type Setting = PolicyConfigJSONSchema & {
  description: string;
  default: number | string | number[] | string[] | object[];
};

/** The values of a policy's settings. */
export type Settings<S extends Record<string, Setting>> = { [K in keyof S]: Widened<S[K]["default"]> };

type Widened<T> = T extends number ? number : T extends object ? T : string;

/** The setting of all policies that distinguish hosts of the mesh from external hosts. */
export const meshDomains = {
  type: "array",
  items: { type: "string" },
  description:
    "Domains whose hosts belong to the mesh: the cluster's domain, and domains of ServiceEntries with location MESH_INTERNAL. " +
    "Short names and names ending in .svc always belong to the mesh.",
  default: ["svc.cluster.local"] as string[],
} satisfies Setting;

/** A setting that is an integer of at least 1. */
export function limit(value: number, description: string) {
  return { type: "integer", minimum: 1, default: value, description } satisfies Setting;
}

/** A setting that is a duration, such as `30s`. */
export function duration(value: string, description: string) {
  return { type: "string", pattern: DURATION, default: value, description } satisfies Setting;
}

/** A setting that is a list of texts. */
export function words(value: string[], description: string) {
  return { type: "array", items: { type: "string" }, default: value, description } satisfies Setting;
}

/** The schema with which the engine validates a policy's configuration. */
export function schemaOf(settings: Record<string, Setting>): PolicyConfigSchema {
  return { properties: settings };
}

/**
 * Returns the configuration with defaults. The engine fills them in too, but not every way of running a pack does.
 * @param own the policy's own settings
 * @param shared the settings that all policies share
 * @throws Error with the name of each unknown setting, which the engine accepts silently
 */
export function configured<O extends Record<string, Setting>, S extends Record<string, Setting>>(
  policy: string,
  own: O,
  shared: S,
  given: Record<string, unknown>,
): Settings<O> & Settings<S> {
  const settings = { ...own, ...shared };
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(settings, name));
  if (unknown.length > 0) {
    throw new Error(
      `Policy ${policy} has no setting ${unknown.join(", ")}. Its settings are ${Object.keys(settings).sort().join(", ")}. ` +
        `Correct the policy pack's configuration.`,
    );
  }
  const defaults = Object.entries(settings).map(([name, setting]) => [name, setting.default]);
  return { ...(Object.fromEntries(defaults) as Settings<O> & Settings<S>), ...given };
}
