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
      `\`${field.type}\`${field.required ? ", required" : ""}`,
      ...field.description,
      ...more(field),
    ]),
  ].flatMap((paragraph) => [paragraph, ""]);
}
