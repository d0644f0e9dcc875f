import { expect } from "chai";
import type { MeshDefinition } from "../../catalog";
import type { CheckedMesh } from "../../checks";
import { checkMesh, type Manifest, renderMesh } from "../../mesh";

/** A platform's catalog, which must be without any finding. */
export function meshOf(catalog: MeshDefinition): CheckedMesh {
  const { findings, mesh } = checkMesh(catalog);
  expect(findings).to.deep.equal([]);
  if (!mesh) throw new Error("a catalog without findings has a mesh");
  return mesh;
}

/** The objects of a platform's catalog, which must be without any finding. */
export function rendered(catalog: MeshDefinition): Manifest[] {
  return renderMesh(meshOf(catalog));
}

/** The one object of that kind, name and namespace. */
export function findIn(among: readonly Manifest[], kind: string, name: string, namespace: string): Manifest {
  const object = among.find(
    ({ kind: own, metadata }) => own === kind && metadata.name === name && metadata.namespace === namespace,
  );
  if (!object) throw new Error(`there is no ${kind} ${namespace}/${name}`);
  return object;
}
