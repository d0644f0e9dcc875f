/**
 * The package's public face: the catalog, its checks, the objects it renders to, and the program that deploys it. Nothing
 * here loads Pulumi's SDKs until the program runs; the components are in `meshwright/pulumi`.
 */
export type * from "./catalog";
export { defaultIstioVersion, defineMesh, environments, formatDuration, parseDuration } from "./catalog";
export { findingText, rules } from "./checks";
export type { CheckedMesh, CheckResult, Finding, Rule, Severity } from "./checks";
export { istioObjects, istioReleases, observabilityPlan } from "./components/plain";
export type {
  IstioControlPlaneArgs,
  ObservabilityArgs,
  ObservabilityPlan,
  ReleaseSpec,
} from "./components/plain";
export { checkMesh, renderMesh } from "./mesh";
export type { Manifest, ObjectMetadata } from "./mesh";
export { deploy, type Program } from "./program/deploy";
export { definePlatform } from "./program/platform";
export type {
  OptionsSchema,
  Platform,
  PlatformControlPlane,
  PlatformDefinition,
  PlatformObservability,
} from "./program/platform";
