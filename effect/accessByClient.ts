import { plainest } from "./accessDifference";
import { accessSet, allClasses } from "./accessSet";
import type { ClassValue } from "./classes";
import type { Model } from "./model";
import { type Box, classNumbers, intersect, type Region, subtract } from "./region";
import { principalOf, type Request } from "./request";
import { type Space, spaceOf, witnessIn } from "./space";
import { identityOf, type Workload } from "./workload";

/** Requests of one client that only one of two models allows, shown by one of them. */
export interface ClientAccess {
  readonly kind: "access gained" | "access lost";
  /** False if the models don't read something that can decide otherwise. */
  readonly sure: boolean;
  readonly witness: Request;
}

/**
 * Returns which clients of a workload gain or lose requests from one model to another: each identity of a known workload,
 * then clients with another identity, then those without one.
 */
export function accessByClient(before: Model, old: Workload, after: Model, now: Workload): ClientAccess[] {
  const space = spaceOf([
    { model: before, workload: old },
    { model: after, workload: now },
  ]);
  const [was, is] = [accessSet(before, old, space), accessSet(after, now, space)];
  const all = (dimension: string): bigint => allClasses(space, dimension);
  const clients = clientClasses(space, [before, after]);
  return (["access gained", "access lost"] as const).flatMap((kind) => {
    const [to, from] = kind === "access gained" ? [is, was] : [was, is];
    const certain = subtract(to.sure, from.maybe, all);
    const possible = subtract(to.maybe, from.maybe, all);
    return clients.flatMap((client): ClientAccess[] => {
      const sure = within(certain, client);
      const box = sure ?? within(possible, client);
      return box ? [{ kind, sure: sure !== undefined, witness: witnessIn(box, space) }] : [];
    });
  });
}

/** The identities that are told apart: one set of classes each. */
function clientClasses({ values }: Space, models: readonly Model[]): bigint[] {
  const known = new Set(
    models.flatMap(({ workloads, settings }) =>
      workloads.filter(({ proxy }) => proxy !== "none").map((one) => principalOf(identityOf(one, settings))),
    ),
  );
  const classes = [...(values.get("identity") ?? []).entries()];
  const isKnown = (value: ClassValue): boolean => typeof value === "string" && known.has(value);
  const bits = (holds: (value: ClassValue) => boolean): bigint =>
    classes.reduce((set, [i, value]) => (holds(value) ? set | (1n << BigInt(i)) : set), 0n);
  const single = classes.filter(([, value]) => isKnown(value)).map(([i]) => 1n << BigInt(i));
  const others = [
    bits((value) => value !== undefined && !isKnown(value)),
    bits((value) => value === undefined),
  ];
  return [...single, ...others].filter((set) => classNumbers(set).length > 0);
}

function within(region: Region, client: bigint): Box | undefined {
  return plainest(intersect(region, [new Map([["identity", client]])]));
}
