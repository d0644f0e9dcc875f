import { formatDuration, formatPath, isHttp, parsePath } from "../../catalog";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";

const load = { rps: 100, p99: "2s", callers: 1 };

export const timeoutCoversLoad: MeshRule = {
  code: "MW407",
  severity: "warning",
  title: "Callers wait longer for a service than 99 % of its answers take",
  stage: "mesh",
  examples: {
    wrong: webAndApi({ calls: { api: { timeout: "1s" } } }, { load }),
    right: webAndApi({ calls: { api: { timeout: "3s" } } }, { load }),
  },
  *check({ services }) {
    for (const { name, load: declared, incoming, timeout, retries, path } of services) {
      if (!declared) continue;
      const waits = [
        { who: "callers give", timeout, retries, path: [...parsePath(path), "resilience"] },
        ...incoming
          .filter(
            ({ port, mirrored, ownTimeout, ownRetries }) =>
              isHttp(port.protocol) && !mirrored && (ownTimeout || ownRetries),
          )
          .map((edge) => ({ ...edge, who: `"${edge.source.name}" gives`, path: parsePath(edge.path) })),
      ];
      for (const wait of waits) {
        const limit = Math.min(wait.timeout ?? Infinity, wait.retries.perTryTimeout ?? Infinity);
        if (limit > declared.p99) continue;
        const field = wait.timeout === limit ? ["timeout"] : ["retries", "perTryTimeout"];
        yield {
          path: formatPath([...wait.path, ...field]),
          message: `${wait.who} up on "${name}" after ${formatDuration(limit)}, and more than one answer in a hundred takes longer: its p99 is ${formatDuration(declared.p99)}`,
          fix: `set it above ${formatDuration(declared.p99)}, or correct the load's p99`,
        };
      }
    }
  },
};
