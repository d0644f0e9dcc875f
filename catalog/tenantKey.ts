import { z } from "zod";
import type { Shape } from "./shape";
import { typedTextOf } from "./text";

/**
 * What identifies the tenant of a request: a claim of its token, or a header. Set one of them. Requests without it share
 * the quota of the tenant `-`.
 */
export interface TenantKeyDefinition {
  /**
   * Claim of the validated token, whose value is text, such as `tenant_id`; for a claim inside others a list of names,
   * such as `["organization", "id"]`. Clients can't forge it. It requires `jwtRules`; routes and calls with `endUser` also
   * require the token. Required without `header`. Default: none.
   */
  readonly claim?: string | readonly string[];
  /**
   * Name of the header, in lower case. Services and admitted callers choose its value. Clients of a gateway must not
   * (checks MW347 and MW348). Required without `claim`. Default: none.
   */
  readonly header?: string;
}

/** What identifies a tenant, with the names of the claim as a list. */
export type TenantKey = { readonly claim: readonly string[] } | { readonly header: string };

/** The tenant of requests without the claim or the header. */
export const noTenant = "-";

const name = z.string().min(1);

export const tenantKeyFields = {
  claim: z.union([name, z.array(name).min(1)]).optional(),
  header: typedTextOf<string>(
    /^[a-z0-9-]+$/,
    'write the name of a header in lower case, such as "x-tenant-id"',
  ).optional(),
} satisfies Shape<TenantKeyDefinition>;

/** The schema of an object of which a tenant key is a part, with the rule that one of the key's fields is set. */
export function withTenantKey<T extends TenantKeyDefinition>(schema: z.ZodType<T>): z.ZodType<T> {
  return schema
    .refine(({ claim, header }) => (claim === undefined) !== (header === undefined), {
      params: { fix: "set exactly one of claim, header" },
    })
    .meta({ oneOf: [{ required: ["claim"] }, { required: ["header"] }] });
}

export function normalizeTenantKey({ claim = [], header }: TenantKeyDefinition): TenantKey {
  return header === undefined ? { claim: typeof claim === "string" ? [claim] : claim } : { header };
}
