import { formatDuration, formatPath, parsePath } from "../../catalog";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";

const limited = (requests: number): object => ({
  rateLimit: { requests: 100, per: "1s", quota: { header: "x-tenant-id", requests, per: "1m" } },
});

export const quotaWithinLimit: MeshRule = {
  code: "MW702",
  severity: "warning",
  title: "A tenant's quota is less than the limit that all tenants share",
  stage: "mesh",
  examples: { wrong: webAndApi({}, limited(7200)), right: webAndApi({}, limited(600)) },
  *check({ services }) {
    for (const { path, rateLimit } of services) {
      if (!rateLimit?.quota) continue;
      const { quota } = rateLimit;
      const all = (rateLimit.requests * quota.per) / rateLimit.per;
      const each = [
        { at: ["requests"], who: "one tenant", requests: quota.requests },
        ...quota.tenants.map(({ tenant, requests }) => ({
          at: ["tenants", tenant],
          who: `the tenant "${tenant}"`,
          requests,
        })),
      ];
      for (const { at, who, requests } of each) {
        if (requests < all) continue;
        yield {
          path: formatPath([...parsePath(path), "rateLimit", "quota", ...at]),
          message: `${who} may send ${requests} requests in ${formatDuration(quota.per)}, and all of them together ${all}: one can use up what belongs to all`,
          fix: `set it to less than ${all}, or raise the common limit`,
        };
      }
    }
  },
};
