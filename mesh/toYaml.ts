import { Document, visit } from "yaml";

/**
 * Returns plain data as YAML that parsers of YAML 1.1 and 1.2 read alike. kubectl, Helm, istioctl and Pulumi read
 * `off`, `y`, `0123` and `1:30` as a boolean or a number unless they are quoted.
 *
 * @see https://yaml.org/type/
 */
export function toYaml(content: unknown): string {
  const document = new Document(content, { aliasDuplicateObjects: false, compat: "yaml-1.1" });
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === "string" && isOdd(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** Go's parser ignores underscores anywhere in a number, in its exponent too. `=` is a type of YAML 1.1. */
function isOdd(text: string): boolean {
  return text === "=" || /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(text.replaceAll("_", ""));
}
