import { formatDuration } from "../../catalog";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";

const limited = (per: string): object => ({
  rateLimit: { requests: 100, per: "10s", quota: { header: "x-tenant-id", requests: 60, per } },
});

export const quotaIntervalFits: MeshRule = {
  code: "MW701",
  severity: "error",
  title: "A quota's time is a multiple of the time of the limit that it is a part of",
  stage: "mesh",
  examples: { wrong: webAndApi({}, limited("15s")), right: webAndApi({}, limited("1m")) },
  *check({ services }) {
    for (const { name, path, rateLimit } of services) {
      if (!rateLimit?.quota || rateLimit.quota.per % rateLimit.per === 0) continue;
      const { per, quota } = rateLimit;
      yield {
        path: `${path}.rateLimit.quota.per`,
        message: `the quotas of "${name}" are filled up every ${formatDuration(quota.per)}, no multiple of the ${formatDuration(per)} of its limit: Envoy refuses both`,
        fix: `use ${formatDuration(Math.ceil(quota.per / per) * per)}, or another multiple of ${formatDuration(per)}`,
      };
    }
  },
};
