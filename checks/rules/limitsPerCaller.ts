import { type Edge, formatPath, isHttp, parsePath } from "../../catalog";
import type { MeshRule } from "../rule";
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

export const limitsPerCaller: MeshRule = {
  code: "MW406",
  severity: "error",
  title: "The calls of a caller to one port have the same timeout and retries",
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
            message: `${other.path} and ${edge.path} have different ${field === "timeout" ? "timeouts" : "retries"}, and the proxy of "${name}" treats all that it sends to the port "${edge.port.name}" of "${edge.callee}" alike`,
            fix: `give both the same, or have "${edge.callee}" serve one of them on another port`,
          };
          // Retries that aren't the call's own follow from the timeout.
          if (!edge.ownRetries && !other.ownRetries) break;
        }
      }
    }
  },
};

/** Neither a copy of a request nor a question of the proxy itself, which have the limits of what they belong to. */
function isCall({ path, port }: Edge): boolean {
  return isHttp(port.protocol) && parsePath(path)[2] === "calls";
}
