import { type AccessRule, accessRules } from "./accessRules";
import type { ClassValue } from "./classes";
import { type Atom, atomMatches, type Condition, type Dimension } from "./condition";
import { inbound, modeAt } from "./inbound";
import type { Model } from "./model";
import { isReadable } from "./pattern";
import type { PolicyRule } from "./policyRule";
import { type Box, everything, intersect, type Region, subtract } from "./region";
import type { Space } from "./space";
import { tokenIssuers, type TokenIssuer } from "./token";
import type { Workload } from "./workload";

/** The requests that a workload's proxy passes: those that it certainly does, and those that it may. */
export interface AccessSet {
  readonly sure: Region;
  readonly maybe: Region;
  /** Those of `maybe` about which an external authorizer decides. */
  readonly asked: Region;
}

/** Ports that are judged alike. */
interface PortGroup {
  readonly ports: bigint;
  readonly tcp: boolean;
  readonly hasIdentity: boolean;
  readonly readsTokens: boolean;
}

/** Returns the set of requests that {@link mayCall} allows, as regions of a space of classes. */
export function accessSet(model: Model, workload: Workload, space: Space): AccessSet {
  const mtls = inbound(model, workload);
  const issuers = tokenIssuers(model, workload);
  const groups = new Map<string, { ports: bigint; tcp: boolean; mode: string }>();
  for (const [i, { number, tcp }] of space.ports.entries()) {
    const mode = mtls.bypassed(number) ? "bypassed" : modeAt(mtls, number);
    const key = `${tcp} ${mode}`;
    const group = groups.get(key) ?? { ports: 0n, tcp, mode };
    groups.set(key, { ...group, ports: group.ports | (1n << BigInt(i)) });
  }
  const sure: Box[] = [];
  const maybe: Box[] = [];
  const asked: Box[] = [];
  for (const { ports, tcp, mode } of groups.values()) {
    const own: Region = [new Map([["port", ports]])];
    if (mode === "bypassed") {
      sure.push(...own);
      maybe.push(...own);
      continue;
    }
    const group: PortGroup = {
      ports,
      tcp,
      hasIdentity: mode !== "DISABLE",
      readsTokens: !tcp && issuers.length > 0,
    };
    const base = intersect(
      intersect(own, mode === "STRICT" ? withIdentity(space) : everything),
      group.readsTokens ? acceptedTokens(space, issuers) : everything,
    );
    const { custom, deny, allow } = accessRules(model, workload, tcp);
    const all = (dimension: Dimension): bigint => allClasses(space, dimension);
    const of = (rules: readonly AccessRule[], upper: boolean): Region =>
      rules.flatMap(({ rule }) => ruleRegion(rule, space, group, upper));
    const allowed = (upper: boolean): Region =>
      allow === undefined ? base : intersect(base, of(allow, upper));
    sure.push(...subtract(subtract(allowed(false), of(deny, true), all), of(custom, true), all));
    const passed = subtract(allowed(true), of(deny, false), all);
    maybe.push(...passed);
    if (custom.length > 0) asked.push(...intersect(passed, of(custom, false)));
  }
  return { sure, maybe, asked };
}

/** Returns the set of all classes of an aspect. */
export function allClasses(space: Space, dimension: Dimension): bigint {
  const count = dimension === "port" ? space.ports.length : (space.values.get(dimension)?.length ?? 0);
  return (1n << BigInt(count)) - 1n;
}

function withIdentity(space: Space): Region {
  return [new Map([["identity", classesWhere(space, "identity", (value) => value !== undefined)]])];
}

/** No token at all, or one of an accepted issuer and audience. */
function acceptedTokens(space: Space, issuers: readonly TokenIssuer[]): Region {
  const dimensions = [...space.values.keys()].filter((dimension) => dimension.startsWith("claim "));
  const none: Box = new Map(
    dimensions.map((dimension) => [
      dimension,
      classesWhere(space, dimension, (value) => value === undefined),
    ]),
  );
  const accepted = issuers.map(({ issuer, audiences }) => {
    const box = new Map([
      ['claim ["iss"]', classesWhere(space, 'claim ["iss"]', (value) => value === issuer)],
    ]);
    if (audiences.length > 0) {
      const has = (value: ClassValue): boolean =>
        [value].flat().some((one) => one !== undefined && audiences.includes(one));
      box.set('claim ["aud"]', classesWhere(space, 'claim ["aud"]', has));
    }
    return box;
  });
  return [none, ...accepted].filter((box) => [...box.values()].every((classes) => classes !== 0n));
}

function classesWhere(space: Space, dimension: Dimension, holds: (value: ClassValue) => boolean): bigint {
  return (space.values.get(dimension) ?? []).reduce<bigint>(
    (classes, value, i) => (holds(value) ? classes | (1n << BigInt(i)) : classes),
    0n,
  );
}

/** The requests that match a rule: at least (`upper` false) or at most, if conditions can't be read. */
function ruleRegion({ from, to, when }: PolicyRule, space: Space, group: PortGroup, upper: boolean): Region {
  const own: Region = [new Map([["port", group.ports]])];
  const all = (conditions: readonly Condition[]): Region =>
    conditions.reduce<Region>(
      (region, condition) => intersect(region, conditionRegion(condition, space, group, upper)),
      own,
    );
  const some = (lists: readonly (readonly Condition[])[]): Region =>
    lists.length > 0 ? lists.flatMap(all) : own;
  return intersect(intersect(all(when), some(from)), some(to));
}

function conditionRegion(
  { alternatives, negated }: Condition,
  space: Space,
  group: PortGroup,
  upper: boolean,
): Region {
  const isRead = (atoms: readonly Atom[]): boolean =>
    atoms.every(({ dimension, pattern }) => !dimension.startsWith("unread ") && isReadable(pattern));
  const read = alternatives.filter(isRead);
  const all = (dimension: Dimension): bigint => allClasses(space, dimension);
  const region = union(read.flatMap((atoms) => atomsBox(atoms, space, group) ?? []));
  if (read.length === alternatives.length) return negated ? subtract(everything, region, all) : region;
  if (negated) return upper ? subtract(everything, region, all) : [];
  return upper ? everything : region;
}

function atomsBox(atoms: readonly Atom[], space: Space, group: PortGroup): Box | undefined {
  return atoms.reduce<Box | undefined>((box, atom) => {
    const classes = atomClasses(atom, space, group);
    if (!box || classes === 0n) return undefined;
    const left = (box.get(atom.dimension) ?? classes) & classes;
    return left === 0n ? undefined : new Map(box).set(atom.dimension, left);
  }, new Map());
}

function atomClasses({ dimension, pattern }: Atom, space: Space, group: PortGroup): bigint {
  if (dimension === "port") {
    return space.ports.reduce(
      (classes, { number }, i) =>
        atomMatches(dimension, pattern, String(number)) ? classes | (1n << BigInt(i)) : classes,
      0n,
    );
  }
  if (dimension === "identity" && !group.hasIdentity) return 0n;
  if (dimension.startsWith("claim ") && !group.readsTokens) return 0n;
  return classesWhere(space, dimension, (value) => atomMatches(dimension, pattern, value));
}

/** Boxes that restrict the same single aspect become one. */
function union(boxes: readonly Box[]): Region {
  const single = new Map<string, bigint>();
  const others: Box[] = [];
  for (const box of boxes) {
    const [entry] = box;
    if (box.size === 1 && entry) single.set(entry[0], (single.get(entry[0]) ?? 0n) | entry[1]);
    else others.push(box);
  }
  return [...others, ...[...single].map((entry): Box => new Map([entry]))];
}
