import type { Edge, Mesh } from "../../catalog";
import { notProvable, type Outcome, type Stage } from "../experiment";
import type { LabAnswer } from "../laboratory";
import { bearer, type SampleCall } from "../sample";
import type { TokenIssuer } from "../tokens";

/** How many requests a proof of a rate limit sends at most. */
export const mostRequests = 3000;

/** Whether a proxy rejected a request over a rate limit. */
export function isLimited({ status, pod }: LabAnswer): boolean {
  return status === "429" && pod === undefined;
}

/** Whether the application answered a request. */
export function isAnswered({ pod }: LabAnswer): boolean {
  return pod !== undefined;
}

/** Where no requests are counted, nothing is known of a limit. Undefined in a laboratory. */
export function uncounted({ real }: Stage): Promise<Outcome> | undefined {
  return real ? undefined : Promise.resolve(notProvable("it takes requests that are counted"));
}

/** A request as a tenant sends it, whom a header or a claim of the token identifies. */
export function asTenant(
  { mesh, edge, issuer }: { readonly mesh: Mesh; readonly edge: Edge; readonly issuer: TokenIssuer },
  sample: SampleCall,
  key: { readonly header: string } | { readonly claim: readonly string[] },
  tenant: string,
): SampleCall {
  const own =
    "header" in key
      ? { [key.header]: tenant }
      : bearer(issuer.tokenWith(edge, mesh.jwtRules, { path: key.claim, value: tenant }));
  return { ...sample, headers: { ...sample.headers, ...own } };
}
