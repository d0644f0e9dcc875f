export * from "./plain";
export { IstioControlPlane, withoutGateways } from "./istioControlPlane";
export { MeshNamespace } from "./meshNamespace";
export { Observability } from "./observability";
export { ServiceMesh } from "./serviceMesh";
