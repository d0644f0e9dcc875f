/** `npm run pipelines`: renders the table's pipelines into the files that `package.json` names. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { githubWorkflow, gitlabPipeline } from "./pipelines";
import { table } from "./stacks";

const [github, gitlab] = process.argv.slice(2);
for (const [path, text] of [
  [github, githubWorkflow(table)],
  [gitlab, gitlabPipeline(table)],
] as const) {
  if (path === undefined) throw new Error("Name two files: writePipelines.ts <github> <gitlab>");
  const file = resolve(__dirname, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
