import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";
import { requestText } from "../../effect";
import { atServers, differencesOf, placeText, workloadsText } from "../effectText";

const rules = [
  {
    from: [{ source: { principals: ["cluster.local/ns/shop/sa/web"] } }],
    to: [{ operation: { ports: ["8080"] } }],
  },
];
const overriding = (all: object[]): object => ({
  ...webAndApi({}, {}),
  overrides: { AuthorizationPolicy: { "shop/api": { spec: { rules: all } } } },
});

export const text = (workloads: string, request: string, sure: boolean): Text => ({
  message: `the override ${sure ? "allows" : "may allow"} requests to ${workloads} that the catalog does not declare, such as ${request}`,
  fix: "declare the call in the catalog, or suppress this with the reason",
});

export const overrideAccess: ObjectRule = {
  code: "MW911",
  severity: "warning",
  title: "Overrides do not allow more requests",
  why: [
    "The AuthorizationPolicies and NetworkPolicies allow exactly the calls of the catalog.",
    "Requests that an override adds belong to no call, so checks and limits leave them out.",
    "The finding shows one of the requests that are allowed now.",
  ],
  see: pages.authorizationPolicy,
  suppress: "the catalog has no field for the client, such as an address block or a header.",
  stage: "objects",
  examples: {
    wrong: overriding([...rules, {}]),
    right: overriding(rules),
  },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const effect of overrideEffects(mesh, rendered)) {
      const found = [
        ...differencesOf(effect, "access gained"),
        ...atServers(differencesOf(effect, "identity gained")),
        ...differencesOf(effect, "network opened").filter(({ witness }) => witness),
      ];
      const [first] = found;
      if (first)
        yield {
          path: effect.path,
          ...text(
            first.workload.assumed ? placeText(first) : workloadsText(found),
            requestText(first.witness),
            first.sure,
          ),
        };
    }
  },
};
