import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import type { PlatformName } from "../../platforms";
import { blocksOf } from "../docs/markdown";

/** A line or more that a platform's notes say to write, and the object or list of its catalog that it goes into. */
export interface Insertion {
  /** Such as `services.web.calls`. */
  readonly place: string;
  readonly text: string;
}

const platforms = join(__dirname, "..", "..", "platforms");

/** What the notes of a platform say to write where a service is added. */
export function procedureOf(platform: PlatformName): Insertion[] {
  const notes = readFileSync(join(platforms, platform, "NOTES.md"), "utf8");
  const section = /^## Adding a service\n(.*?)(?=^## |(?![^]))/ms.exec(notes)?.[1];
  if (section === undefined) throw new Error(`${platform} doesn't say how a service is added`);
  return blocksOf(section)
    .filter(({ language }) => language === "ts")
    .map(({ text }) => {
      const [, place, written] = /^\/\/ (\S+)\n(.*)$/s.exec(text) ?? [];
      if (place === undefined || written === undefined)
        throw new Error(`${text} doesn't begin with its place`);
      return { place, text: written };
    });
}

/** A platform's catalog with some insertions, as a file two folders below the root. */
export function catalogWith(platform: PlatformName, insertions: readonly Insertion[]): string {
  let text = readFileSync(join(platforms, platform, "catalog.ts"), "utf8");
  for (const insertion of insertions) {
    const end = endOf(ts.createSourceFile("catalog.ts", text, ts.ScriptTarget.Latest, true), insertion.place);
    const before = text.slice(0, end).trimEnd();
    const comma = /[,[{]$/.test(before) ? "" : ",";
    text = `${before}${comma}\n${insertion.text}${text.slice(end)}`;
  }
  // The text is compiled in another folder, from which its neighbours are further away.
  return text.replaceAll(/from "\.\.\/(?!\.\.)/g, 'from "../../platforms/');
}

type Container = ts.ObjectLiteralExpression | ts.ArrayLiteralExpression;

/** Where the object or list at a place ends, before its closing bracket. */
function endOf(file: ts.SourceFile, place: string): number {
  const [first = "", ...rest] = place.split(".");
  let found: Container | undefined;
  const visit = (node: ts.Node): void => {
    if (found) return;
    if ((ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node)) && nameOf(node.name) === first) {
      found = containerOf(node.initializer);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  for (const name of rest) {
    const properties: readonly ts.ObjectLiteralElementLike[] =
      found && ts.isObjectLiteralExpression(found) ? found.properties : [];
    const property = properties.find((one) => one.name && nameOf(one.name) === name);
    found = property && ts.isPropertyAssignment(property) ? containerOf(property.initializer) : undefined;
  }
  if (!found) throw new Error(`the catalog has nothing at ${place}`);
  return found.getEnd() - 1;
}

function nameOf(name: ts.BindingName | ts.PropertyName): string {
  return ts.isStringLiteral(name) ? name.text : name.getText();
}

function containerOf(node: ts.Expression | undefined): Container | undefined {
  if (!node) return undefined;
  if (ts.isAsExpression(node)) return containerOf(node.expression);
  return ts.isObjectLiteralExpression(node) || ts.isArrayLiteralExpression(node) ? node : undefined;
}
