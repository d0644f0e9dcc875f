import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(__dirname, "..", "..", "docs", "runbooks");

/** Every page of docs/runbooks, by name. */
export const runbooks: ReadonlyMap<string, string> = new Map(
  readdirSync(folder).map((file) => [file.replace(/\.md$/, ""), readFileSync(join(folder, file), "utf8")]),
);

/** The commands of a page's blocks, one a line. */
export function commandsIn(page: string): string[] {
  return [...page.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = ""]) =>
    block.split("\n").filter((line) => line !== ""),
  );
}
