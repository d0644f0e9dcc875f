import { accessRules } from "./accessRules";
import { type Condition, type Dimension, fulfils, unread, valueOf } from "./condition";
import type { Model } from "./model";
import type { ObjectName } from "./object";
import type { Pattern } from "./pattern";
import type { Request } from "./request";
import type { MeshSettings } from "./settings";
import type { Workload } from "./workload";

/** A condition of a rule that a request does not fulfil. */
export interface Misfit {
  readonly dimension: Dimension;
  /** What the rule requires, such as `GET or POST`, or `not /admin*`. */
  readonly wanted: string;
  /** What the request has. Undefined if it has nothing. */
  readonly found?: string;
}

/** The rule that allows requests most like a denied one. */
export interface NearestRule {
  readonly by: ObjectName & { readonly rule: number };
  /** Never empty. */
  readonly misfits: readonly Misfit[];
}

/**
 * Returns the ALLOW rule of a workload with the fewest conditions that a request does not fulfil. Of equal ones, the one
 * that names the client is nearer. Undefined if no policy has such a rule, or one allows the request.
 */
export function nearestRule(model: Model, workload: Workload, request: Request): NearestRule | undefined {
  const rules = accessRules(model, workload, request.protocol === "tcp").allow ?? [];
  let best: { readonly nearest: NearestRule; readonly cost: number } | undefined;
  for (const { rule, from, index } of rules) {
    const failing = (conditions: readonly Condition[]): Condition[] =>
      conditions.filter((condition) => fulfils(request, condition, model.settings) !== "yes");
    const nearestOf = (alternatives: readonly (readonly Condition[])[]): Condition[] =>
      alternatives
        .map(failing)
        .reduce<Condition[] | undefined>(
          (few, one) => (few && few.length <= one.length ? few : one),
          undefined,
        ) ?? [];
    const failed = [...nearestOf(rule.from), ...nearestOf(rule.to), ...failing(rule.when)];
    if (failed.length === 0) return undefined;
    const misfits = failed.map((condition) => misfitOf(condition, request, model.settings));
    // Another port is further away than another path, and another client further than another port.
    const cost = misfits.reduce((sum, { dimension }) => sum + (distances[dimension] ?? 4), 0);
    if (!best || cost < best.cost) best = { nearest: { by: { ...from, rule: index }, misfits }, cost };
  }
  return best?.nearest;
}

/** How far a rule is away that requires another value. Default: 4. */
const distances: Readonly<Record<Dimension, number>> = { port: 5, identity: 6 };

/** Names an aspect of a request, such as `method` or `claim realm.roles`. */
export function aspectText(dimension: Dimension): string {
  const [kind = "", ...rest] = dimension.split(" ");
  const name = kind === "claim" ? (JSON.parse(rest.join(" ")) as string[]).join(".") : rest.join(" ");
  return kind === "identity" ? "client" : [kind, name].filter((one) => one !== "").join(" ");
}

function misfitOf({ alternatives, negated }: Condition, request: Request, settings: MeshSettings): Misfit {
  const [first] = alternatives.flat();
  const dimension = first?.dimension ?? "";
  const texts = alternatives.map((atoms) =>
    atoms.map(({ pattern, said }) => said ?? patternText(pattern)).join(" and "),
  );
  const value = valueOf(request, dimension, settings);
  const found = value === unread || value === undefined ? undefined : [value].flat().join(", ");
  return {
    dimension,
    wanted: `${negated ? "not " : ""}${[...new Set(texts)].join(" or ")}`,
    ...(found !== undefined && { found }),
  };
}

function patternText(pattern: Pattern): string {
  switch (pattern.form) {
    case "prefix":
      return `${pattern.text}*`;
    case "suffix":
      return `*${pattern.text}`;
    case "present":
    case "filled":
      return "any";
    case "regex":
      return `/${pattern.text}/`;
    default:
      return pattern.text;
  }
}
