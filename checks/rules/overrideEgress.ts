import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";
import { differencesOf, workloadsText } from "../effectText";

const overriding = (mode: string): object => ({
  ...webAndApi({}, {}),
  overrides: { Sidecar: { "shop/web": { spec: { outboundTrafficPolicy: { mode } } } } },
});

export const text = (workloads: string): Text => ({
  message: `the override lets ${workloads} send requests to any host`,
  fix: "declare the hosts under externalServices, or suppress this with the reason",
});

export const overrideEgress: ObjectRule = {
  code: "MW915",
  severity: "warning",
  title: "Overrides do not open the mesh to unknown hosts",
  why: [
    "With REGISTRY_ONLY a proxy sends requests only to declared hosts.",
    "With ALLOW_ANY it sends them anywhere, so data can leave the mesh unnoticed.",
  ],
  see: pages.egressControl,
  suppress: "the hosts can't be listed; name what limits them instead.",
  stage: "objects",
  examples: {
    wrong: overriding("ALLOW_ANY"),
    right: overriding("REGISTRY_ONLY"),
  },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const effect of overrideEffects(mesh, rendered)) {
      const found = differencesOf(effect, "egress opened");
      const [first] = found;
      if (first) yield { path: effect.path, ...text(workloadsText(found)) };
    }
  },
};
