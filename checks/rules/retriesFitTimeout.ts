import { formatDuration } from "../../catalog";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";
import { timed } from "./timed";

const resilience = (perTryTimeout: string): object => ({
  timeout: "30s",
  retries: { attempts: 3, perTryTimeout, retryOn: ["gateway-error", "connect-failure"] },
});

export const retriesFitTimeout: MeshRule = {
  code: "MW401",
  severity: "error",
  title: "All tries of a request fit into its timeout",
  stage: "mesh",
  examples: {
    wrong: webAndApi({}, { resilience: resilience("10s") }),
    right: webAndApi({}, { resilience: resilience("7500ms") }),
  },
  *check(mesh) {
    for (const { timeout, attempts, perTryTimeout, repeatsSlow, path } of timed(mesh)) {
      const tries = attempts + 1;
      if (!repeatsSlow || tries * perTryTimeout <= timeout) continue;
      yield {
        path: `${path}.perTryTimeout`,
        message: `${tries} tries of ${formatDuration(perTryTimeout)} take ${formatDuration(tries * perTryTimeout)}, longer than the timeout of ${formatDuration(timeout)}: the last ones never happen`,
        fix: `set perTryTimeout to at most ${formatDuration(Math.floor(timeout / tries))}, or leave it out to have it derived`,
      };
    }
  },
};
