import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";

const overriding = (annotation: string): object => ({
  ...webAndApi({}, { workload: { image: "registry.example.com/api:1.0.0" } }),
  overrides: {
    Deployment: {
      "shop/api": { spec: { template: { metadata: { annotations: { [annotation]: "100m" } } } } },
    },
  },
});

export const text = (problem: string, fix: string): Text => ({
  message: problem,
  fix: `${fix.charAt(0).toLowerCase()}${fix.slice(1)}, or remove the override`,
});

export const overrideRead: ObjectRule = {
  code: "MW338",
  severity: "warning",
  title: "Istio reads overridden settings as they are written",
  why: [
    "Istio ignores a mistyped annotation, an unreachable route and one of two contradicting ports, and reports nothing.",
    "The objects then behave differently from what their fields say.",
  ],
  see: pages.analysis,
  suppress: "the setting is for another version of Istio, or for another tool.",
  stage: "objects",
  examples: {
    wrong: overriding("sidecar.istio.io/proxycpu"),
    right: overriding("sidecar.istio.io/proxyCPU"),
  },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const { path, mistakes } of overrideEffects(mesh, rendered)) {
      for (const { about, problem, fix } of mistakes) {
        if (about !== "sharedHosts") yield { path, ...text(problem, fix) };
      }
    }
  },
};
