// Compiles the pack, and the model of effects that it uses: both into dist. A published pack contains dist, and the folder
// beside it has no model, so installing it compiles nothing.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { execPath, exit } from "node:process";

const folder = import.meta.dirname;
if (existsSync(join(folder, "..", "effect", "index.ts"))) {
  const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const { status } = spawnSync(execPath, [compiler, "-p", "tsconfig.build.json"], {
    cwd: folder,
    stdio: "inherit",
  });
  exit(status ?? 1);
}
