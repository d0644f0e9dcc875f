import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import { parsePath } from "../catalog";

/** A place in a text, counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Finds where a path of a catalog stands in the text of its file. It is the key of a field, or of its nearest parent
 * that the text has.
 *
 * @param text YAML, JSON, TypeScript or JavaScript.
 * @param isData whether the text is YAML or JSON, and not a program.
 * @returns undefined if the text has nothing of the path.
 */
export function positionOf(text: string, path: string, isData: boolean): Position | undefined {
  const segments = parsePath(path);
  const offset = isData ? offsetInData(text, segments) : offsetInProgram(text, segments);
  return offset === undefined ? undefined : positionAt(text, offset);
}

type Segments = readonly (string | number)[];

const treeOf = remembered((text) => parseDocument(text));

function offsetInData(text: string, segments: Segments): number | undefined {
  return offsetInTree(treeOf(text).contents, segments);
}

/** Reads a text once if it is asked for several paths, one after the other. */
function remembered<T>(read: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly result: T } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, result: read(text) };
    return last.result;
  };
}

/**
 * Finds where a path begins in a syntax tree of YAML or JSON. It is the key of a field, or of its nearest parent that
 * the tree has.
 *
 * @param root contents of a document, or a part of them.
 */
export function offsetInTree(root: unknown, segments: Segments): number | undefined {
  let node = root;
  let found = (root as { range?: readonly number[] } | null)?.range?.[0] ?? 0;
  for (const segment of segments) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment));
      if (!pair || !isScalar(pair.key)) break;
      found = pair.key.range?.[0] ?? found;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(segment)];
      const range = (node as { range?: readonly number[] } | undefined)?.range;
      if (!range) break;
      found = range[0] ?? found;
    } else break;
  }
  return found;
}

/** An object or list that a program writes as a literal. */
interface Literal {
  readonly offset: number;
  /** What its fields hold: another literal, or the name of one. */
  readonly fields: Map<string, { readonly offset: number; value?: Literal | string }>;
}

/** The literals of a program. */
interface Program {
  /** Those that have a field, by its name. */
  readonly byField: ReadonlyMap<string, readonly Literal[]>;
  readonly constants: ReadonlyMap<string, Literal>;
}

const programOf = remembered(literalsOf);

/** The literal with most of a path wins. A name leads to the literal that a constant of that name holds. */
function offsetInProgram(text: string, segments: Segments): number | undefined {
  const { byField, constants } = programOf(text);
  let best: { readonly depth: number; readonly offset: number } | undefined;
  for (const root of byField.get(String(segments[0])) ?? []) {
    let here: Literal | undefined = root;
    let offset = root.offset;
    let depth = 0;
    for (const segment of segments) {
      const field: { readonly offset: number; value?: Literal | string } | undefined = here?.fields.get(
        String(segment),
      );
      if (!field) break;
      depth += 1;
      offset = field.offset;
      const held: Literal | undefined =
        typeof field.value === "string" ? constants.get(field.value) : field.value;
      here = held === here ? undefined : held;
    }
    if (depth > (best?.depth ?? 0)) best = { depth, offset };
  }
  return best?.offset;
}

const token =
  /\/\/[^\n]*|\/\*[^]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|[A-Za-z_$][\w$]*|\.\.\.|[^\s]/g;

/** The literals of a program by its tokens alone: no more is needed to find a field's line. */
function literalsOf(text: string): Program {
  const tokens = [...text.matchAll(token)]
    .map((match) => ({ text: match[0], offset: match.index }))
    .filter((one) => !one.text.startsWith("//") && !one.text.startsWith("/*"));
  const literals: Literal[] = [];
  const constants = new Map<string, Literal>();
  const open: (Literal & { list: boolean; key?: string; count: number })[] = [];
  let declared: string | undefined;
  const hold = (value: Literal | string): void => {
    const holder = open.at(-1);
    const key = holder?.key;
    const field = key === undefined ? undefined : holder?.fields.get(key);
    if (field) field.value ??= value;
  };
  for (const [i, { text: word, offset }] of tokens.entries()) {
    const holder = open.at(-1);
    const next = tokens[i + 1]?.text;
    const previous = tokens[i - 1]?.text;
    if (word === "{" || word === "[") {
      if (holder?.list) element(holder, offset);
      const literal = {
        offset,
        fields: new Map<string, never>(),
        list: word === "[",
        count: 0,
      } as (typeof open)[number];
      hold(literal);
      if (declared !== undefined && open.length === 0) {
        constants.set(declared, literal);
        declared = undefined;
      }
      literals.push(literal);
      open.push(literal);
    } else if (word === "}" || word === "]") {
      open.pop();
    } else if (word === "," && holder) {
      delete holder.key;
      if (holder.list) holder.count += 1;
    } else if (word === "const" && next !== undefined) {
      declared = next;
    } else if (word === ";") {
      declared = undefined;
    } else if (holder && !holder.list && isKey(word)) {
      const name = /^["'`]/.test(word) ? word.slice(1, -1) : word;
      const begins = previous === "{" || previous === ",";
      if (begins && (next === ":" || next === "," || next === "}")) {
        holder.fields.set(name, { offset });
        holder.key = name;
        // A shorthand holds the constant of its name.
        if (next !== ":") hold(name);
      } else if (previous === ":" && holder.key !== undefined) hold(word);
    } else if (holder?.list && (previous === "[" || previous === ",")) element(holder, offset);
  }
  const byField = new Map<string, Literal[]>();
  for (const literal of literals) {
    for (const name of literal.fields.keys()) {
      const own = byField.get(name) ?? [];
      if (own.push(literal) === 1) byField.set(name, own);
    }
  }
  return { byField, constants };
}

function element(list: Literal & { key?: string; count: number }, offset: number): void {
  list.key = String(list.count);
  if (!list.fields.has(list.key)) list.fields.set(list.key, { offset });
}

function isKey(word: string): boolean {
  return /^(?:[A-Za-z_$"'])/.test(word);
}

/** The offset at which each line of a text begins. */
const lineStartsOf = remembered((text) => [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]);

function positionAt(text: string, offset: number): Position {
  const starts = lineStartsOf(text);
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}
