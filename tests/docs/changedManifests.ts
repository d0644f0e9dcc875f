import { stringify } from "yaml";
import { type ChangedCase, changedCatalog } from "../../docs/parity/changed";
import { checkMesh, type Manifest, mergePatch, renderMesh } from "../../mesh";

let manifests: readonly Manifest[] | undefined;

/** The manifests of the catalog that the cases change. */
export function renderedManifests(): readonly Manifest[] {
  if (manifests) return manifests;
  const { mesh } = checkMesh(changedCatalog);
  if (!mesh) throw new Error("the catalog has errors");
  return (manifests = renderMesh(mesh));
}

/** The manifests with the object of a case changed, as YAML. Throws if there is no such object. */
export function changedYaml({
  kind,
  name,
  patch,
  added,
  given = [],
}: Pick<ChangedCase, "kind" | "name" | "patch" | "added" | "given">): string {
  if (added) return yamlOf([...renderedManifests(), ...given, ...added]);
  const isChanged = ({ kind: other, metadata }: Manifest): boolean =>
    other === kind && [metadata.namespace, metadata.name].filter(Boolean).join("/") === name;
  const all = [...renderedManifests(), ...(given as Manifest[])];
  if (!all.some(isChanged)) throw new Error(`there is no ${kind} ${name}`);
  return yamlOf(all.map((one) => (isChanged(one) ? (mergePatch(one, patch) as object) : one)));
}

export function yamlOf(objects: readonly object[]): string {
  return objects.map((one) => stringify(one, { compat: "yaml-1.1" })).join("---\n");
}
