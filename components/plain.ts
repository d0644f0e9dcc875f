/**
 * The contents of the components, as plain data. No file here loads Pulumi's SDKs, which `meshwright render` doesn't
 * need.
 */
export { apart } from "./apart";
export { gatewayPorts } from "./gatewayPorts";
export { checkedMesh, findingLine } from "./checkedMesh";
export { contradictions } from "./contradictions";
export { releaseInputs, type ReleaseSpec } from "./releaseSpec";
export { type IstioCniArgs, kubernetesPlatforms } from "./istioCni";
export { istiodFor, istiodValues } from "./istiodFor";
export { istioObjects } from "./istioObjects";
export {
  type IstioCanaryArgs,
  type IstioChartValues,
  defaultNamespace,
  istioChartRepository,
  type IstioControlPlaneArgs,
  type IstioGatewayArgs,
  istioReleases,
} from "./istioReleases";
export type { MeshNamespaceArgs } from "./namespaceObject";
export type * from "./observabilityArgs";
export { type ObservabilityPlan, observabilityPlan } from "./observabilityPlan";
export { addOnCharts } from "./observabilityReleases";
export type * from "./observabilityValues";
export { withPlan } from "./planned";
export { isRunError, RunError, runError } from "./runError";
export { type ServiceMeshArgs, type ServiceMeshPlan, serviceMeshPlan } from "./serviceMeshPlan";
export { withoutSkipAwait } from "./skipAwait";
export type * from "./values";
