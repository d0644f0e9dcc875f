import { dirname } from "node:path";
import ts from "typescript";

/**
 * The paths of all values that an interface of a file names, such as `global.proxy.resources`, as lists of names. The
 * file exports the interface, and its own interfaces or those of its folder are walked through.
 */
export function typedPaths(source: string, name: string): string[][] {
  // The file's own interfaces are what is asked for: libraries would take longer to parse than everything else.
  const program = ts.createProgram([source], { strict: true, skipLibCheck: true, noLib: true, types: [] });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(source);
  const module = file && checker.getSymbolAtLocation(file);
  const found = (module ? checker.getExportsOfModule(module) : []).find((one) => one.name === name);
  if (found === undefined) throw new Error(`${source} has no interface ${name}`);
  const walk = (type: ts.Type): string[][] =>
    checker.getPropertiesOfType(checker.getNonNullableType(type)).flatMap((property) => {
      const inner = checker.getNonNullableType(checker.getTypeOfSymbol(property));
      const declared = inner.getSymbol()?.declarations?.[0];
      const own =
        declared !== undefined &&
        ts.isInterfaceDeclaration(declared) &&
        dirname(declared.getSourceFile().fileName) === dirname(source);
      return own && declared.name.text !== "ResourceValues"
        ? walk(inner).map((path) => [property.name, ...path])
        : [[property.name]];
    });
  return walk(checker.getDeclaredTypeOfSymbol(found));
}
