import { join } from "node:path";
import ts from "typescript";
import {
  type DocumentedField,
  documentedType,
  type DocumentedType,
  type Link,
  sourceOf,
  type Source,
  type TypeDeclaration,
} from "./declarations";

/** Every field that can be reached from `MeshDefinition`. */
export function catalogFields(root: string): DocumentedField[] {
  return catalogTypes(root).flatMap(({ fields }) => fields);
}

/** Every type that can be reached from `MeshDefinition`, in reading order. */
export function catalogTypes(root: string, source: Source = sourceOf(root)): DocumentedType[] {
  const declarations = declarationsIn(root, source);
  const reached = new Map<string, TypeDeclaration>();
  const visit = (name: string): void => {
    const found = declarations.get(name);
    if (found === undefined || reached.has(name)) return;
    reached.set(name, found);
    const walk = (node: ts.Node): void => {
      if (ts.isTypeReferenceNode(node)) visit(node.typeName.getText());
      if (ts.isExpressionWithTypeArguments(node)) visit(node.expression.getText());
      ts.forEachChild(node, walk);
    };
    ts.forEachChild(found, walk);
  };
  visit("MeshDefinition");
  const link: Link = (name) => {
    const [type = ""] = name.split(".", 1);
    return reached.has(type) ? `[${name}](#${name.toLowerCase().replaceAll(".", "")})` : `\`${name}\``;
  };
  return [...reached.values()].map((node) => documentedType(node, reached, link));
}

function declarationsIn(root: string, { program }: Source): Map<string, TypeDeclaration> {
  return new Map(
    program
      .getSourceFiles()
      .filter(
        // Kubernetes' own types are documented by Kubernetes.
        ({ fileName }) => fileName.startsWith(join(root, "catalog")) && !fileName.endsWith(".gen.ts"),
      )
      .flatMap(({ statements }) => statements)
      .filter((one) => ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one))
      .map((one) => [one.name.text, one]),
  );
}
