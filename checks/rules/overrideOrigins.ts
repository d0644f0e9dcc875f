import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { withHosts } from "./example";
import { changedParts } from "../../effect";
import { differencesOf, requestsText } from "../effectText";

const overriding = (origin: object, allowCredentials: boolean): object => ({
  ...withHosts({
    "shop.example.com": {
      tls: { credentialName: "shop" },
      cors: { allowOrigins: ["https://app.example.com"] },
      routes: [{ prefix: "/", service: "web", methods: ["GET"] }],
    },
  }),
  overrides: {
    VirtualService: {
      "shop/shop.example.com": {
        spec: {
          http: [
            {
              match: [{ uri: { prefix: "/" } }],
              corsPolicy: {
                allowOrigins: [origin],
                allowMethods: ["GET", "HEAD", "POST"],
                allowCredentials,
                unmatchedPreflights: "IGNORE",
              },
              route: [{ destination: { host: "web.shop.svc.cluster.local", port: { number: 8080 } } }],
            },
          ],
        },
      },
    },
  },
});

export const text = (requests: string, changes: string): Text => ({
  message: `the CORS policy for requests to ${requests} allows web pages more than the catalog says: ${changes}`,
  fix: "set the host's cors in the catalog, where checks read it, or suppress this with the reason",
});

export const overrideOrigins: ObjectRule = {
  code: "MW368",
  severity: "warning",
  title: "Overrides allow no more origins by CORS",
  why: [
    "Pages of an allowed origin may read the responses, with the user's cookies if credentials are allowed.",
    "Checks of origins, methods and headers read the catalog's cors, and no override of it.",
  ],
  see: pages.virtualService,
  suppress: "the responses are public, and the policy allows no credentials.",
  stage: "objects",
  examples: {
    wrong: overriding({ regex: ".*" }, true),
    right: overriding({ exact: "https://app.example.com" }, false),
  },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const effect of overrideEffects(mesh, rendered)) {
      const [first] = differencesOf(effect, "CORS wider");
      if (!first?.routes) continue;
      const changes = changedParts(...first.routes)
        .filter(({ setting }) => setting.startsWith("cors."))
        .map(({ setting, before = "not set", after = "not set" }) => `${setting} ${before} becomes ${after}`);
      yield { path: effect.path, ...text(requestsText(first), changes.join(", ")) };
    }
  },
};
