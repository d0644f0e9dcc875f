import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

const from = (scheme: string): object => ({
  ...webAndApi({ calls: { api: { endUser: {} } } }, {}),
  jwtRules: [{ issuer: "https://auth.example.com", jwksUri: `${scheme}://auth.example.com/jwks.json` }],
});

export const text = (issuer: string, jwksUri: string): Text => ({
  message: `the keys of ${issuer} are fetched from ${jwksUri}: an attacker on the network path can substitute the keys and sign arbitrary tokens`,
  fix: "fetch them over https, or suppress this with the reason",
});

export const keysOverHttps: DefinitionRule = {
  code: "MW308",
  severity: "warning",
  title: "Keys of token issuers are fetched over HTTPS",
  why: [
    "Proxies validate tokens with the keys from `jwksUri`.",
    "Over plaintext HTTP, an attacker on the network path can substitute the keys and sign arbitrary tokens.",
  ],
  see: pages.requestAuthentication,
  suppress: "the address is inside of the cluster, and the network between is trusted.",
  stage: "definition",
  examples: { wrong: from("http"), right: from("https") },
  *check({ jwtRules = [] }) {
    for (const [i, { issuer, jwksUri }] of jwtRules.entries()) {
      if (jwksUri === undefined || /^https:/i.test(jwksUri)) continue;
      yield {
        path: formatPath(["jwtRules", i, "jwksUri"]),
        ...text(issuer, jwksUri),
      };
    }
  },
};
