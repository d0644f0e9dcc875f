import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";
import { differencesOf, workloadsText } from "../effectText";

const image = "registry.example.com/api:1.0.0";
const overriding = (label: string, value: string): object => ({
  ...webAndApi({}, { workload: { image } }),
  overrides: {
    Deployment: { "shop/api": { spec: { template: { metadata: { labels: { [label]: value } } } } } },
  },
});

export const text = (workloads: string, port: number | undefined): Text => ({
  message: `the override takes ${port === undefined ? "the proxy from" : `port ${port} from the proxy of`} ${workloads}`,
  fix: "remove it, or suppress this with the reason",
});

export const overrideProxy: ObjectRule = {
  code: "MW913",
  severity: "warning",
  title: "Overrides do not take pods or ports out of the mesh",
  why: [
    "Without a proxy, or at a port that bypasses it, no identity is checked and nothing is encrypted.",
    "AuthorizationPolicies that select the pods then apply to none of their connections.",
  ],
  see: pages.sidecarInjection,
  suppress: "the pods can have no proxy; name what protects them instead.",
  stage: "objects",
  examples: {
    wrong: overriding("sidecar.istio.io/inject", "false"),
    right: overriding("example.com/team", "shop"),
  },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const effect of overrideEffects(mesh, rendered)) {
      const found = differencesOf(effect, "proxy removed");
      const [first] = found;
      if (first) yield { path: effect.path, ...text(workloadsText(found), first.witness?.port) };
    }
  },
};
