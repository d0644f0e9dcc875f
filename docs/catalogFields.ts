import { join } from "node:path";
import ts from "typescript";

/** A type of the catalog, with its fields where it is an object. */
export interface CatalogType {
  readonly name: string;
  readonly description: readonly string[];
  /** Types whose fields it has, too. */
  readonly parents: readonly string[];
  /** What it stands for, where it is no interface. */
  readonly alias?: string;
  readonly fields: readonly CatalogField[];
}

/** A field that somebody may write in a catalog. */
export interface CatalogField {
  /** Such as `CallDefinition.methods`, or `TelemetryDefinition.tracing.provider`. */
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  /** Meaning and default, then links: paragraphs of Markdown. */
  readonly description: readonly string[];
  /** Whether it holds other fields, which say for themselves what they render to. */
  readonly holdsFields: boolean;
}

/** Every field that can be reached from `MeshDefinition`. */
export function catalogFields(root: string): CatalogField[] {
  return catalogTypes(root).flatMap(({ fields }) => fields);
}

type Declaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

/** Every type that can be reached from `MeshDefinition`, in the order in which a reader meets them. */
export function catalogTypes(root: string): CatalogType[] {
  const declarations = declarationsIn(root);
  const reached = new Map<string, Declaration>();
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

  return [...reached].map(([name, node]) => ({
    name,
    description: paragraphs(node),
    parents: ts.isInterfaceDeclaration(node)
      ? (node.heritageClauses ?? []).flatMap(({ types }) => types.map((type) => type.getText()))
      : [],
    ...(ts.isTypeAliasDeclaration(node) && { alias: node.type.getText() }),
    fields: (ts.isTypeAliasDeclaration(node) ? literalsOf(node.type) : [node]).flatMap((one) =>
      fieldsOf(name, one, reached),
    ),
  }));
}

function declarationsIn(root: string): Map<string, Declaration> {
  const entry = join(root, "catalog", "mesh.ts");
  const program = ts.createProgram([entry], { strict: true, skipLibCheck: true, noLib: true, types: [] });
  program.getTypeChecker(); // links the nodes to their files
  return new Map(
    program
      .getSourceFiles()
      .filter(({ fileName }) => fileName.startsWith(join(root, "catalog")))
      .flatMap(({ statements }) => statements)
      .filter((one) => ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one))
      .map((one) => [one.name.text, one]),
  );
}

function fieldsOf(
  path: string,
  { members }: ts.InterfaceDeclaration | ts.TypeLiteralNode,
  types: ReadonlyMap<string, Declaration>,
): CatalogField[] {
  return members.filter(ts.isPropertySignature).flatMap((member): CatalogField[] => {
    const { type, questionToken } = member;
    // An undefined one is there to tell two forms of an object apart.
    if (!type || type.kind === ts.SyntaxKind.UndefinedKeyword) return [];
    const name = `${path}.${member.name.getText()}`;
    const inner = literalsOf(type).flatMap((literal) => fieldsOf(name, literal, types));
    const field = {
      name,
      type: inner.length > 0 ? "object" : type.getText().replaceAll(/\s+/g, " "),
      required: questionToken === undefined,
      description: paragraphs(member),
      holdsFields: holdsFields(type, types),
    };
    return [field, ...inner];
  });
}

/** The objects that a type spells out in place. */
function literalsOf(type: ts.TypeNode): ts.TypeLiteralNode[] {
  if (ts.isTypeLiteralNode(type)) return [type];
  return ts.isUnionTypeNode(type) ? type.types.flatMap(literalsOf) : [];
}

/** Whether objects with declared fields are in a type, at whatever depth. */
function holdsFields(type: ts.Node, types: ReadonlyMap<string, Declaration>): boolean {
  if (ts.isTypeLiteralNode(type)) return true;
  const named = ts.isTypeReferenceNode(type) ? types.get(type.typeName.getText()) : undefined;
  if (named && (ts.isInterfaceDeclaration(named) || holdsFields(named.type, types))) return true;
  let found = false;
  ts.forEachChild(type, (child) => {
    found ||= holdsFields(child, types);
  });
  return found;
}

/** A type has a section of the page, a field is near. */
function linked(_: string, name: string): string {
  return /^[A-Z]/.test(name) ? `[${name}](#${name.toLowerCase()})` : `\`${name}\``;
}

/** The docstring: text first, then the pages it refers to. */
function paragraphs(node: ts.Node): string[] {
  const docs = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const text = docs
    .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? "")
    .join("\n")
    .replaceAll(/\{@link (\w+)\}/g, linked);
  const links = docs
    .flatMap(({ tags = [] }) => tags.filter(({ tagName }) => tagName.text === "see"))
    // A URL's scheme is parsed as a name, apart from the rest.
    .flatMap((tag) => /https?:\/\/\S+/.exec(tag.getText())?.[0] ?? []);
  return [...(text === "" ? [] : [text]), ...links.map((link) => `See <${link}>.`)];
}
