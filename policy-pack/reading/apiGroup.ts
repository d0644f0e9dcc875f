import type { KubernetesResource } from "./resource";

/** The group of a kind or a part of the API, also of a patch, which may have it in its name only. */
export function definedGroup({ name = "", fields }: KubernetesResource): string {
  const group = fields.at("spec", "group").peek;
  return typeof group === "string" ? group : name.replace(/^[^.]*\./, "");
}

/** Whether a group of the API has objects that configure the mesh. */
export function isOfMesh(group: string): boolean {
  return /(^|\.)(istio\.io|gateway\.networking\.k8s\.io)$/.test(group);
}
