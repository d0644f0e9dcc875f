import { formatDuration } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";
import { timed, type TimedRetries } from "./timed";

const resilience = (retryOn: readonly string[]): object => ({
  timeout: "10s",
  retries: { attempts: 1, perTryTimeout: "5s", retryOn },
});

export const text = ({ perTryTimeout, timeout }: Pick<TimedRetries, "perTryTimeout" | "timeout">): Text => ({
  message: `a slow attempt ends the request after ${formatDuration(perTryTimeout)} of the timeout of ${formatDuration(timeout)}: no condition of retryOn retries it`,
  fix: 'omit perTryTimeout, or add "gateway-error", "reset" or "5xx" to retryOn',
});

export const longerText = ({
  perTryTimeout,
  timeout,
}: Pick<TimedRetries, "perTryTimeout" | "timeout">): Text => ({
  message: `no attempt reaches ${formatDuration(perTryTimeout)}: the request ends after the timeout of ${formatDuration(timeout)}`,
  fix: "omit perTryTimeout, or raise the timeout",
});

export const slowAttemptsRetried: MeshRule = {
  code: "MW408",
  severity: "warning",
  title: "Attempts that reach their per-try timeout are retried",
  why: [
    "A per-try timeout ends an attempt early so that another one can start.",
    "Only `gateway-error`, `5xx` and `reset` retry such an attempt; with any other condition it is final and only shortens the timeout.",
  ],
  see: pages.router,
  suppress:
    "the shorter limit is intended for requests that were sent, and retries only cover connection failures.",
  stage: "mesh",
  examples: {
    wrong: webAndApi({}, { resilience: resilience(["connect-failure", "refused-stream"]) }),
    right: webAndApi({}, { resilience: resilience(["gateway-error", "connect-failure", "refused-stream"]) }),
  },
  *check(mesh, hasFailed) {
    for (const { timeout, perTryTimeout, retriesSlow, path } of timed(mesh)) {
      if (retriesSlow || perTryTimeout === timeout || hasFailed(`${path}.retryOn`)) continue;
      yield {
        path: `${path}.perTryTimeout`,
        ...(perTryTimeout > timeout ? longerText : text)({ perTryTimeout, timeout }),
      };
    }
  },
};
