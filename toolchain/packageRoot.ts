import { join } from "node:path";

/** Root of this package, the same from source and from `dist/`. */
export function packageRoot(): string {
  const here = join(__dirname, "..");
  return here.endsWith("dist") ? join(here, "..") : here;
}
