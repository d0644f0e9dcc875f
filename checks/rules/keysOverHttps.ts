import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { webAndApi } from "./example";

const from = (scheme: string): object => ({
  ...webAndApi({ calls: { api: { endUser: {} } } }, {}),
  jwtRules: [{ issuer: "https://auth.example.com", jwksUri: `${scheme}://auth.example.com/jwks.json` }],
});

export const keysOverHttps: DefinitionRule = {
  code: "MW308",
  severity: "warning",
  title: "The keys of an issuer are fetched over HTTPS",
  stage: "definition",
  examples: { wrong: from("http"), right: from("https") },
  *check({ jwtRules = [] }) {
    for (const [i, { issuer, jwksUri }] of jwtRules.entries()) {
      if (jwksUri === undefined || /^https:/i.test(jwksUri)) continue;
      yield {
        path: formatPath(["jwtRules", i, "jwksUri"]),
        message: `the keys of ${issuer} come from ${jwksUri}: whoever is on the way can put in his own, and sign any token`,
        fix: "fetch them over https, or suppress this with the reason",
      };
    }
  },
};
