import { formatPath } from "../../catalog";
import { callGraph } from "../callGraph";
import type { MeshRule } from "../rule";
import { shortened } from "../shortened";
import { webAndApi } from "./example";

export const noCycles: MeshRule = {
  code: "MW405",
  severity: "warning",
  title: "Calls do not form a cycle",
  stage: "mesh",
  examples: {
    wrong: webAndApi({}, { calls: { web: {} } }),
    right: webAndApi({}, { calls: { web: { asynchronous: true } } }),
  },
  *check(mesh, hasFailed) {
    // A call with a value of the wrong form may be meant to be asynchronous.
    const cycles = callGraph(mesh).cycles.filter((cycle) => !callsOf(cycle).some(hasFailed));
    for (const [cycle, ...others] of connected(cycles)) {
      if (!cycle) continue;
      const more = others.map((other) => closingCall(other));
      yield {
        path: closingCall(cycle),
        message: `${shortened([...cycle, cycle[0] ?? ""])} is a cycle: none of these services works without the others, and a request may never end${more.length > 0 ? `. More cycles run through these services, closed by ${shortened(more, ", ")}` : ""}`,
        fix: "remove one of these calls, set asynchronous: true if its caller doesn't wait for the response, or suppress this with the reason why requests end",
      };
    }
  },
};

type Cycle = readonly string[];

/** Cycles by groups that share services, the shortest one of each group first. One service that calls itself is no cycle. */
function connected(cycles: readonly Cycle[]): Cycle[][] {
  let groups: { names: Set<string>; cycles: Cycle[] }[] = [];
  for (const cycle of cycles.filter(({ length }) => length > 1)) {
    const joined = groups.filter(({ names }) => cycle.some((name) => names.has(name)));
    const group = {
      names: new Set([...joined.flatMap(({ names }) => [...names]), ...cycle]),
      cycles: [...joined.flatMap((one) => one.cycles), cycle],
    };
    groups = [...groups.filter((one) => !joined.includes(one)), group];
  }
  return groups.map((group) => group.cycles.sort((a, b) => a.length - b.length));
}

function callsOf(cycle: Cycle): string[] {
  return cycle.map((name, i) => formatPath(["services", name, "calls", cycle[(i + 1) % cycle.length] ?? ""]));
}

/** The call from the last service of a cycle to its first one. */
function closingCall(cycle: Cycle): string {
  return formatPath(["services", cycle.at(-1) ?? "", "calls", cycle[0] ?? ""]);
}
