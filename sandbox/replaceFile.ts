import { renameSync, writeFileSync } from "node:fs";

/**
 * Replaces a file in one step, so that another process never reads half of it, and a full disk leaves the old one. Only the
 * owner may read it. Synchronous, so that it is on record before the caller does anything else.
 */
export function replaceFile(path: string, content: string): void {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, content, { mode: 0o600 });
  renameSync(temporary, path);
}
