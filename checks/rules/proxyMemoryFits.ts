import { formatPath, parseQuantity, proxyMemory } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

const limited = (memory: string): object => ({
  ...base,
  services: { web: { ports: { http }, sidecar: { resources: { limits: { memory } } } } },
});

const needed = `${Math.round(proxyMemory.base / 1e6)} MB`;

export const text = (limit: string): Text => ({
  message: `the proxy's memory limit is ${limit}, and a proxy needs ${needed} before it has any configuration: the kernel kills it`,
  fix: "raise the limit, to 128Mi or more; `meshwright cost` shows what each proxy needs",
});

export const proxyMemoryFits: DefinitionRule = {
  code: "MW336",
  severity: "warning",
  title: "A proxy's memory limit allows it to start",
  why: [
    `Envoy needs about ${needed} of memory without any configuration, and ${proxyMemory.perByte} bytes more for each byte of it.`,
    "A proxy above its limit is killed and restarted, and its pod refuses all requests meanwhile.",
  ],
  suppress: "you have measured that the proxy needs less, such as with one worker thread.",
  see: pages.kubernetesResources,
  stage: "definition",
  examples: { wrong: limited("64M"), right: limited("128Mi") },
  *check({ services }) {
    for (const [name, { sidecar }] of Object.entries(services)) {
      const limit = sidecar?.resources?.limits?.memory;
      if (limit === undefined || parseQuantity(limit) >= proxyMemory.base) continue;
      yield {
        path: formatPath(["services", name, "sidecar", "resources", "limits", "memory"]),
        ...text(limit),
      };
    }
  },
};
