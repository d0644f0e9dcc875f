import { InvalidArgumentError } from "commander";

const units: Readonly<Record<string, number>> = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9 };

/** Bytes of a size such as `500kB`. @throws InvalidArgumentError for another text. */
export function sizeOf(text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)\s*([kmg]?b)$/i.exec(text.trim()) ?? [];
  const factor = units[unit.toLowerCase()];
  if (number === undefined || factor === undefined) {
    throw new InvalidArgumentError("Write a number with B, kB, MB or GB, such as 500kB.");
  }
  return Number(number) * factor;
}

/** Bytes as text with one unit: `512 B`, `12.3 kB`, `1.2 MB`. */
export function sizeText(bytes: number): string {
  const size = Math.abs(bytes);
  const [unit, factor] = size >= 1e6 ? ["MB", 1e6] : size >= 1e3 ? ["kB", 1e3] : ["B", 1];
  const number = bytes / factor;
  return `${factor === 1 ? Math.round(number) : number.toFixed(1)} ${unit}`;
}
