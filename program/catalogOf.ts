import type { MeshDefinition } from "../catalog";
import type { Settings } from "./settings";

/** A platform's catalog in a stack: with its options, and for the version of Istio that the stack installs. */
export function catalogOf({
  platform,
  environment,
  options,
  istioVersion,
  canary,
}: Settings): MeshDefinition {
  return {
    ...platform.catalog(environment, options),
    istioVersion,
    ...(canary && { canaryIstioVersion: canary.istioVersion }),
  };
}
