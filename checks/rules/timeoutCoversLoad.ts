import { formatDuration, formatPath, isHttp, parsePath } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";

const load = { rps: 100, p99: "2s", callers: 1 };

/** @param caller who times out, such as `"web" times out` or `callers time out`. */
export const text = (service: string, caller: string, limit: number, p99: number): Text => ({
  message: `${caller} on "${service}" after ${formatDuration(limit)}, and more than one response in a hundred takes longer: its p99 is ${formatDuration(p99)}`,
  fix: `set it above ${formatDuration(p99)}, or correct the load's p99`,
});

export const timeoutCoversLoad: MeshRule = {
  code: "MW407",
  severity: "warning",
  title: "Callers' timeouts exceed a service's 99th percentile latency",
  why: [
    "`load.p99` is the time within which 99 % of the responses arrive.",
    "A shorter timeout fails more than one request in a hundred, and each retry adds load to a service that is already slow.",
  ],
  see: pages.timeouts,
  suppress: "the caller prefers an error to a slow response.",
  stage: "mesh",
  examples: {
    wrong: webAndApi({ calls: { api: { timeout: "1s" } } }, { load }),
    right: webAndApi({ calls: { api: { timeout: "3s" } } }, { load }),
  },
  *check({ services }) {
    for (const { name, load: declared, incoming, timeout, retries, path } of services) {
      if (!declared) continue;
      const waits = [
        { caller: "callers time out", timeout, retries, path: [...parsePath(path), "resilience"] },
        ...incoming
          .filter(
            ({ port, mirrored, ownTimeout, ownRetries }) =>
              isHttp(port.protocol) && !mirrored && (ownTimeout || ownRetries),
          )
          .map((edge) => ({
            ...edge,
            caller: `"${edge.source.name}" times out`,
            path: parsePath(edge.path),
          })),
      ];
      for (const wait of waits) {
        const limit = Math.min(wait.timeout ?? Infinity, wait.retries.perTryTimeout ?? Infinity);
        if (limit > declared.p99) continue;
        const field = wait.timeout === limit ? ["timeout"] : ["retries", "perTryTimeout"];
        yield {
          path: formatPath([...wait.path, ...field]),
          ...text(name, wait.caller, limit, declared.p99),
        };
      }
    }
  },
};
