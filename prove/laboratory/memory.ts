import { readdir, readFile } from "node:fs/promises";

/** Milliseconds between two measurements. Each takes about a millisecond per process. */
const interval = 10_000;

/** Measures the memory of all processes of this PID namespace from now on. Returns a function that returns the peak in bytes. */
export function watchMemory(): () => Promise<number> {
  let peak = 0;
  const measure = async (): Promise<number> => {
    peak = Math.max(peak, await memoryInUse());
    return peak;
  };
  const repeat = (): void => {
    void measure().finally(() => setTimeout(repeat, interval).unref());
  };
  repeat();
  return measure;
}

/**
 * The memory of all processes in bytes. What several of them share counts once, divided among them (PSS).
 *
 * @see https://docs.kernel.org/filesystems/proc.html
 */
async function memoryInUse(): Promise<number> {
  const names = await readdir("/proc");
  const sizes = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(sizeOf));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function sizeOf(process: string): Promise<number> {
  // Processes end at any time, and those of the kernel have no memory.
  const text = await readFile(`/proc/${process}/smaps_rollup`, "utf8").catch(() => "");
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}
