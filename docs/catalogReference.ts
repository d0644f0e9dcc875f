import { catalogTypes } from "./catalogFields";
import type { DocumentedField } from "./declarations";
import { rendersTo } from "./fields/rendersTo";
import { typeSection } from "./typeSection";

/**
 * The catalog reference. It contains every field with its meaning, default and link, from the docstrings that the
 * editor shows. The renderers tell what the field renders to.
 */
export function catalogReference(root: string): string {
  return [
    "# The catalog, field by field",
    "",
    "Generated from the types' docstrings. The [guide](guide/README.md) shows the fields in use, and the",
    '[checks](checks/README.md) verify them. "Renders to" is generated, too: it lists what changes in the objects of an',
    "[example](fields/example.ts) when the field changes. Names and numbers are the example's.",
    "",
    ...catalogTypes(root).flatMap((type) => typeSection(type, rendering)),
  ].join("\n");
}

/** One line for all kinds of objects in which the same fields change. */
function rendering({ name, holdsFields }: DocumentedField): string[] {
  const found = rendersTo(name);
  if (found === undefined) return holdsFields ? ["Renders to: see its fields."] : [];
  if ("nothing" in found) return [`Renders to nothing: ${found.nothing}.`];
  const lines = new Map<string, string[]>();
  for (const [kind, places] of found.changed) {
    const text = places.map((place) => (place === "" ? "the object itself" : `\`${place}\``)).join(", ");
    lines.set(text, [...(lines.get(text) ?? []), kind]);
  }
  return ["Renders to:", [...lines].map(([text, kinds]) => `- ${kinds.join(", ")}: ${text}`).join("\n")];
}
