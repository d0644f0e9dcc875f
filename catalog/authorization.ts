import { z } from "zod";

/**
 * Whether the AuthorizationPolicies of services are enforced.
 *
 * - `enforced`: a request that no call, route or admission allows is denied.
 * - `dryRun`: the policies have the annotation `istio.io/dry-run: "true"`. The proxies evaluate them and report the results
 *   in metrics, traces and access logs, but deny nothing. `meshwright shadow` reads the results.
 *
 * @see https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/
 */
export type AuthorizationMode = (typeof authorizationModes)[number];

/** The modes of authorization. */
const authorizationModes = ["enforced", "dryRun"] as const;

export const authorizationModeSchema: z.ZodType<AuthorizationMode> = z.enum(authorizationModes);
