import type { Environment, MeshDefinition } from "../../../catalog";
import { type PlatformName, platformNames, platforms } from "../../../platforms";
import type { Platform } from "../../../program/platform";

/** Options that bring up what the platforms don't have by default. */
const rollouts: readonly [PlatformName, Environment, Record<string, unknown>][] = [
  ["alfred", "dev", { faultInjection: true }],
  ["autolytiq", "prod", { canary: { "deal-service": 10 }, mirror: { "user-service": 5 } }],
  ["autolytiq", "prod", { permissive: true }],
  ["voicecore", "prod", { canaryWeight: 10 }],
];

export interface PlatformCatalog {
  readonly platform: PlatformName;
  /** Of which stack of it. */
  readonly title: string;
  readonly catalog: MeshDefinition;
}

/** The catalogs of all platforms, in production, in development and with what their options bring up. */
export const catalogs: readonly PlatformCatalog[] = [
  ...platformNames.flatMap((platform) =>
    (["prod", "dev"] as const).map((environment) => catalogOf(platform, environment, {})),
  ),
  ...rollouts.map((rollout) => catalogOf(...rollout)),
];

function catalogOf(
  name: PlatformName,
  environment: Environment,
  options: Record<string, unknown>,
): PlatformCatalog {
  const platform: Platform = platforms[name];
  const title = [name, "in", environment, ...Object.keys(options)].join(" ");
  return { platform: name, title, catalog: platform.catalog(environment, options) };
}
