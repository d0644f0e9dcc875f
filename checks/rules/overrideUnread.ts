import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";
import { differencesOf, workloadsText } from "../effectText";

const overriding = (type: string, settings: object = {}): object => ({
  ...webAndApi({}, { rateLimit: { requests: 100, per: "1s" } }),
  overrides: {
    EnvoyFilter: {
      "shop/api-rate-limit": {
        spec: {
          configPatches: [
            {
              applyTo: "HTTP_FILTER",
              match: { context: "SIDECAR_INBOUND" },
              patch: {
                operation: "INSERT_BEFORE",
                value: { name: "own", typed_config: { "@type": `type.googleapis.com/${type}`, ...settings } },
              },
            },
          ],
        },
      },
    },
  },
});

export const text = (workloads: string): Text => ({
  message: `the override changes the proxies of ${workloads} in a way that can't be judged`,
  fix: "use a field of the catalog or of Istio's own objects, or suppress this with the reason",
});

export const overrideUnread: ObjectRule = {
  code: "MW916",
  severity: "warning",
  title: "Overrides add nothing whose effect is unknown",
  why: [
    "The effect of an EnvoyFilter on access and routes can't be judged before it is applied.",
    "Filters that only limit the rate of requests are known.",
  ],
  see: pages.envoyFilter,
  suppress: "the patch was tested with the version of Istio in use.",
  stage: "objects",
  examples: {
    wrong: overriding("envoy.extensions.filters.http.lua.v3.Lua"),
    right: overriding("envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit", {
      token_bucket: { max_tokens: 100, tokens_per_fill: 100, fill_interval: "1s" },
    }),
  },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const effect of overrideEffects(mesh, rendered)) {
      const found = differencesOf(effect, "unread");
      const [first] = found;
      if (first) yield { path: effect.path, ...text(workloadsText(found)) };
    }
  },
};
