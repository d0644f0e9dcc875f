import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment, MeshDefinition } from "../../catalog";
import { IstioControlPlane, type IstioControlPlaneArgs, Observability, ServiceMesh } from "../../components";
import type { Resource } from "../../policy-pack/tests/engine";
import { observabilityName, planOf } from "../../program/plan";
import type { PlatformName } from "../../platforms";
import { readSettings } from "../../program/settings";
import { platformList } from "../../platforms";
import { everything } from "../components/observabilityArgs";
import { registrations } from "../components/registrations";

/** Settings by policy, as `--policy-pack-config` takes them. */
export type Configuration = Record<string, Record<string, unknown>>;

export const read = (...path: string[]): Configuration =>
  JSON.parse(readFileSync(join(__dirname, "..", "..", ...path), "utf8")) as Configuration;
export const preset = (environment: Environment): Configuration =>
  read("policy-pack", "presets", `${environment}.json`);

/** The preset with an organization's own settings on top, as `jq -s '.[0] * .[1]'` merges them. */
export const onTop = (base: Configuration, own: Configuration): Configuration => ({
  ...base,
  ...Object.fromEntries(
    Object.entries(own).map(([name, settings]) => [name, { ...base[name], ...settings }]),
  ),
});

/** What the program registers for a platform with default options: the mesh, and what watches it. */
export async function resourcesOf(
  platform: PlatformName,
  environment: Environment,
  edit?: (catalog: MeshDefinition) => MeshDefinition,
  ofControlPlane?: Partial<IstioControlPlaneArgs>,
): Promise<Resource[]> {
  const stack: Record<string, string> = { platform, environment };
  const { name, catalog, controlPlane, observability } = planOf(
    readSettings(platformList, { get: (key) => stack[key] }),
  );
  const key = `${platform} ${environment}`;
  return [
    ...(await registered(ofControlPlane ? undefined : `${key} control plane`, () => {
      new IstioControlPlane("istio", { ...controlPlane, ...ofControlPlane });
    })),
    ...(await registered(edit ? undefined : `${key} mesh`, () => {
      new ServiceMesh(name, { catalog: edit ? edit(catalog) : catalog });
    })),
    ...(await registered(`${key} observability`, () => {
      if (observability) new Observability(observabilityName, observability.args);
    })),
  ];
}

const kept = new Map<string, readonly Resource[]>();

/** @param key what is registered once for all tests of a process. Undefined: nothing is kept. */
async function registered(key: string | undefined, program: () => void): Promise<readonly Resource[]> {
  const known = key === undefined ? undefined : kept.get(key);
  if (known) return known;
  const seen = await registrations(program);
  const resources = seen.map(({ type, name, inputs }) => ({ type, name, props: inputs }));
  if (key !== undefined) kept.set(key, resources);
  return resources;
}

/** What a program registers where everything is asked of what watches a mesh: hosts, a collector, a store, mirrors. */
export async function everythingWatched(): Promise<Resource[]> {
  const { args } = everything();
  const { controlPlane } = planOf(
    readSettings(platformList, { get: (key) => ({ platform: "alfred", environment: "prod" })[key] }),
  );
  const watched = await registered(undefined, () => {
    new IstioControlPlane("istio", controlPlane);
    new Observability(observabilityName, args);
  });
  return [...watched];
}

/** The preset of an environment, with a platform's own settings on top if it has any. */
export function configurationOf(platform: PlatformName, environment: Environment): Configuration {
  const own = ["platforms", platform, `policy.${environment}.json`];
  const exists = existsSync(join(__dirname, "..", "..", ...own));
  return exists ? onTop(preset(environment), read(...own)) : preset(environment);
}
