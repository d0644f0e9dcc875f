import { endUsers } from "../references";
import { tenantClaims } from "../tenantClaims";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

const jwtRules = [{ issuer: "https://auth.example.com" }];

export const text = (): Text => ({
  message:
    "issuers are declared, but no call, route or admission has endUser and no limit has a claim: requests without a token are accepted everywhere",
  fix: "add endUser: {} to the calls and routes that require a token, or remove jwtRules",
});

export const tokenAsked: DefinitionRule = {
  code: "MW307",
  severity: "warning",
  title: "Declared token issuers are used by a call or a limit",
  why: [
    "RequestAuthentication rejects an invalid token, but accepts a request without any token.",
    "Only a rule that requires a request principal makes the token mandatory, which `endUser` renders.",
  ],
  see: pages.authorizationJwt,
  suppress: "tokens are optional everywhere, for example because the application decides.",
  stage: "definition",
  needsWhole: true,
  examples: {
    wrong: { ...webAndApi({}, {}), jwtRules },
    right: { ...webAndApi({ calls: { api: { endUser: {} } } }, {}), jwtRules },
  },
  *check(definition) {
    if (!definition.jwtRules) return;
    if ([...endUsers(definition)].length > 0) return;
    if (Object.values(definition.services).some((service) => tenantClaims(service).length > 0)) return;
    yield {
      path: "jwtRules",
      ...text(),
    };
  },
};
