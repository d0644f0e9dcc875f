import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { createJiti } from "jiti";

/**
 * Runs a file, TypeScript or JavaScript, whatever kind of modules its package has; its `import … from "meshwright"` gets
 * this very version, installed beside it or not.
 */
export async function loadModule(path: string): Promise<Record<string, unknown>> {
  const root = join(__dirname, "..");
  const extension = extname(__filename);
  const alias = {
    "meshwright/pulumi": join(root, `pulumi${extension}`),
    meshwright: join(root, `index${extension}`),
  };
  // In the order in which ts-node, and so Pulumi, finds a module beside its compiled file.
  const extensions = [".js", ".ts", ".mts", ".cts", ".mjs", ".cjs", ".json"];
  const options = { alias, interopDefault: false, extensions, virtualModules: sharedModules(path) };
  return createJiti(__filename, options).import(path);
}

/**
 * The modules that a file gets as they are loaded here already: zod, if the file has the same one. An import would load
 * its ES modules, too.
 */
function sharedModules(path: string): Record<string, unknown> {
  const name = "zod";
  try {
    const isSame = createRequire(path).resolve(name) === require.resolve(name);
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only if it is the same
    return isSame ? { [name]: require("zod") as unknown } : {};
  } catch {
    return {}; // The file has none, or no path on which modules are found.
  }
}
