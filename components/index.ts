export { apart } from "./apart";
export { checkedMesh } from "./checkedMesh";
export type { ReleaseSpec } from "./helmRelease";
export { type IstioCniArgs, kubernetesPlatforms } from "./istioCni";
export { IstioControlPlane } from "./istioControlPlane";
export { istioObjects } from "./istioObjects";
export {
  type IstioCanaryArgs,
  type IstioChartValues,
  istioChartRepository,
  type IstioControlPlaneArgs,
  type IstioGatewayArgs,
  istioReleases,
} from "./istioReleases";
export { istiodFor } from "./istiodFor";
export { MeshNamespace, type MeshNamespaceArgs } from "./meshNamespace";
export { Observability } from "./observability";
export type * from "./observabilityArgs";
export { type ObservabilityPlan, observabilityPlan } from "./observabilityPlan";
export { addOnCharts } from "./observabilityReleases";
export type * from "./observabilityValues";
export { runError } from "./runError";
export { ServiceMesh, type ServiceMeshArgs } from "./serviceMesh";
export type * from "./values";
