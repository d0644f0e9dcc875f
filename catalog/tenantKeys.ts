import { formatPath, parsePath } from "./path";
import type { Service } from "./service";
import type { TenantKey } from "./tenantKey";

/** What identifies the tenants of a limit. */
export interface TenantsOfLimit {
  readonly key: TenantKey;
  /** The paths that the limit applies to, each exact or with a trailing `*`. Empty for every path. */
  readonly paths: readonly string[];
  /** Path of the key's object in the catalog. */
  readonly path: string;
}

/** What identifies the tenants of each limit of a service. */
export function tenantKeys({
  path,
  rateLimit,
  globalRateLimits,
}: Pick<Service, "path" | "rateLimit" | "globalRateLimits">): TenantsOfLimit[] {
  const at = (...below: string[]): string => formatPath([...parsePath(path), ...below]);
  const quota = rateLimit?.quota;
  return [
    ...(quota ? [{ key: quota.key, paths: [], path: at("rateLimit", "quota") }] : []),
    ...globalRateLimits.flatMap(({ name, by, path: limited }) => {
      if (by === undefined || by === "remoteAddress") return [];
      const own = name.slice(name.indexOf("/") + 1);
      const paths = limited === undefined ? [] : [limited];
      return [{ key: by.key, paths, path: at("globalRateLimits", own, "by") }];
    }),
  ];
}
