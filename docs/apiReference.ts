import { dirname, relative } from "node:path";
import ts from "typescript";
import * as meshwright from "../index";
import * as components from "../pulumi";
import { catalogTypes } from "./catalogFields";
import {
  documentedType,
  type DocumentedType,
  type Link,
  paragraphs,
  sourceOf,
  type TypeDeclaration,
} from "./declarations";
import { typeSection } from "./typeSection";

/** The package's exports without the catalog's types, keyed by their section. */
export interface Api {
  readonly components: readonly ApiComponent[];
  /** Functions and constants. */
  readonly values: readonly ApiValue[];
  /** Arguments of components, and parameters and results of functions. */
  readonly types: readonly DocumentedType[];
  /** The normalized catalog, which functions take. */
  readonly normalized: readonly ApiMention[];
  /** Typed values of Helm charts, one type for each chart. */
  readonly chartValues: readonly ApiMention[];
}

interface ApiValue {
  readonly name: string;
  readonly declaration: string;
  readonly description: readonly string[];
}

interface ApiComponent extends ApiValue {
  readonly outputs: DocumentedType;
}

/** A type that is listed without its fields. */
interface ApiMention {
  readonly name: string;
  readonly description: readonly string[];
  /** Path of the source, from the root. */
  readonly file: string;
}

/** Types that differ from a function's name only in the first letter. They come later on the page. */
const namesakes = new Set(["ObservabilityPlan"]);

function toSection(name: string): string {
  return `[${name}](#${name.toLowerCase()}${namesakes.has(name) ? "-1" : ""})`;
}

/** Reads the package's exports, with their docstrings. */
export function readApi(root: string): Api {
  const source = sourceOf(root);
  const catalog = new Set(catalogTypes(root, source).map(({ name }) => name));
  const runtime = new Set(Object.keys({ ...meshwright, ...components }));
  const declared = new Map(source.entries.flatMap((entry) => [...exportsOf(source.checker, entry)]));
  const nodes = [...declared].filter(([name]) => !catalog.has(name)).map(([, node]) => node);
  const fileOf = (node: ts.Node): string => relative(root, node.getSourceFile().fileName);
  const types = nodes.filter((node) => ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node));
  const groupOf = (node: ts.Node): "chartValues" | "normalized" | "types" => {
    if (/values(\/\w+)?\.ts$/i.test(fileOf(node))) return "chartValues";
    return dirname(fileOf(node)) === "catalog" ? "normalized" : "types";
  };
  const groups = Object.groupBy(types, groupOf);
  const link: Link = (name) => {
    const node = declared.get(name);
    if (catalog.has(name)) return `[${name}](catalog.md#${name.toLowerCase()})`;
    if (node === undefined) return `\`${name}\``;
    if (groups.normalized?.some((one) => one === node)) return `[${name}](#the-normalized-catalog)`;
    if (groups.chartValues?.some((one) => one === node)) return `[${name}](#values-of-helm-charts)`;
    return toSection(name);
  };
  const mention = (node: TypeDeclaration): ApiMention => ({
    name: node.name.text,
    description: paragraphs(node, link),
    file: fileOf(node),
  });
  const byName = new Map(types.map((node) => [node.name.text, node]));
  return {
    components: nodes.filter(ts.isClassDeclaration).map((node) => component(node, link)),
    values: nodes
      .filter((node) => ts.isFunctionDeclaration(node) || ts.isVariableDeclaration(node))
      .filter(({ name }) => runtime.has(name?.getText() ?? ""))
      .map((node) => value(node, link)),
    types: (groups.types ?? []).map((node) => documentedType(node, byName, link)),
    normalized: (groups.normalized ?? []).map(mention),
    chartValues: (groups.chartValues ?? [])
      .map(mention)
      .filter(({ description }) => description[0]?.startsWith("Values of the chart ")),
  };
}

