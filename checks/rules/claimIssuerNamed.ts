import { formatPath } from "../../catalog";
import { pages } from "../pages";
import { endUsers } from "../references";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

const staff = "https://staff.example.com";
const requiring = (endUser: object): object => ({
  ...webAndApi({ calls: { api: { endUser } } }, {}),
  jwtRules: [{ issuer: staff }, { issuer: "https://customers.example.com" }],
});
const claims = { roles: ["admin"] };

export const text = (issuers: readonly string[]): Text => ({
  message: `these claims are accepted in a token of any issuer: ${issuers.join(", ")}`,
  fix: `add issuer: "${issuers[0] ?? ""}" or another one of them beside the claims`,
});

export const claimIssuerNamed: DefinitionRule = {
  code: "MW315",
  severity: "warning",
  title: "If several issuers are declared, required claims name their issuer",
  why: [
    "A claim has a meaning only together with its issuer.",
    "With several issuers, the least trusted of them can issue a token with the required claim.",
  ],
  see: pages.authorizationJwt,
  suppress: "all issuers are equally trusted to issue these claims.",
  stage: "definition",
  examples: { wrong: requiring({ claims }), right: requiring({ issuer: staff, claims }) },
  *check(definition, isWritten) {
    const issuers = (definition.jwtRules ?? []).map(({ issuer }) => issuer);
    if (issuers.length < 2) return;
    for (const { endUser, path } of endUsers(definition)) {
      const { claims: required = {} } = endUser;
      const named = isWritten(...path.map(String), "issuer");
      if (named || Object.keys(required).length === 0) continue;
      yield {
        path: formatPath([...path, "claims"]),
        ...text(issuers),
      };
    }
  },
};
