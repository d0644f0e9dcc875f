import type { MeshDefinition } from "./mesh";
import type { Checked } from "./references";

/**
 * Declares a platform's catalog. A call to an undeclared service, port or version, and an unknown field, do not
 * compile. In plain JavaScript or JSON the checks report the same mistakes.
 *
 * @example
 * export const catalog = defineMesh({
 *   name: "shop",
 *   services: {
 *     web: { ports: { http: { port: 8080, protocol: "http" } }, calls: { api: { methods: ["GET"] } } },
 *     api: { ports: { http: { port: 8080, protocol: "http" } } },
 *   },
 * });
 */
export function defineMesh<const Definition extends MeshDefinition>(
  definition: Definition & Checked<Definition>,
): MeshDefinition {
  return definition;
}
