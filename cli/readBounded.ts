import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { UserError } from "../errors/userError";

/**
 * Reads a text of at most `limit` bytes, also from pipes and devices, whose size is not known before.
 *
 * @param file path, or `-` for standard input.
 * @param tooLarge returns the error for a longer text, of which no more is read.
 */
export function readBounded(file: string, limit: number, tooLarge: () => UserError): string {
  const descriptor = file === "-" ? 0 : openSync(file, "r");
  try {
    if (fstatSync(descriptor).size > limit) throw tooLarge();
    const chunks: Buffer[] = [];
    let size = 0;
    for (;;) {
      const chunk = Buffer.alloc(1 << 16);
      const count = readChunk(descriptor, chunk);
      if (count === 0) break;
      size += count;
      if (size > limit) throw tooLarge();
      chunks.push(chunk.subarray(0, count));
    }
    return Buffer.concat(chunks)
      .toString("utf8")
      .replace(/^\uFEFF/, "");
  } finally {
    if (descriptor !== 0) closeSync(descriptor);
  }
}

function readChunk(descriptor: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(descriptor, chunk);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EOF") return 0;
      // Standard input of a terminal or a slow pipe has nothing yet.
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
