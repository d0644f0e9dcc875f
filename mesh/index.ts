export { checkMesh } from "./checkMesh";
export {
  type Injection,
  injection,
  type InjectionSubject,
  type InjectionWebhook,
  injectionWebhooks,
} from "./injection";
export {
  adoptedAnnotation,
  fromAnnotation,
  inOrder,
  metadata,
  type Manifest,
  type ObjectMetadata,
} from "./object";
export { mergePatch } from "./overrides";
export { renderMesh } from "./renderMesh";
