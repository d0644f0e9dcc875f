import { formatDuration } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";
import { timed, type TimedRetries } from "./timed";

const resilience = (perTryTimeout: string): object => ({
  timeout: "30s",
  retries: { attempts: 3, perTryTimeout, retryOn: ["gateway-error", "connect-failure"] },
});

export const text = ({
  attempts,
  perTryTimeout,
  timeout,
}: Omit<TimedRetries, "path" | "retriesSlow">): Text => {
  const count = attempts + 1;
  return {
    message: `${count} attempts of ${formatDuration(perTryTimeout)} take ${formatDuration(count * perTryTimeout)}, longer than the timeout of ${formatDuration(timeout)}: the last attempts never start`,
    fix: `set perTryTimeout to at most ${formatDuration(Math.floor(timeout / count))}, or omit it to have it derived`,
  };
};

export const retriesFitTimeout: MeshRule = {
  code: "MW401",
  severity: "error",
  title: "All attempts of a request fit into its timeout",
  why: [
    "A route's timeout includes all retries.",
    "If the attempts together take longer, the request times out before the last of them start, and the declared retries never happen.",
  ],
  see: pages.router,
  stage: "mesh",
  examples: {
    wrong: webAndApi({}, { resilience: resilience("10s") }),
    right: webAndApi({}, { resilience: resilience("7500ms") }),
  },
  *check(mesh) {
    for (const { timeout, attempts, perTryTimeout, retriesSlow, path } of timed(mesh)) {
      if (!retriesSlow || (attempts + 1) * perTryTimeout <= timeout) continue;
      yield {
        path: `${path}.perTryTimeout`,
        ...text({ attempts, perTryTimeout, timeout }),
      };
    }
  },
};
