import { join } from "node:path";
import ts from "typescript";

/**
 * The reference of the catalog, from the types and docstrings that the editor shows: every interface that can be
 * reached from `MeshDefinition`, and every field with its meaning, default and link.
 */
export function catalogReference(root: string): string {
  const entry = join(root, "catalog", "mesh.ts");
  const program = ts.createProgram([entry], { strict: true, skipLibCheck: true, noLib: true, types: [] });
  program.getTypeChecker(); // links the nodes to their files
  const declarations = new Map<string, ts.InterfaceDeclaration | ts.TypeAliasDeclaration>();
  for (const file of program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.startsWith(join(root, "catalog")))) {
    for (const one of file.statements) {
      if (ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one))
        declarations.set(one.name.text, one);
    }
  }
  const reached: string[] = [];
  const visit = (name: string): void => {
    const found = declarations.get(name);
    if (found === undefined || reached.includes(name)) return;
    reached.push(name);
    const walk = (node: ts.Node): void => {
      if (ts.isTypeReferenceNode(node)) visit(node.typeName.getText());
      if (ts.isExpressionWithTypeArguments(node)) visit(node.expression.getText());
      ts.forEachChild(node, walk);
    };
    ts.forEachChild(found, walk);
  };
  visit("MeshDefinition");

  const sections = reached.flatMap((name) => {
    const found = declarations.get(name);
    return found === undefined ? [] : [section(name, found)];
  });
  return [
    "# The catalog, field by field",
    "",
    "Generated from the types' docstrings. The [guide](guide/README.md) shows them in use, with what they render to;",
    "[checks](checks/README.md) lists what a catalog is held against.",
    "",
    ...sections,
  ].join("\n");
}

function section(name: string, declaration: ts.InterfaceDeclaration | ts.TypeAliasDeclaration): string {
  const lines = [`## ${name}`, "", ...paragraph(declaration)];
  if (ts.isTypeAliasDeclaration(declaration)) {
    return [...lines, "```ts", `type ${name} = ${declaration.type.getText()};`, "```", ""].join("\n");
  }
  const parents =
    declaration.heritageClauses?.flatMap(({ types }) => types.map((type) => type.getText())) ?? [];
  if (parents.length > 0) lines.push(`Has the fields of ${parents.join(", ")}, and:`, "");
  for (const member of declaration.members) {
    if (!ts.isPropertySignature(member)) continue;
    const type = member.type?.getText().replaceAll(/\s+/g, " ") ?? "";
    const optional = member.questionToken === undefined ? ", required" : "";
    lines.push(
      `### ${name}.${member.name.getText()}`,
      "",
      `\`${type}\`${optional}`,
      "",
      ...paragraph(member),
    );
  }
  return lines.join("\n");
}

/** The docstring as Markdown: text first, then the pages it refers to. */
function paragraph(node: ts.Node): string[] {
  const docs = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const text = docs.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? "").join("\n");
  const links = docs.flatMap(({ tags = [] }) =>
    tags
      .filter(({ tagName }) => tagName.text === "see")
      // A URL's scheme is parsed as a name, apart from the rest.
      .map((tag) => /https?:\/\/\S+/.exec(tag.getText())?.[0] ?? ""),
  );
  const parts = [text, ...links.map((link) => `See <${link}>.`)].filter(
    (part) => part !== "" && part !== "See <>.",
  );
  return parts.flatMap((part) => [part, ""]);
}
