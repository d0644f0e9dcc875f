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
  const used = (attempts + 1) * perTryTimeout;
  return {
    message: `each attempt is aborted after ${formatDuration(perTryTimeout)}, so slower responses can't succeed, and requests fail after at most ${formatDuration(used)}, before the timeout of ${formatDuration(timeout)}`,
    fix: `omit perTryTimeout, which gives each attempt ${formatDuration(Math.floor(timeout / (attempts + 1)))}, or lower the timeout to ${formatDuration(used)}`,
  };
};

export const attemptsUseTimeout: MeshRule = {
  code: "MW402",
  severity: "warning",
  title: "The attempts of a request use at least half of its timeout",
  why: [
    "Each attempt is aborted after its per-try timeout, although the caller would wait longer.",
    "A callee that slows down slightly then fails every attempt, and each retry adds load to it.",
  ],
  see: pages.router,
  suppress: "slow responses are useless to the caller, and a fast retry is likely to succeed.",
  stage: "mesh",
  examples: {
    wrong: webAndApi({}, { resilience: resilience("2s") }),
    right: webAndApi({}, { resilience: resilience("7s") }),
  },
  *check(mesh) {
    for (const { timeout, attempts, perTryTimeout, retriesSlow, path } of timed(mesh)) {
      if (!retriesSlow || (attempts + 1) * perTryTimeout * 2 >= timeout) continue;
      yield {
        path: `${path}.perTryTimeout`,
        ...text({ attempts, perTryTimeout, timeout }),
      };
    }
  },
};
