import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { tenantClaims } from "../tenantClaims";
import { webAndApi } from "./example";

const limited = webAndApi(
  {},
  { rateLimit: { requests: 100, per: "1s", quota: { claim: "tenant_id", requests: 600, per: "1m" } } },
);

export const text = (service: string): Text => ({
  message: `the tenants of "${service}" are identified by a claim, and no issuer is declared: all requests share one quota`,
  fix: 'add jwtRules: [{ issuer: "https://…" }] to the mesh',
});

export const tenantClaimIssued: DefinitionRule = {
  code: "MW349",
  severity: "error",
  title: "A claim that identifies tenants has a declared issuer",
  why: [
    "A proxy has the claims of tokens that it validates, and it validates tokens of declared issuers only.",
    'Without an issuer no request has the claim, so all of them share the quota of the tenant "-".',
  ],
  see: pages.limits,
  stage: "definition",
  examples: {
    wrong: limited,
    right: { ...limited, jwtRules: [{ issuer: "https://auth.example.com" }] },
  },
  *check({ services }, isWritten) {
    if (isWritten("jwtRules")) return;
    for (const [name, service] of Object.entries(services)) {
      for (const below of tenantClaims(service)) {
        yield { path: formatPath(["services", name, ...below, "claim"]), ...text(name) };
      }
    }
  },
};
