import { join } from "node:path";
import ts from "typescript";
import {
  type DocumentedField,
  documentedType,
  type DocumentedType,
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
  return [...reached.values()].map((node) => documentedType(node, reached, linked));
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

/** The anchor of a type's section, or of a field's. */
function linked(name: string): string {
  return /^[A-Z]/.test(name) ? `[${name}](#${name.toLowerCase().replaceAll(".", "")})` : `\`${name}\``;
}
