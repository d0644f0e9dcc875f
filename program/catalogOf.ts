import type { MeshDefinition } from "../catalog";
import type { Settings } from "./settings";

/** Returns a platform's catalog for a stack: with the stack's options, and for the Istio version that it installs. */
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