function exportsOf(checker: ts.TypeChecker, entry: ts.SourceFile): Map<string, ts.Declaration> {
  const face = checker.getSymbolAtLocation(entry);
  if (face === undefined) throw new Error(`${entry.fileName} exports nothing`);
  return new Map(
    checker.getExportsOfModule(face).flatMap((symbol): [string, ts.Declaration][] => {
      const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      const declaration = meant.declarations?.[0];
      return declaration === undefined ? [] : [[symbol.name, declaration]];
    }),
  );
}

function component(node: ts.ClassDeclaration, link: Link): ApiComponent {
  const name = node.name?.text ?? "";
  const parameters = node.members.find(ts.isConstructorDeclaration)?.parameters ?? [];
  const outputs = node.members.filter(ts.isPropertyDeclaration).map((member) => ({
    name: `${name}.${member.name.getText()}`,
    type: member.type?.getText() ?? "",
    typeLinks: [],
    required: false,
    description: paragraphs(member, link),
    holdsFields: false,
  }));
  return {
    name,
    declaration: `new ${name}(${parameters.map((one) => one.getText()).join(", ")})`,
    description: paragraphs(node, link),
    outputs: { name, description: [], parents: [], fields: outputs },
  };
}

/** A constant without a declared type is shown with its value, if it is short. */
function value(node: ts.FunctionDeclaration | ts.VariableDeclaration, link: Link): ApiValue {
  const name = node.name?.getText() ?? "";
  if (ts.isFunctionDeclaration(node)) {
    const text = node.getText().slice(0, (node.body?.getStart() ?? node.end) - node.getStart());
    return { name, declaration: text.replace("export ", "").trim(), description: paragraphs(node, link) };
  }
  const { type, initializer } = node;
  const shown = type === undefined ? ` = ${initializer?.getText() ?? ""}` : `: ${type.getText()}`;
  return { name, declaration: `const ${name}${shown}`, description: paragraphs(node.parent.parent, link) };
}

/** The reference of the package's exports without the catalog: components, functions and their types. */
export function apiReference(root: string): string {
  const { components, values, types, normalized, chartValues } = readApi(root);
  const links = (named: readonly { readonly name: string }[]): string =>
    named.map(({ name }) => toSection(name)).join(", ");
  const mentions = (named: readonly ApiMention[]): string =>
    named
      .map(({ name, description, file }) => {
        const text = description.join(" ").replaceAll(/\s+/g, " ");
        return `- \`${name}\` (\`${file}\`): ${text}`;
      })
      .join("\n");
  return [
    "# Components and functions",
    "",
    "Generated from the docstrings of what the package exports: the components from `meshwright/pulumi`, which needs Pulumi's",
    "SDKs, and everything else from `meshwright`. The catalog has [its own reference](catalog.md).",
    "",
    `- Components: ${links(components)}`,
    `- Functions and constants: ${links(values)}`,
    `- Types: ${links(types)}`,
    "- [The normalized catalog](#the-normalized-catalog), [values of Helm charts](#values-of-helm-charts)",
    "",
    ...components.flatMap(({ outputs, ...shown }) => [
      ...section(shown),
      ...typeSection(outputs).slice(2), // its heading stands above
    ]),
    ...values.flatMap(section),
    ...types.flatMap((type) => typeSection(type)),
    "## The normalized catalog",
    "",
    "The result of `normalize`, and the content of a `CheckedMesh`: all defaults are resolved, and durations are in milliseconds.",
    "The fields have the names of the [catalog's](catalog.md).",
    "",
    mentions(normalized),
    "",
    "## Values of Helm charts",
    "",
    "The values of each chart that this package sets or that users need most often. A misspelt value does",
    "not compile.",
    "",
    mentions(chartValues),
    "",
  ].join("\n");
}

function section({ name, declaration, description }: ApiValue): string[] {
  return [
    `## ${name}`,
    "",
    `\`\`\`ts\n${declaration};\n\`\`\``,
    "",
    ...description.flatMap((text) => [text, ""]),
  ];
}
