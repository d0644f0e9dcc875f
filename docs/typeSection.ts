import type { DocumentedField, DocumentedType } from "./declarations";

/**
 * A type's section of a page: its meaning, and each of its fields.
 *
 * @param more further paragraphs for a field. Default: none.
 */
export function typeSection(
  { name, description, parents, alias, fields }: DocumentedType,
  more: (field: DocumentedField) => string[] = () => [],
): string[] {
  return [
    `## ${name}`,
    ...description,
    ...(alias === undefined ? [] : [`\`\`\`ts\ntype ${name} = ${alias};\n\`\`\``]),
    ...(parents.length > 0 ? [`Has the fields of ${parents.join(", ")}, and:`] : []),
    ...fields.flatMap((field) => [
      `### ${field.name}`,
      typeLine(field),
      ...field.description,
      ...more(field),
    ]),
  ].flatMap((paragraph) => [paragraph, ""]);
}

/** The type, which leads to its section, or is followed by links to the sections of the types that it names. */
function typeLine({ type, typeLinks, required }: DocumentedField): string {
  const [link = "", ...others] = typeLinks;
  const isAlone = link.startsWith(`[${type}]`) && others.length === 0;
  const shown = isAlone ? link.replace(type, `\`${type}\``) : `\`${type}\``;
  const more = typeLinks.length > 0 && !isAlone ? ` (see ${typeLinks.join(", ")})` : "";
  return `${shown}${required ? ", required" : ""}${more}`;
}
