const units: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
  ns: 0.000001,
};

/** Returns a duration such as `1m30s` in milliseconds. Undefined if it is none. */
export function milliseconds(text: string | undefined): number | undefined {
  if (text === undefined || !/^(\d+(\.\d*)?(h|ms|m|us|s|ns))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d*)?)(h|ms|m|us|s|ns)/g)].reduce(
    (sum, [, number, unit = ""]) => sum + Number(number) * (units[unit] ?? 0),
    0,
  );
}
