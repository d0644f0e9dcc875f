import { catalogTypes } from "./catalogFields";
import type { DocumentedField } from "./declarations";
import { rendersTo } from "./fields/rendersTo";
import { typeSection } from "./typeSection";

/**
 * The reference of the catalog, from the types and docstrings that the editor shows: every field with its meaning,
 * default and link; and, from the renderers themselves, what it renders to.
 */
export function catalogReference(root: string): string {
  return [
    "# The catalog, field by field",
    "",
    "Generated from the types' docstrings. The [guide](guide/README.md) shows them in use; [checks](checks/README.md) lists",
    "what a catalog is held against. What a field renders to is found out, not written down: it is what changes in an",
    "example's objects when the field does. Names and numbers in it are [the example's](fields/example.ts).",
    "",
    ...catalogTypes(root).flatMap((type) => typeSection(type, rendering)),
  ].join("\n");
}

/** One line for all kinds of objects in which the same places change. */
function rendering({ name, holdsFields }: DocumentedField): string[] {
  const found = rendersTo(name);
  if (found === undefined) return holdsFields ? ["Renders to what its fields do."] : [];
  if ("nothing" in found) return [`Renders to nothing: ${found.nothing}.`];
  const lines = new Map<string, string[]>();
  for (const [kind, places] of found.changed) {
    const text = places.map((place) => (place === "" ? "the object itself" : `\`${place}\``)).join(", ");
    lines.set(text, [...(lines.get(text) ?? []), kind]);
  }
  return ["Renders to:", [...lines].map(([text, kinds]) => `- ${kinds.join(", ")}: ${text}`).join("\n")];
}
