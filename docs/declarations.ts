import { join } from "node:path";
import ts from "typescript";

/** A public type, with its fields if it is an object. */
export interface DocumentedType {
  readonly name: string;
  readonly description: readonly string[];
  /** Types that it extends. */
  readonly parents: readonly string[];
  /** The text of a type alias. */
  readonly alias?: string;
  readonly fields: readonly DocumentedField[];
}

/** A field of a type. */
export interface DocumentedField {
  /** Qualified name, such as `CallDefinition.methods` or `TelemetryDefinition.tracing.provider`. */
  readonly name: string;
  readonly type: string;
  /** Links to the sections of the types that it names. */
  readonly typeLinks: readonly string[];
  readonly required: boolean;
  /** Meaning and default, then links: paragraphs of Markdown. */
  readonly description: readonly string[];
  /** Whether it contains other documented fields. */
  readonly holdsFields: boolean;
}

export type TypeDeclaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

/** How a page links to a name: to its section, or as code if there is none. */
export type Link = (name: string) => string;

export interface Source {
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  /** The files that the package exports: `meshwright` and `meshwright/pulumi`. */
  readonly entries: readonly ts.SourceFile[];
}

const sources = new Map<string, Source>();

/** The package's own sources, from its exports on, read once in a process. Dependencies aren't read. */
export function sourceOf(root: string): Source {
  const known = sources.get(root) ?? readSource(root);
  sources.set(root, known);
  return known;
}

function readSource(root: string): Source {
  const options: ts.CompilerOptions = { strict: true, skipLibCheck: true, noLib: true, types: [] };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) =>
      text.startsWith(".") ? ts.resolveModuleName(text, from, options, host) : { resolvedModule: undefined },
    );
  const paths = ["index.ts", "pulumi.ts"].map((name) => join(root, name));
  const program = ts.createProgram(paths, options, host);
  const checker = program.getTypeChecker(); // links the nodes to their files, too
  const entries = paths.map((path) => {
    const entry = program.getSourceFile(path);
    if (entry === undefined) throw new Error(`${path} is missing`);
    return entry;
  });
  return { program, checker, entries };
}

/** A type's page entry. `types` are the types of its fields. */
export function documentedType(
  node: TypeDeclaration,
  types: ReadonlyMap<string, TypeDeclaration>,
  link: Link,
): DocumentedType {
  const name = node.name.text;
  return {
    name,
    description: paragraphs(node, link),
    parents: ts.isInterfaceDeclaration(node)
      ? (node.heritageClauses ?? []).flatMap((clause) => clause.types.map((type) => type.getText()))
      : [],
    ...(ts.isTypeAliasDeclaration(node) && { alias: aliasText(node.type) }),
    fields: (ts.isTypeAliasDeclaration(node) ? literalsOf(node.type) : [node]).flatMap((one) =>
      fieldsOf(name, one, types, link),
    ),
  };
}

/** The text of a type. If it is the elements of a list of the same file, these. */
function aliasText(type: ts.TypeNode): string {
  const text = type.getText();
  const [, list] = /^\(typeof (\w+)\)\[number\]$/.exec(text) ?? [];
  if (list === undefined) return text;
  const declarations = type
    .getSourceFile()
    .statements.filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations]);
  const value = declarations.find(({ name }) => name.getText() === list)?.initializer;
  const elements = value && ts.isAsExpression(value) ? value.expression : undefined;
  if (!elements || !ts.isArrayLiteralExpression(elements))
    throw new Error(`${list} is not a list of this file`);
  return elements.elements.map((element) => element.getText()).join(" | ");
}

function fieldsOf(
  path: string,
  { members }: ts.InterfaceDeclaration | ts.TypeLiteralNode,
  types: ReadonlyMap<string, TypeDeclaration>,
  link: Link,
): DocumentedField[] {
  return members.filter(ts.isPropertySignature).flatMap((member): DocumentedField[] => {
    const { type, questionToken } = member;
    // An undefined one is there to tell two forms of an object apart.
    if (!type || type.kind === ts.SyntaxKind.UndefinedKeyword) return [];
    const name = `${path}.${member.name.getText()}`;
    const inner = literalsOf(type).flatMap((literal) => fieldsOf(name, literal, types, link));
    const field = {
      name,
      type: inner.length > 0 ? "object" : type.getText().replaceAll(/\s+/g, " "),
      typeLinks: inner.length > 0 ? [] : linksIn(type, link),
      required: questionToken === undefined,
      description: paragraphs(member, link),
      holdsFields: holdsFields(type, types),
    };
    return [field, ...inner];
  });
}

function linksIn(type: ts.Node, link: Link): string[] {
  const own = ts.isTypeReferenceNode(type) ? [link(type.typeName.getText())] : [];
  const inner: string[] = [];
  ts.forEachChild(type, (child) => {
    inner.push(...linksIn(child, link));
  });
  return [...new Set([...own.filter((text) => text.startsWith("[")), ...inner])];
}

/** The inline object types of a type. */
function literalsOf(type: ts.TypeNode): ts.TypeLiteralNode[] {
  if (ts.isTypeLiteralNode(type)) return [type];
  return ts.isUnionTypeNode(type) ? type.types.flatMap(literalsOf) : [];
}

/** Whether a type contains objects with declared fields, at any depth. */
function holdsFields(type: ts.Node, types: ReadonlyMap<string, TypeDeclaration>): boolean {
  if (ts.isTypeLiteralNode(type)) return true;
  const named = ts.isTypeReferenceNode(type) ? types.get(type.typeName.getText()) : undefined;
  if (named && (ts.isInterfaceDeclaration(named) || holdsFields(named.type, types))) return true;
  let found = false;
  ts.forEachChild(type, (child) => {
    found ||= holdsFields(child, types);
  });
  return found;
}

/** The docstring: text, then parameters and errors, then links. */
export function paragraphs(node: ts.Node, link: Link): string[] {
  const docs = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const tags = docs.flatMap((doc) => [...(doc.tags ?? [])]);
  const textOf = ({ comment }: { readonly comment?: string | ts.NodeArray<ts.JSDocComment> }): string =>
    (ts.getTextOfJSDocComment(comment) ?? "").replaceAll(/\{@link ([\w.]+)\}/g, (_, name: string) =>
      link(name),
    );
  const parameters = tags
    .filter(ts.isJSDocParameterTag)
    .map((tag) => `- \`${tag.name.getText()}\`: ${textOf(tag).replaceAll(/\s+/g, " ")}`);
  const errors = tags
    .filter(ts.isJSDocThrowsTag)
    // The type is in braces; without them it is the first word of the text.
    .map((tag) => {
      const type = tag.typeExpression?.type.getText();
      return `Throws ${type === undefined ? "" : `\`${type}\` `}${textOf(tag)}`;
    });
  const links = tags
    .filter(({ tagName }) => tagName.text === "see")
    // A URL's scheme is parsed as a name, apart from the rest.
    .flatMap((tag) => /https?:\/\/\S+/.exec(tag.getText())?.[0] ?? []);
  return [
    docs.map(textOf).join("\n"),
    parameters.join("\n"),
    ...errors,
    ...links.map((page) => `See <${page}>.`),
  ].filter((text) => text !== "");
}
