import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";

const root = join(__dirname, "..", "..");

const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(join(root, "tsconfig.json"), (path) => ts.sys.readFile(path)).config,
  ts.sys,
  root,
);
const host = ts.createCompilerHost(options);
const read = host.getSourceFile.bind(host);
const parsed = new Map<string, ts.SourceFile | undefined>();
// Libraries and the repository's own files are parsed once for all tests of a process.
host.getSourceFile = (name, ...others) => {
  if (!parsed.has(name)) parsed.set(name, read(name, ...others));
  return parsed.get(name);
};

// With the build's declarations, as in a project of one's own, the compiler reads a fifth of the text that it reads with the
// sources. A single test file uses the sources, so that it needs no build.
if (process.env.MESHWRIGHT_COMPILED !== undefined) {
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => {
      const { resolvedModule } = ts.resolveModuleName(text, from, options, host);
      return { resolvedModule: resolvedModule && compiled(resolvedModule) };
    });
}

function compiled(module: ts.ResolvedModuleFull): ts.ResolvedModuleFull {
  const path = relative(root, module.resolvedFileName);
  const declarations = join(root, "dist", path.replace(/\.ts$/, ".d.ts"));
  return path.endsWith(".d.ts") || !existsSync(declarations)
    ? module
    : { ...module, resolvedFileName: declarations, extension: ts.Extension.Dts };
}

/**
 * Returns the compiler's messages about the given files, with the project's own options; each with its file's name and
 * line. Files that they import are read, but not judged: `npm run types` does that.
 */
export function problemsOf(files: readonly string[]): string[] {
  for (const file of files) parsed.delete(file);
  const program = ts.createProgram(files, { ...options, noEmit: true }, host);
  return files
    .flatMap((file) => ts.getPreEmitDiagnostics(program, program.getSourceFile(file)))
    .map(({ file, start = 0, messageText }) => {
      const text = ts.flattenDiagnosticMessageText(messageText, "\n");
      if (!file) return text;
      return `${file.fileName.slice(root.length + 1)}:${file.getLineAndCharacterOfPosition(start).line + 1} ${text}`;
    });
}
