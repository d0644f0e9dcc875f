import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { packageRoot } from "../../toolchain/packageRoot";
import { print } from "../output";

/** `meshwright schema`: the JSON Schema of catalogs in YAML and JSON, for editors. The package has it as a file, too. */
export function schemaCommand(command: Command): void {
  command.action(() => {
    print(readFileSync(join(packageRoot(), "docs", "catalog.schema.json"), "utf8").trimEnd());
  });
}
