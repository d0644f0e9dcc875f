export { fromAnnotation, type MeshObject, type ObjectMetadata } from "./object";
export { renderMesh } from "./renderMesh";
