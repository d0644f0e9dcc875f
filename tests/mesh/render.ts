import type { MeshDefinition } from "../../catalog";
import { checkMesh, type Manifest, renderMesh } from "../../mesh";

/** Findings about a whole call graph, which random calls cause, and advice about tokens and failover. */
const ofShape = ["MW111", "MW315", "MW318", "MW319", "MW322", "MW364", "MW403", "MW404", "MW405", "MW510"];

/** The objects of a catalog that must have no finding but for the shape of its calls. */
export function render(definition: MeshDefinition): Manifest[] {
  const { findings, mesh } = checkMesh(definition);
  const others = findings.filter(({ code }) => !ofShape.includes(code));
  if (!mesh || others.length > 0) throw new Error(JSON.stringify(others, null, 2));
  return renderMesh(mesh);
}

/** The only object of a kind and name. */
export function find(objects: readonly Manifest[], kind: string, name: string, namespace?: string): Manifest {
  const found = objects.filter(
    (object) =>
      object.kind === kind &&
      object.metadata.name === name &&
      (namespace === undefined || object.metadata.namespace === namespace),
  );
  const [object] = found;
  if (!object || found.length > 1) throw new Error(`there are ${found.length} objects ${kind} ${name}`);
  return object;
}

/** Labels and annotation that every object of the mesh `shop` has, and its namespace. */
export function metadata(
  name: string,
  from: string,
  labels: Record<string, string> = {},
): Manifest["metadata"] {
  return {
    name,
    namespace: "shop",
    labels: { "app.kubernetes.io/managed-by": "meshwright", "app.kubernetes.io/part-of": "shop", ...labels },
    annotations: { "meshwright.dev/from": from },
  };
}

export const http = { port: 8080, protocol: "http" } as const;
export const tcp = { port: 5432, protocol: "tcp" } as const;
