export { checkedMesh } from "./checkedMesh";
export { IstioControlPlane } from "./istioControlPlane";
export {
  istioChartRepository,
  type IstioControlPlaneArgs,
  type IstioGatewayArgs,
  type IstioRelease,
  istioReleases,
} from "./istioReleases";
export { MeshNamespace, type MeshNamespaceArgs } from "./meshNamespace";
export { runError } from "./runError";
export { ServiceMesh, type ServiceMeshArgs } from "./serviceMesh";
export type * from "./values";
