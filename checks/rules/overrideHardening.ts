import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";

const image = "registry.example.com/api:1.0.0";
const overriding = (spec: object): object => ({
  ...webAndApi({}, { workload: { image } }),
  overrides: { Deployment: { "shop/api": { spec: { template: { spec } } } } },
});

export const text = (weaknesses: readonly string[]): Text => ({
  message: `the override relaxes the security of pods: ${weaknesses.join("; ")}`,
  fix: "remove it, or suppress this with the reason",
});

export const overrideHardening: ObjectRule = {
  code: "MW917",
  severity: "warning",
  title: "Overrides do not relax the security of pods and namespaces",
  why: [
    "The catalog's pods meet the restricted Pod Security Standard.",
    "An override that relaxes it gives an attacker in the container more, such as root rights or the node's network.",
    "In a namespace that admits privileged pods, every user who may create pods gets the same permissions.",
  ],
  see: pages.kubernetesPodSecurity,
  suppress: "the program needs the permission, or Istio's init container does; name why.",
  stage: "objects",
  examples: {
    wrong: overriding({ hostPID: true }),
    right: overriding({ priorityClassName: "high" }),
  },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const { path, weaknesses } of overrideEffects(mesh, rendered)) {
      if (weaknesses.length > 0) yield { path, ...text(weaknesses) };
    }
  },
};
