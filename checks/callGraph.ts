import type { Mesh } from "../catalog";
import { isAwaited } from "./awaited";

/** The call graph of all calls whose caller waits for the response, from the services that requests enter first. */
export interface CallGraph {
  /** The services in topological order, callers before callees. Calls that close a cycle are ignored. */
  readonly order: readonly string[];
  /** For each call that closes a cycle: the names along the cycle, from the callee to the caller. */
  readonly cycles: readonly (readonly string[])[];
}

export function callGraph({ services }: Mesh): CallGraph {
  const callees = new Map(
    services.map(({ name, outgoing }) => [
      name,
      new Set(outgoing.filter(isAwaited).map(({ callee }) => callee)),
    ]),
  );
  // The start of a walk determines which call of a cycle closes it.
  const uncalled = services.filter(({ incoming }) =>
    incoming.every(({ source }) => source.kind !== "service"),
  );
  const routed = services.filter(({ incoming }) => incoming.some(({ source }) => source.kind === "gateway"));
  const roots = [...uncalled, ...routed, ...services].map(({ name }) => name);

  const finished: string[] = [];
  const cycles: string[][] = [];
  const seen = new Set<string>();
  // Not recursive: a call path can be longer than the JavaScript stack.
  const stack: { readonly name: string; readonly next: Iterator<string, undefined> }[] = [];
  const positions = new Map<string, number>();
  const enter = (name: string): void => {
    seen.add(name);
    positions.set(name, stack.length);
    stack.push({ name, next: (callees.get(name) ?? new Set<string>()).values() });
  };
  for (const root of roots) {
    if (!seen.has(root)) enter(root);
    for (let here = stack.at(-1); here; here = stack.at(-1)) {
      const step = here.next.next();
      if (step.done) {
        stack.pop();
        positions.delete(here.name);
        finished.push(here.name);
        continue;
      }
      const position = positions.get(step.value);
      if (position !== undefined) cycles.push(stack.slice(position).map(({ name }) => name));
      else if (!seen.has(step.value)) enter(step.value);
    }
  }
  return { order: finished.reverse(), cycles };
}
