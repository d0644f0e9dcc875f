import { references } from "../references";
import type { DefinitionRule } from "../rule";
import { webAndApi } from "./example";

const jwtRules = [{ issuer: "https://auth.example.com" }];

export const tokenAsked: DefinitionRule = {
  code: "MW307",
  severity: "warning",
  title: "Where issuers of tokens are declared, some call asks for a token",
  stage: "definition",
  needsWhole: true,
  examples: {
    wrong: { ...webAndApi({}, {}), jwtRules },
    right: { ...webAndApi({ calls: { api: { endUser: {} } } }, {}), jwtRules },
  },
  *check(definition) {
    if (!definition.jwtRules) return;
    for (const { call } of references(definition)) if (call.endUser) return;
    yield {
      path: "jwtRules",
      message:
        "issuers are declared, and no call, route or admission has an endUser: requests without a token are let through everywhere",
      fix: "add endUser: {} to the calls and routes that need a token, or remove jwtRules",
    };
  },
};
