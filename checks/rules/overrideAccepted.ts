import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";

const overriding = (loadBalancer: object): object => ({
  ...webAndApi({}, {}),
  overrides: { DestinationRule: { "shop/api": { spec: { trafficPolicy: { loadBalancer } } } } },
});

export const text = (problems: readonly string[]): Text => ({
  message: `the API server refuses the overridden object: ${problems.join("; ")}`,
  fix: "override the field that contradicts it, too; null removes one",
});

export const overrideAccepted: ObjectRule = {
  code: "MW369",
  severity: "error",
  title: "The API server accepts every overridden object",
  why: [
    "An override is merged into the rendered object, so a field of it can contradict one that the catalog renders.",
    "The CRD's rules and Kubernetes' own validation exclude such combinations, and the deployment fails at this object.",
  ],
  see: pages.kubernetesCrds,
  stage: "objects",
  examples: {
    wrong: overriding({ consistentHash: { httpHeaderName: "x-user" } }),
    right: overriding({ simple: null, consistentHash: { httpHeaderName: "x-user" } }),
  },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const { path, refused } of overrideEffects(mesh, rendered)) {
      if (refused.length > 0) yield { path, ...text(refused) };
    }
  },
};
