import { formatPath } from "../../catalog";
import { callGraph } from "../callGraph";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { shortened } from "../shortened";
import { webAndApi } from "./example";

/** @param more paths of the calls that close other cycles of the same services. */
export const text = (cycle: readonly string[], more: readonly string[] = []): Text => ({
  message: `${shortened([...cycle, cycle[0] ?? ""])} is a cycle: none of these services works without the others, and a request may never end${more.length > 0 ? `. More cycles contain these services, closed by ${shortened(more, ", ")}` : ""}`,
  fix: "remove one of these calls, set asynchronous: true if its caller doesn't wait for the response, or suppress this with the reason why requests end",
});

export const noCycles: MeshRule = {
  code: "MW405",
  severity: "warning",
  title: "Calls do not form a cycle",
  why: [
    "If services wait for each other in a cycle, one request occupies connections and threads of all of them.",
    "Under load each waits for capacity that the other holds, and none can be deployed or recover alone.",
  ],
  see: pages.trafficManagement,
  suppress:
    "the requests end, for example because the second call uses another endpoint that makes no further calls.",
  stage: "mesh",
  examples: {
    wrong: webAndApi({}, { calls: { web: {} } }),
    right: webAndApi({}, { calls: { web: { asynchronous: true } } }),
  },
  *check(mesh, hasFailed) {
    // A call with an invalid value may be meant to be asynchronous.
    const cycles = callGraph(mesh).cycles.filter((cycle) => !callsOf(cycle).some(hasFailed));
    for (const [cycle, ...others] of connected(cycles)) {
      if (!cycle) continue;
      const more = others.map((other) => closingCall(other));
      yield {
        path: closingCall(cycle),
        ...text(cycle, more),
      };
    }
  },
};

type Cycle = readonly string[];

/** Cycles in groups that share services, the shortest of each group first. A service that calls itself is no cycle. */
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
