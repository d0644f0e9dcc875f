import { formatDuration } from "../../catalog";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";
import { timed } from "./timed";

const resilience = (perTryTimeout: string): object => ({
  timeout: "30s",
  retries: { attempts: 3, perTryTimeout, retryOn: ["gateway-error", "connect-failure"] },
});

export const triesUseTimeout: MeshRule = {
  code: "MW402",
  severity: "warning",
  title: "The tries of a request leave no more than half of its timeout unused",
  stage: "mesh",
  examples: {
    wrong: webAndApi({}, { resilience: resilience("2s") }),
    right: webAndApi({}, { resilience: resilience("7s") }),
  },
  *check(mesh) {
    for (const { timeout, attempts, perTryTimeout, repeatsSlow, path } of timed(mesh)) {
      const used = (attempts + 1) * perTryTimeout;
      if (!repeatsSlow || used * 2 >= timeout) continue;
      yield {
        path: `${path}.perTryTimeout`,
        message: `each try is cut off after ${formatDuration(perTryTimeout)}, so a request fails after ${formatDuration(used)} at the latest and the timeout of ${formatDuration(timeout)} is never reached: an answer that takes longer than ${formatDuration(perTryTimeout)} can't succeed`,
        fix: `leave perTryTimeout out, which gives each try ${formatDuration(Math.floor(timeout / (attempts + 1)))}, or lower the timeout to ${formatDuration(used)}`,
      };
    }
  },
};
