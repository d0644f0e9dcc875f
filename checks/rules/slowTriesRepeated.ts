import { formatDuration } from "../../catalog";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";
import { timed } from "./timed";

const resilience = (retryOn: readonly string[]): object => ({
  timeout: "10s",
  retries: { attempts: 1, perTryTimeout: "5s", retryOn },
});

export const slowTriesRepeated: MeshRule = {
  code: "MW408",
  severity: "warning",
  title: "Tries with a limit of their own are repeated when they reach it",
  stage: "mesh",
  examples: {
    wrong: webAndApi({}, { resilience: resilience(["connect-failure", "refused-stream"]) }),
    right: webAndApi({}, { resilience: resilience(["gateway-error", "connect-failure", "refused-stream"]) }),
  },
  *check(mesh, hasFailed) {
    for (const { timeout, perTryTimeout, repeatsSlow, path } of timed(mesh)) {
      if (repeatsSlow || perTryTimeout >= timeout || hasFailed(`${path}.retryOn`)) continue;
      yield {
        path: `${path}.perTryTimeout`,
        message: `a slow try ends the request after ${formatDuration(perTryTimeout)} of the timeout of ${formatDuration(timeout)}: no condition of retryOn has it repeated`,
        fix: `leave perTryTimeout out, or add "gateway-error", "reset" or "5xx" to retryOn`,
      };
    }
  },
};
