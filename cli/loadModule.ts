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
  return createJiti(__filename, { alias, interopDefault: false, extensions }).import(path);
}
