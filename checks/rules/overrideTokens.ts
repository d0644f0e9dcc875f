import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";
import { differencesOf, workloadsText } from "../effectText";

const issuer = "https://id.example.com";
const overriding = (jwksUri: string): object => ({
  ...webAndApi({ calls: { api: { endUser: {} } } }, {}),
  jwtRules: [{ issuer, jwksUri: `${issuer}/keys` }],
  overrides: {
    RequestAuthentication: {
      "shop/default": { spec: { jwtRules: [{ issuer, jwksUri, forwardOriginalToken: true }] } },
    },
  },
});

export const text = (workloads: string, before: string, after: string): Text => ({
  message: `the override changes how ${workloads} reads tokens: ${before} becomes ${after}`,
  fix: "set it under jwtRules, or suppress this with the reason",
});

export const overrideTokens: ObjectRule = {
  code: "MW919",
  severity: "warning",
  title: "Overrides do not change how tokens are verified",
  why: [
    "The keys of an issuer decide whose tokens the proxies accept.",
    "Where a token is read, and which headers the application gets, are the other half of the same decision.",
    "Checks and proofs read jwtRules, so an override that contradicts it makes them wrong.",
  ],
  see: pages.requestAuthentication,
  suppress: "the catalog has no field for the setting.",
  stage: "objects",
  examples: {
    wrong: overriding("https://keys.example.org/keys"),
    right: overriding(`${issuer}/keys`),
  },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const effect of overrideEffects(mesh, rendered)) {
      const found = differencesOf(effect, "tokens changed");
      const [first] = found;
      if (first) yield { path: effect.path, ...text(workloadsText(found), first.before, first.after) };
    }
  },
};
