import { formatDuration, formatPath, parsePath } from "../../catalog";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";

const web = { resilience: { timeout: "10s" } };
const api = { resilience: { timeout: "30s" } };

export const calleeWithinCaller: MeshRule = {
  code: "MW403",
  severity: "warning",
  title: "A service doesn't wait longer for its callees than its own callers wait for it",
  stage: "mesh",
  examples: {
    wrong: webAndApi(web, api),
    right: webAndApi({ ...web, calls: { api: { timeout: "10s" } } }, api),
  },
  *check({ services }) {
    for (const { name, timeout: own, outgoing } of services) {
      if (own === undefined) continue;
      for (const { callee, timeout, path } of outgoing) {
        if (timeout === undefined || timeout <= own) continue;
        yield {
          path: formatPath([...parsePath(path), "timeout"]),
          message: `callers of "${name}" give up after ${formatDuration(own)}, and "${name}" waits ${formatDuration(timeout)} for "${callee}": the work goes on for nobody`,
          cure: `set the call's timeout to at most ${formatDuration(own)}, or give "${name}" more time`,
        };
      }
    }
  },
};
