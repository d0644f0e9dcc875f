import { plainest } from "./accessDifference";
import { allClasses } from "./accessSet";
import { certainlyMore, comparedAccess } from "./comparedAccess";
import type { Alike } from "./identities";
import type { Model } from "./model";
import { type Box, classNumbers, intersect, type Region, subtract } from "./region";
import type { Request } from "./request";
import { type Space, witnessIn } from "./space";
import type { Workload } from "./workload";

/** Requests of one client that only one of two models allows, shown by one of them. */
export interface ClientAccess {
  readonly kind: "access gained" | "access lost";
  /** False if the models don't read something that can decide otherwise. */
  readonly sure: boolean;
  readonly witness: Request;
  /** All requests that are gained or lost, as text, of which the witness is one. */
  readonly extent: string;
  /** Principals of workloads that no policy distinguishes from the witness's. Default: none. */
  readonly alike?: readonly string[];
}

/**
 * Returns which clients of a workload gain or lose requests from one model to another. First is each identity of a
 * known workload, then clients with another identity, then those without one.
 */
export function accessByClient(before: Model, old: Workload, after: Model, now: Workload): ClientAccess[] {
  const { space, was, is } = comparedAccess(before, old, after, now);
  const all = (dimension: string): bigint => allClasses(space, dimension);
  const clients = clientClasses(space);
  return (["access gained", "access lost"] as const).flatMap((kind) => {
    const [to, from] = kind === "access gained" ? [is, was] : [was, is];
    const certain = certainlyMore(to, from, space);
    const possible = [...subtract(to.maybe, from.maybe, all), ...(from.asked.length > 0 ? certain : [])];
    return clients.flatMap(({ classes, alike: others }): ClientAccess[] => {
      const sure = within(certain, classes);
      const box = sure ?? within(possible, classes);
      if (!box) return [];
      const witness = witnessIn(box, space);
      const alike = others();
      const extent = extentOf(intersect(possible, [new Map([["identity", classes]])]), space);
      return [{ kind, sure: sure !== undefined, witness, extent, ...(alike.length > 0 && { alike }) }];
    });
  });
}

/** Identities that are told apart. */
interface ClientClasses {
  readonly classes: bigint;
  /** Principals of workloads besides the first one. */
  readonly alike: Alike;
}

function clientClasses({ values, alike }: Space): ClientClasses[] {
  const single: ClientClasses[] = [];
  let [others, none] = [0n, 0n];
  for (const [i, value] of (values.get("identity") ?? []).entries()) {
    const bit = 1n << BigInt(i);
    const group = typeof value === "string" ? alike.get(value) : undefined;
    if (group) single.push({ classes: bit, alike: () => group().slice(1) });
    else if (value === undefined) none |= bit;
    else others |= bit;
  }
  const more = [others, none].filter((classes) => classes !== 0n);
  return [...single, ...more.map((classes) => ({ classes, alike: () => [] }))];
}

/** Describes a region by the values that stand for its classes. */
function extentOf(region: Region, { ports, values }: Space): string {
  const texts = region.map((box) =>
    [...box]
      .map(([dimension, classes]) => {
        const all = dimension === "port" ? ports : (values.get(dimension) ?? []);
        return `${dimension} ${JSON.stringify(classNumbers(classes).map((i) => all[i] ?? null))}`;
      })
      .sort()
      .join(" "),
  );
  return texts.sort().join("\n");
}

function within(region: Region, client: bigint): Box | undefined {
  return plainest(intersect(region, [new Map([["identity", client]])]));
}
