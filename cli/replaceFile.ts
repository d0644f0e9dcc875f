import { rename, writeFile } from "node:fs/promises";

/** Replaces a file in one step, so that another process never reads half of it, and a full disk leaves the old one. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, content, { mode: 0o600 });
  await rename(temporary, path);
}
