import { join } from "node:path";
import type { Manifest } from "../mesh";
import { toYaml } from "../mesh/toYaml";

/** The first line of every file that `render --out` writes, by which a later run recognizes it. */
export const renderedMark = "# Rendered by meshwright; change the catalog instead.\n";

/** Path of an object's file below the folder of `render --out`. */
export function renderedPath({ kind, metadata: { name, namespace } }: Manifest): string {
  return join(namespace ?? "cluster", `${kind.toLowerCase()}-${name}.yaml`);
}

/** Content of a file that `render --out` writes. */
export function renderedText(content: unknown): string {
  return renderedMark + toYaml(content);
}
