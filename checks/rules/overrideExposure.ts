import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";
import { differencesOf, workloadsText } from "../effectText";

const overriding = (type: string): object => ({
  ...webAndApi({}, { workload: { image: "registry.example.com/api:1.0.0" } }),
  overrides: { Service: { "shop/api": { spec: { type } } } },
});

export const text = (workloads: string, exposure: string): Text => ({
  message: `the override lets clients outside of the cluster reach ${workloads} past the gateways: ${exposure}`,
  fix: "declare a route of a gateway, or suppress this with the reason",
});

export const overrideExposure: ObjectRule = {
  code: "MW367",
  severity: "warning",
  title: "Overrides do not open Services to clients outside of the cluster",
  why: [
    "Requests from outside pass through a gateway, which terminates TLS, checks tokens and limits the rate.",
    "A Service with an address of its own lets clients connect to the pods directly.",
  ],
  see: pages.kubernetesService,
  suppress: "the clients can't use a gateway, such as those of another protocol; name what limits them.",
  stage: "objects",
  examples: { wrong: overriding("LoadBalancer"), right: overriding("ClusterIP") },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const effect of overrideEffects(mesh, rendered)) {
      const found = differencesOf(effect, "exposure gained");
      const [first] = found;
      if (first) yield { path: effect.path, ...text(workloadsText(found), first.after) };
    }
  },
};
