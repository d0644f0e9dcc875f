import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";

const overriding = (host: string): object => ({
  ...webAndApi({}, {}),
  overrides: { VirtualService: { "shop/web": { spec: { hosts: [host] } } } },
});

export const text = (problem: string): Text => ({
  message: problem,
  fix: "write all routes of the host into one VirtualService, or remove the override",
});

export const overrideHosts: ObjectRule = {
  code: "MW339",
  severity: "error",
  title: "An overridden VirtualService has no host that another VirtualService has",
  why: [
    "Sidecars apply one VirtualService for each host: the oldest. They ignore the routes of all others.",
    "Which one applies changes when an object is created again.",
  ],
  see: pages.virtualService,
  stage: "objects",
  examples: {
    wrong: overriding("api.shop.svc.cluster.local"),
    right: overriding("web.shop.svc.cluster.local"),
  },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const { path, mistakes } of overrideEffects(mesh, rendered)) {
      for (const { about, problem } of mistakes) {
        if (about === "sharedHosts") yield { path, ...text(problem) };
      }
    }
  },
};
