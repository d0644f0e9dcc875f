import { formatDuration } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";

const limited = (per: string): object => ({
  rateLimit: { requests: 100, per: "10s", quota: { header: "x-tenant-id", requests: 60, per } },
});

/** @param intervals in milliseconds. */
export const text = (service: string, { quota, limit }: { quota: number; limit: number }): Text => ({
  message: `the quotas of "${service}" are filled every ${formatDuration(quota)}, which is not a multiple of its limit's ${formatDuration(limit)}: Envoy rejects both`,
  fix: `use ${formatDuration(Math.ceil(quota / limit) * limit)}, or another multiple of ${formatDuration(limit)}`,
});

export const quotaIntervalFits: MeshRule = {
  code: "MW701",
  severity: "error",
  title: "A quota's interval is a multiple of its limit's interval",
  why: [
    "A quota is a descriptor of the same local rate limit, and Envoy fills its bucket together with the limit's.",
    "Envoy rejects a filter whose descriptor interval is not a multiple, so the proxies keep their old configuration.",
  ],
  see: pages.localRateLimit,
  stage: "mesh",
  examples: { wrong: webAndApi({}, limited("15s")), right: webAndApi({}, limited("1m")) },
  *check({ services }) {
    for (const { name, path, rateLimit } of services) {
      if (!rateLimit?.quota || rateLimit.quota.per % rateLimit.per === 0) continue;
      const { per, quota } = rateLimit;
      yield {
        path: `${path}.rateLimit.quota.per`,
        ...text(name, { quota: quota.per, limit: per }),
      };
    }
  },
};
