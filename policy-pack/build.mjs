// Compiles the pack, and the model of effects that it uses: both into dist. A published pack contains dist, and the folder
// beside it has no model, so installing it compiles nothing.
import { existsSync } from "node:fs";
import { join } from "node:path";

const repository = join(import.meta.dirname, "..");
if (existsSync(join(repository, "effect", "index.ts"))) {
  const { build } = await import("../build.mjs");
  build("policy-pack");
}
