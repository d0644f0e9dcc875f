import { type Edge, formatPath, isHttp, parsePath } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";

const calling = (...timeouts: string[]): object =>
  webAndApi(
    {
      calls: {
        api: [
          { methods: ["GET"], timeout: timeouts[0] },
          { methods: ["POST"], timeout: timeouts[1] },
        ],
      },
    },
    {},
  );

interface Differing {
  readonly field: "timeout" | "retries";
  readonly service: string;
  readonly callee: string;
  readonly port: string;
}

export const text = (first: string, second: string, { field, service, callee, port }: Differing): Text => ({
  message: `${first} and ${second} have different ${field === "timeout" ? "timeouts" : "retries"}, and the proxy of "${service}" has one route for all requests to the port "${port}" of "${callee}"`,
  fix: `set the same ${field} for both, or serve one of them on another port of "${callee}"`,
});

export const limitsPerCaller: MeshRule = {
  code: "MW406",
  severity: "error",
  title: "A caller's calls to one port have the same timeout and retries",
  why: [
    "Timeouts and retries are set per route, and a caller's proxy has one route per host and port of a callee.",
    "Two calls with different limits would render one route, in which the limits of one of them are lost.",
  ],
  see: pages.virtualService,
  stage: "mesh",
  examples: { wrong: calling("1s", "5s"), right: calling("5s", "5s") },
  *check({ services }, hasFailed) {
    for (const { name, outgoing } of services) {
      const first = new Map<string, Edge>();
      for (const edge of outgoing.filter(isCall)) {
        const key = `${edge.callee} ${edge.port.name}`;
        const other = first.get(key);
        if (!other) first.set(key, edge);
        if (!other) continue;
        for (const field of ["timeout", "retries"] as const) {
          if (JSON.stringify(edge[field]) === JSON.stringify(other[field])) continue;
          if (hasFailed(edge.path) || hasFailed(other.path)) continue;
          const own = field === "timeout" ? edge.ownTimeout : edge.ownRetries;
          const there = own ? edge : other;
          yield {
            path: formatPath([...parsePath(there.path), field]),
            ...text(other.path, edge.path, {
              field,
              service: name,
              callee: edge.callee,
              port: edge.port.name,
            }),
          };
          // Inherited retries are derived from the timeout.
          if (!edge.ownRetries && !other.ownRetries) break;
        }
      }
    }
  },
};

/** Whether an edge is a declared call. A mirrored request has the limits of its route, and a rate limit request those of its filter. */
function isCall({ path, port }: Edge): boolean {
  return isHttp(port.protocol) && parsePath(path)[2] === "calls";
}
