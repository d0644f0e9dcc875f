import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";

const image = "registry.example.com/api:1.0.0";
const overriding = (maxUnavailable: number | string): object => ({
  ...webAndApi({}, { workload: { image } }),
  overrides: { Deployment: { "shop/api": { spec: { strategy: { rollingUpdate: { maxUnavailable } } } } } },
});

export const text = (interruptions: readonly string[]): Text => ({
  message: `the override interrupts the service: ${interruptions.join("; ")}`,
  fix: "let some pods end while others serve, or suppress this with the reason",
});

export const overrideInterruptions: ObjectRule = {
  code: "MW372",
  severity: "warning",
  title: "Overrides keep pods available during rollouts and drains",
  why: [
    "The catalog's Deployments replace a quarter of the pods at a time, and its budgets let one be evicted.",
    "If all pods end at once, requests are answered with 503 until new ones are ready.",
    "If none may be evicted, nodes cannot be drained, and an upgrade of the cluster stops.",
  ],
  see: pages.kubernetesDisruptions,
  suppress: "two versions of the program must never run at the same time, or requests may fail meanwhile.",
  stage: "objects",
  examples: { wrong: overriding("100%"), right: overriding(1) },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const { path, interruptions, refused, dangling } of overrideEffects(mesh, rendered)) {
      if (interruptions.length > 0 && refused.length === 0 && dangling.length === 0)
        yield { path, ...text(interruptions) };
    }
  },
};
