import ts from "typescript";

/** Values of one type: the first, and others that differ from it in one place. */
export interface Forms {
  readonly first: unknown;
  readonly others: readonly unknown[];
}

/** A text that no message has by itself. */
export const marked = /⟨[^⟩]*⟩/g;

/** Values are made up to this depth. Below it, objects have no fields: a gateway's route leads to the whole mesh. */
const deepest = 3;

/**
 * Values of a type. Each text and number has its place in it: the text at `callers[0]` is `⟨callers 0⟩`. The other forms
 * have another number, a longer list, another alternative of a union, or lack an optional field.
 *
 * @param place where the value is: the name of a parameter, then fields and indices.
 */
export function formsOf(checker: ts.TypeChecker, type: ts.Type, place: readonly string[]): Forms {
  if (type.isUnion()) {
    const alternatives = type.types.map((one) => formsOf(checker, one, place));
    // The value that is missing comes last.
    const [first, ...others] = [
      ...alternatives.filter((one) => one.first !== undefined),
      ...alternatives.filter((one) => one.first === undefined),
    ];
    return { first: first?.first, others: [...(first?.others ?? []), ...others.map((one) => one.first)] };
  }
  if (type.isStringLiteral() || type.isNumberLiteral()) return { first: type.value, others: [] };
  if (type.flags & ts.TypeFlags.BooleanLiteral) {
    return { first: checker.typeToString(type) === "true", others: [] };
  }
  if (type.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) return { first: undefined, others: [] };
  if (type.flags & ts.TypeFlags.Number) return { first: numberOf(place), others: [1, 1_000_000_007] };
  if (type.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.Unknown)) {
    return { first: `⟨${place.join(" ")}⟩`, others: [] };
  }
  if (checker.isTupleType(type)) {
    const elements = checker.getTypeArguments(type as ts.TypeReference);
    return together(elements.map((one, i) => formsOf(checker, one, [...place, String(i)])));
  }
  if (checker.isArrayType(type)) {
    const [element] = checker.getTypeArguments(type as ts.TypeReference);
    if (element === undefined) throw new Error(`${place.join(".")}: a list of no type`);
    const [one, two] = ["0", "1"].map((i) => formsOf(checker, element, [...place, i]));
    return {
      first: [one?.first],
      others: [[one?.first, two?.first], ...(one?.others ?? []).map((other) => [other])],
    };
  }
  return objectOf(checker, type, place);
}

function objectOf(checker: ts.TypeChecker, type: ts.Type, place: readonly string[]): Forms {
  const indexed = checker.getIndexTypeOfType(type, ts.IndexKind.String);
  if (indexed) {
    const key = `⟨${place.join(" ")} key⟩`;
    return { first: { [key]: formsOf(checker, indexed, [...place, "value"]).first }, others: [] };
  }
  const fields = place.length > deepest ? [] : checker.getPropertiesOfType(type);
  const { first, others } = together(
    fields.map((field) => formsOf(checker, checker.getTypeOfSymbol(field), [...place, field.name])),
  );
  const named = (values: unknown): object =>
    Object.fromEntries(fields.map(({ name }, i) => [name, (values as unknown[])[i]]));
  return { first: named(first), others: others.map(named) };
}

/** Lists of values: each has its first form, or one of them has another one. */
export function together(forms: readonly Forms[]): { first: unknown[]; others: unknown[][] } {
  const first = forms.map((one) => one.first);
  return { first, others: forms.flatMap(({ others }, i) => others.map((other) => first.with(i, other))) };
}

/** A number of three digits, another one for each place. */
function numberOf(place: readonly string[]): number {
  const codes = Array.from(place.join("."), (character) => character.charCodeAt(0));
  return 101 + (codes.reduce((sum, code) => sum * 31 + code, 7) % 397);
}
