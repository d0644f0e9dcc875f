import type { Mesh } from "../catalog";
import { isAwaited } from "./awaited";

/** The calls whose callers wait for the response, walked once from the services on that requests enter. */
export interface CallGraph {
  /** Services that send or receive requests, callers before callees, except for the calls that close a cycle. */
  readonly order: readonly string[];
  /** For each call that leads back to a service on the way to it: the names from there to its caller. */
  readonly cycles: readonly (readonly string[])[];
}

export function callGraph({ services }: Mesh): CallGraph {
  const callees = new Map(
    services.map(({ name, outgoing }) => [
      name,
      new Set(outgoing.filter(isAwaited).map(({ callee }) => callee)),
    ]),
  );
  // Where a walk starts decides which call of a cycle is the one that closes it.
  const uncalled = services.filter(({ incoming }) =>
    incoming.every(({ source }) => source.kind !== "service"),
  );
  const routed = services.filter(({ incoming }) => incoming.some(({ source }) => source.kind === "gateway"));
  const roots = [...uncalled, ...routed, ...services].map(({ name }) => name);

  const left: string[] = [];
  const cycles: string[][] = [];
  const seen = new Set<string>();
  // Not recursive: a chain of calls may be longer than the stack is deep.
  const way: { readonly name: string; readonly next: Iterator<string, undefined> }[] = [];
  const places = new Map<string, number>();
  const enter = (name: string): void => {
    seen.add(name);
    places.set(name, way.length);
    way.push({ name, next: (callees.get(name) ?? new Set<string>()).values() });
  };
  for (const root of roots) {
    if (!seen.has(root)) enter(root);
    for (let here = way.at(-1); here; here = way.at(-1)) {
      const step = here.next.next();
      if (step.done) {
        way.pop();
        places.delete(here.name);
        left.push(here.name);
        continue;
      }
      const place = places.get(step.value);
      if (place !== undefined) cycles.push(way.slice(place).map(({ name }) => name));
      else if (!seen.has(step.value)) enter(step.value);
    }
  }
  return { order: left.reverse(), cycles };
}
