export * from "./plain";
export { IstioControlPlane } from "./istioControlPlane";
export { MeshNamespace, type MeshNamespaceArgs } from "./meshNamespace";
export { Observability } from "./observability";
export { ServiceMesh } from "./serviceMesh";
