import type { MeshDefinition } from "../catalog";
import type { Settings } from "./settings";

/**
 * Returns a platform's catalog for a stack: with the stack's options, and for the Istio version that it installs. Where
 * another stack installs the control plane, the catalog leaves the telemetry of the gateways to that stack's catalog,
 * unless it says otherwise. Istio applies only one of several Telemetry objects that select a pod.
 */
export function catalogOf({
  platform,
  environment,
  options,
  istioVersion,
  canary,
  controlPlane,
}: Settings): MeshDefinition {
  const catalog = platform.catalog(environment, options);
  return {
    ...catalog,
    ...(controlPlane === "installed" &&
      catalog.telemetry && { telemetry: { gateways: false, ...catalog.telemetry } }),
    istioVersion,
    ...(canary && { canaryIstioVersion: canary.istioVersion }),
  };
}
