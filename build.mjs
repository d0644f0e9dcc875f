// Compiles the package and the policy pack into their `dist`: `node build.mjs . policy-pack`. Contents decide what has
// changed, not times, so a checkout, a rebase or a restored file is compiled exactly if it differs from the last build.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { argv, execPath, exit } from "node:process";
import { pathToFileURL } from "node:url";

const root = import.meta.dirname;

/** Folders without a compiled source: what is installed and built, and what runs uncompiled. */
const notCompiled = new Set([
  "node_modules",
  "dist",
  "bench",
  "docs",
  "examples",
  "pages",
  "platforms",
  "stacks",
  "templates",
  "tests",
]);

const packages = {
  ".": { sources: ["**/*.{ts,json}"], then: writeCommandWords },
  "policy-pack": { sources: ["{policy-pack,effect}/**/*.{ts,json}"] },
};

/** Compiles a package if one of its sources, or an installed dependency, differs from those of its last build. */
export function build(name) {
  const { sources, then } = packages[name];
  const folder = join(root, name);
  const record = join(folder, "dist", ".built");
  const files = globSync(sources, {
    cwd: root,
    exclude: (path) => notCompiled.has(basename(path)) || basename(path).startsWith("."),
  }).sort();
  // Read before the compiler reads them: a source that changes meanwhile is compiled by the next build.
  const digest = digestOf([...files, join(name, "node_modules", ".package-lock.json"), "build.mjs"]);
  if (existsSync(record) && readFileSync(record, "utf8") === digest) return;
  rmSync(record, { force: true });
  const compiler = createRequire(join(folder, "package.json")).resolve("typescript/bin/tsc");
  const { status } = spawnSync(execPath, [compiler, "-p", "tsconfig.build.json"], {
    cwd: folder,
    stdio: "inherit",
  });
  if (status !== 0) exit(status ?? 1);
  verifyOutputs(name, files);
  then?.();
  writeFileSync(record, digest);
}

/**
 * Removes what an earlier build made of sources that are gone. Throws if the compiler has compiled a file that is not
 * among the sources: its changes would be missed.
 */
function verifyOutputs(name, sources) {
  const outputs = join(root, name, "dist");
  for (const output of globSync("**/*.js", { cwd: outputs })) {
    const stem = output.slice(0, -".js".length);
    if (!existsSync(join(root, `${stem}.ts`)))
      for (const end of [".js", ".d.ts"]) rmSync(join(outputs, `${stem}${end}`), { force: true });
    else if (!sources.includes(`${stem}.ts`))
      throw new Error(`${stem}.ts is not among the sources of build.mjs`);
  }
}

function digestOf(files) {
  const hash = createHash("sha256");
  for (const file of files) {
    const path = join(root, file);
    hash.update(`${file}\n`);
    if (existsSync(path)) hash.update(createHash("sha256").update(readFileSync(path)).digest());
  }
  return hash.digest("hex");
}

/** Shell completion reads the words of all commands from a file, which is made from the commands. */
function writeCommandWords() {
  const require = createRequire(join(root, "package.json"));
  require("./dist/cli/commandWords.js").writeCommandWords(require("./dist/cli/program.js").commands());
  chmodSync(join(root, "dist", "cli", "main.js"), 0o755);
}

if (import.meta.url === pathToFileURL(argv[1]).href) argv.slice(2).forEach(build);
