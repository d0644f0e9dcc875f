/**
 * Writes the names and types of the values of the add-ons' charts, from their `values.yaml`. A test compares the typed
 * values with them: `npm run generate:values -- <chart>@<version>=<values.yaml> …`.
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";

/** Names of values, or the type of a value without further names. An empty object allows any name. */
export type ValueTree = string | { readonly [name: string]: ValueTree };

function treeOf(value: unknown): ValueTree {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value !== "object") return typeof value;
  const entries = Object.entries(value);
  return entries.length === 0
    ? "object"
    : Object.fromEntries(entries.map(([name, inner]) => [name, treeOf(inner)]));
}

async function generate(args: readonly string[]): Promise<void> {
  const charts: Record<string, { version: string; values: ValueTree }> = {};
  for (const arg of args) {
    const [, chart = "", version = "", file = ""] = /^([^@=]+)@([^@=]+)=(.+)$/.exec(arg) ?? [];
    if (file === "") {
      throw new Error(`"${arg}" is not <chart>@<version>=<values.yaml>, such as grafana@12.11.1=values.yaml`);
    }
    charts[chart] = { version, values: treeOf(parse(await readFile(file, "utf8"))) };
  }
  if (args.length === 0) throw new Error("name the charts: <chart>@<version>=<values.yaml> …");
  await writeFile(path.join(__dirname, "chartValues.gen.json"), `${JSON.stringify(charts, null, 1)}\n`);
}

void generate(process.argv.slice(2));
