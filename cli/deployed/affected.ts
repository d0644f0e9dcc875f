import type { Edge } from "../../catalog";

/** The calls and routes that a problem affects, as the end of its sentence. Empty if there is none. */
export function because(edges: readonly Edge[], what: string): string {
  const paths = [...new Set(edges.map(({ path }) => path))];
  if (paths.length === 0) return "";
  const shown = paths.slice(0, 5).join(", ");
  return `, ${what}: ${shown}${paths.length > 5 ? ` and ${paths.length - 5} more` : ""}`;
}
