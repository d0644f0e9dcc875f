import fc from "fast-check";

/** Texts that parsers trip over: empty, long, unicode, control characters, names of Object.prototype, near misses. */
const texts = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(
    ...[
      "",
      " ",
      "\0",
      "\u200b",
      "\ud800",
      "é",
      "💥",
      "__proto__",
      "constructor",
      "toString",
      "hasOwnProperty",
    ],
    ...[
      "*",
      "*.",
      ".",
      "..",
      "/",
      "//",
      "\\",
      "${x}",
      "{{x}}",
      "$ref",
      "-",
      "a..b",
      "a:b",
      "a/b/c",
      "http://[",
    ],
    ...[
      "0s",
      "1e9s",
      "9".repeat(400) + "h",
      "1." + "0".repeat(400) + "s",
      "-1s",
      "1m1m",
      "NaN",
      "Infinity",
      "null",
    ],
    ...[
      "1Zi",
      "1..5",
      "9".repeat(400),
      "1e400",
      "0x10",
      "1.2.3.4/99",
      "::/0",
      "fe80::1%eth0",
      "1.2.3",
      "256.0.0.1",
    ],
    ...["(", "[a-", "(a+)+$", "a{99999999}", "\\", "(?<x>", "^".repeat(50)],
    // Long texts that nearly match, on which a regular expression with nested repetition would never end.
    ...["a", "0", "-", "-1", "a-", "a.", "1.", "1s", "/", "*", "{a}", ":", " ", "a,", "%41"].map(
      (part) => `${part.repeat(20_000)}!`,
    ),
  ),
);

function cycle(): object {
  const one: Record<string, unknown> = {};
  one.self = { one };
  return one;
}

/** Any value that JSON or YAML can have. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  texts,
  fc.constantFrom(null, true, false, 0, -1, 1.5, 1e21, 2 ** 53, 65_536),
  fc.constantFrom<unknown>(
    [],
    {},
    [[]],
    [null],
    [{}],
    { "": "" },
    { a: null },
    JSON.parse('{ "__proto__": 1 }'),
  ),
  // Objects whose conversion to a text fails.
  fc.constantFrom<unknown>(
    { toString: 1, valueOf: 1 },
    [{ toString: null }],
    { length: 3 },
    { constructor: 1 },
  ),
  fc.array(texts, { maxLength: 3 }),
  fc.dictionary(texts, fc.oneof(texts, fc.integer(), fc.constant(null)), { maxKeys: 3 }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Any value, also those that only programs can have. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: anyJson },
  fc.constantFrom(undefined, NaN, Infinity, -0, 7n, Symbol("x"), () => 1, cycle(), [cycle()]),
  fc.constantFrom(
    new Date(NaN),
    new Map([[1, 1]]),
    new Set([1]),
    /x/,
    Promise.resolve(1),
    Object.create(null),
  ),
  fc.object({ maxDepth: 3, withNullPrototype: true, withMap: true, withBigInt: true, withSparseArray: true }),
);

/**
 * A copy with the value in a place that the seed chooses: instead of what is there, or under another key.
 *
 * @param seed any integer.
 */
export function changed(tree: unknown, seed: number, value: unknown): unknown {
  let state = seed | 0;
  // https://en.wikipedia.org/wiki/Linear_congruential_generator, without the weak lower bits
  const next = (): number => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b_3c6d) + 0x6d2b_79f5) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
  const change = (here: unknown): unknown => {
    if (here === null || typeof here !== "object") return value;
    const keys = Object.keys(here);
    if (keys.length === 0 || next() < 0.05) return value;
    const key = keys[Math.floor(next() * keys.length)] ?? "";
    if (Array.isArray(here)) return here.with(Number(key), change(here[Number(key)]));
    const own = here as Record<string, unknown>;
    if (typeof value === "string" && next() < 0.1) {
      return Object.fromEntries(Object.entries(own).map(([name, one]) => [name === key ? value : name, one]));
    }
    return { ...own, [key]: change(own[key]) };
  };
  return change(tree);
}
