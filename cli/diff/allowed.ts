import { readFileSync } from "node:fs";
import { UserError } from "../../errors/userError";

/**
 * Reads declarations: one a line. Empty lines, and lines that begin with `#`, are left out.
 *
 * @throws {UserError} if the file can't be read, or a line is no declaration.
 */
export function readDeclarations(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError({
      problem: `--allow ${file} can't be read: ${(error as Error).message}`,
      fix: "Name a file with lines that meshwright diff has printed.",
      exitCode: 2,
      cause: error,
    });
  }
  const lines = text.split("\n").map((line) => line.trim().replace(/ \(declared\)$/, ""));
  return lines.flatMap((line, i) => {
    if (line === "" || line.startsWith("#")) return [];
    if (/^[A-Z]+\s.*\[[0-9a-f]{8}\]$/.test(line)) return [line];
    throw new UserError({
      problem: `${file}:${i + 1} is not a line that meshwright diff prints: ${line}`,
      fix: "Copy the first line of a change, such as WIDER shop/web may now PUT shop/cart (was GET) [1a2b3c4d].",
      exitCode: 2,
    });
  });
}
