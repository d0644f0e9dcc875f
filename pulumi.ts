/** `meshwright/pulumi`: the components, for a Pulumi program of one's own. They need Pulumi's SDKs. */
export { IstioControlPlane, istiodFor, MeshNamespace, Observability, ServiceMesh } from "./components";
export type {
  IstioCanaryArgs,
  IstioChartValues,
  IstioCniArgs,
  IstioControlPlaneArgs,
  IstioGatewayArgs,
  MeshNamespaceArgs,
  ServiceMeshArgs,
} from "./components";
export type * from "./components/observabilityArgs";
export type * from "./components/observabilityValues";
export type * from "./components/values";
