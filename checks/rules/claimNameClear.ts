import { type ClaimsDefinition, formatPath, isValues } from "../../catalog";
import { pages } from "../pages";
import { endUsers } from "../references";
import type { DefinitionRule, Report, Text } from "../rule";
import { webAndApi } from "./example";

const requiring = (claims: object): object => ({
  ...webAndApi({ calls: { api: { endUser: { claims } } } }, {}),
  jwtRules: [{ issuer: "https://auth.example.com" }],
});

export const text = (name: string): Text => ({
  message: `"${name}" is one claim whose name has a dot, not a claim inside another one`,
  fix: `for a claim inside another one write ${name.split(".").reduceRight((inner, one) => `{ ${one}: ${inner} }`, "[…]")}; if the dot belongs to the name, suppress this with the reason`,
});

export const claimNameClear: DefinitionRule = {
  code: "MW314",
  severity: "warning",
  title: "The name of a claim has no dot, unless it is a URL",
  why: [
    "Keycloak and other issuers nest roles in another claim, which is often written with a dot.",
    "Istio takes the dot as a part of the name, so the rule matches no token and denies every request.",
  ],
  see: pages.authorizationJwt,
  suppress: "the tokens have a claim whose own name contains the dot.",
  stage: "definition",
  examples: {
    wrong: requiring({ "realm_access.roles": ["admin"] }),
    right: requiring({ realm_access: { roles: ["admin"] } }),
  },
  *check(definition) {
    for (const { endUser, path } of endUsers(definition)) {
      if (endUser.claims) yield* dotted(endUser.claims, [...path, "claims"]);
    }
  },
};

function* dotted(claims: ClaimsDefinition, path: readonly (string | number)[]): Iterable<Report> {
  for (const [name, value] of Object.entries(claims)) {
    if (name.includes(".") && !name.includes("://"))
      yield { path: formatPath([...path, name]), ...text(name) };
    if (!isValues(value)) yield* dotted(value, [...path, name]);
  }
}
