import { formatDuration, formatPath, parsePath } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";

const limited = (requests: number): object => ({
  rateLimit: { requests: 100, per: "1s", quota: { header: "x-tenant-id", requests, per: "1m" } },
});

interface Quota {
  /** Missing for the default quota of every tenant. */
  readonly tenant?: string;
  readonly requests: number;
  /** Interval in milliseconds. */
  readonly per: number;
}

/** @param limit requests of all tenants in the quota's interval. */
export const text = ({ tenant, requests, per }: Quota, limit: number): Text => ({
  message: `${tenant === undefined ? "each tenant" : `the tenant "${tenant}"`} may send ${requests} requests in ${formatDuration(per)}, and all tenants together ${limit}: one tenant can use the whole limit`,
  fix: `set it to less than ${limit}, or raise the limit`,
});

export const quotaWithinLimit: MeshRule = {
  code: "MW702",
  severity: "warning",
  title: "A tenant's quota is below the limit of all tenants",
  why: [
    "All tenants share the limit of the service, and a quota bounds the share of each.",
    "A quota at or above the limit bounds nothing: one tenant can use the whole limit, and the others get 429.",
  ],
  see: pages.localRateLimit,
  suppress: "the service has a single tenant.",
  stage: "mesh",
  examples: { wrong: webAndApi({}, limited(7200)), right: webAndApi({}, limited(600)) },
  *check({ services }) {
    for (const { path, rateLimit } of services) {
      if (!rateLimit?.quota) continue;
      const { quota } = rateLimit;
      const all = (rateLimit.requests * quota.per) / rateLimit.per;
      const each = [
        { at: ["requests"], requests: quota.requests },
        ...quota.tenants.map(({ tenant, requests }) => ({
          at: ["tenants", tenant],
          tenant,
          requests,
        })),
      ];
      for (const { at, ...own } of each) {
        if (own.requests < all) continue;
        yield {
          path: formatPath([...parsePath(path), "rateLimit", "quota", ...at]),
          ...text({ ...own, per: quota.per }, all),
        };
      }
    }
  },
};
