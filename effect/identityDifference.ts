import { plainest } from "./accessDifference";
import { allClasses } from "./accessSet";
import { ambientBy } from "./ambient";
import type { Difference, WorkloadPair } from "./change";
import { comparedAccess } from "./comparedAccess";
import { decisionText, mayCall } from "./mayCall";
import type { Model } from "./model";
import { intersect, type Region, subtract } from "./region";
import { type Identity, principalOf, type Request } from "./request";
import { type Space, witnessIn } from "./space";
import { identityOf, type Workload } from "./workload";

/** A workload that has another identity, or none any more. */
interface Renamed {
  readonly now: Workload;
  readonly had: Identity | undefined;
  readonly has: Identity | undefined;
}

/**
 * Returns what workloads may call now, or no longer, because their identity has changed: another service account, or a
 * proxy that is gone or new. What each identity may do is compared elsewhere.
 */
export function identityDifferences(
  before: Model,
  after: Model,
  pairs: readonly WorkloadPair[],
): Difference[] {
  const renamed = pairs.flatMap(([old, now]): Renamed[] => {
    const [had, has] = [clientIdentity(before, old), clientIdentity(after, now)];
    if (had === "unknown" || has === "unknown") return [];
    const isSame = had?.namespace === has?.namespace && had?.serviceAccount === has?.serviceAccount;
    return isSame ? [] : [{ now, had, has }];
  });
  if (renamed.length === 0) return [];
  return pairs
    .filter((pair) => pair.every(({ proxy, assumed }) => proxy === "sidecar" && !assumed))
    .flatMap(([old, now]) => changesAt(before, old, after, now, renamed));
}

/** Undefined for pods without an identity. The identity of assumed pods is unknown, and ztunnel gives one without a proxy. */
function clientIdentity(model: Model, workload: Workload): Identity | undefined | "unknown" {
  if (workload.assumed) return "unknown";
  if (workload.proxy !== "none") return identityOf(workload, model.settings);
  return ambientBy(model, workload) === undefined ? undefined : "unknown";
}

function changesAt(
  before: Model,
  old: Workload,
  after: Model,
  now: Workload,
  renamed: readonly Renamed[],
): Difference[] {
  const { space, was, is } = comparedAccess(before, old, after, now);
  const classes = identityClasses(space);
  const all = (dimension: string): bigint => allClasses(space, dimension);
  const of = (region: Region, identity: bigint): Region =>
    intersect(region, [new Map([["identity", identity]])]).map(
      (box) => new Map([...box].filter(([dimension]) => dimension !== "identity")),
    );
  return renamed.flatMap(({ now: client, had, has }) => {
    const [own, other] = [classes(had), classes(has)];
    if (own === undefined || other === undefined || own === other) return [];
    return (["identity gained", "identity lost"] as const).flatMap((kind): Difference[] => {
      const gained = kind === "identity gained";
      const [to, from] = gained
        ? [of(is.sure, other), of(was.maybe, own)]
        : [of(was.sure, own), of(is.maybe, other)];
      const box = plainest(subtract(to, from, all));
      if (!box) return [];
      const as = (identity: Identity | undefined, number: bigint): Request => ({
        ...witnessIn(new Map([...box, ["identity", number]]), space),
        ...(identity && { identity }),
      });
      const [sent, next] = [as(had, own), as(has, other)];
      const [first, last] = [mayCall(before, old, sent), mayCall(after, now, next)];
      return [
        {
          kind,
          workload: client,
          server: now,
          sure: true,
          witness: gained ? next : sent,
          before: `${said(had)}: ${decisionText(first)}`,
          after: `${said(has)}: ${decisionText(last)}`,
          by: last.by ? [last.by] : [],
        },
      ];
    });
  });
}

function said(identity: Identity | undefined): string {
  return identity === undefined ? "no identity" : principalOf(identity);
}

/** Finds the class of an identity. Undefined if the space does not tell. */
function identityClasses({ values, alike }: Space): (identity: Identity | undefined) => bigint | undefined {
  const known = new Map<string | undefined, bigint>();
  for (const [i, value] of (values.get("identity") ?? []).entries()) {
    const bit = 1n << BigInt(i);
    if (value === undefined) known.set(undefined, bit);
    if (typeof value !== "string") continue;
    for (const principal of alike.get(value)?.() ?? []) known.set(principal, bit);
  }
  return (identity) => known.get(identity && principalOf(identity));
}
