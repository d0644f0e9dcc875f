import { formatPath } from "../../catalog";
import { nearest } from "../nearest";
import { pages } from "../pages";
import { endUsers } from "../references";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

const issuer = "https://auth.example.com";
const requiring = (one: string): object => ({
  ...webAndApi({ calls: { api: { endUser: { issuer: one } } } }, {}),
  jwtRules: [{ issuer }],
});

export const text = (required: string, issuers: readonly string[]): Text => ({
  message: `no rule of jwtRules has the issuer "${required}", so every request would be denied`,
  fix: nearest(required, issuers, "add it to jwtRules"),
});

export const endUserIssuerDeclared: DefinitionRule = {
  code: "MW316",
  severity: "error",
  title: "The issuer that a call requires is one of the mesh's jwtRules",
  why: [
    "A proxy accepts tokens of the declared issuers only.",
    "A rule that requires another issuer matches no request, so every request is denied.",
  ],
  see: pages.requestAuthentication,
  stage: "definition",
  examples: { wrong: requiring("https://auth.example.org"), right: requiring(issuer) },
  *check(definition) {
    const issuers = (definition.jwtRules ?? []).map((rule) => rule.issuer);
    if (issuers.length === 0) return;
    for (const { endUser, path } of endUsers(definition)) {
      const required = endUser.issuer;
      if (required === undefined || issuers.includes(required)) continue;
      yield {
        path: formatPath([...path, "issuer"]),
        ...text(required, issuers),
      };
    }
  },
};
