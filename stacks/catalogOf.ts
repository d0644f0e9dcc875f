import type { MeshDefinition } from "../catalog";
import type { Platform } from "./platform";
import { platforms } from "./platforms";
import type { Settings } from "./settings";

/** A platform's catalog in a stack: with its options, and for the version of Istio that the stack installs. */
export function catalogOf(settings: Settings): MeshDefinition {
  const platform: Platform = platforms[settings.platform];
  return {
    ...platform.catalog(settings.environment, settings.options),
    istioVersion: settings.istioVersion,
    ...(settings.canary && { canaryIstioVersion: settings.canary.istioVersion }),
  };
}
