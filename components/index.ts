export {
  IstioControlPlane,
  type IstioControlPlaneArgs,
  type IstioGatewayArgs,
  istioChartRepository,
} from "./istioControlPlane";
export { MeshNamespace, type MeshNamespaceArgs } from "./meshNamespace";
export { runError } from "./runError";
export { ServiceMesh, type ServiceMeshArgs } from "./serviceMesh";
export type * from "./values";
