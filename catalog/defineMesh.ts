import type { MeshDefinition } from "./mesh";
import type { Checked } from "./references";

/**
 * Declares a platform's catalog. A call to a service that isn't in it, a port or version that isn't declared
 * and a misspelt field do not compile; written in plain JavaScript or JSON they are findings of the checks.
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
