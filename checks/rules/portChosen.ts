import { formatPath } from "../../catalog";
import { portReferences, portsOf } from "../references";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { admin, http, webAndApi } from "./example";

export const text = (service: string, ports: readonly string[]): Text => ({
  message: `the service "${service}" has the ports ${ports.join(", ")}, and none is named`,
  fix: `add port: ${ports.map((port) => `"${port}"`).join(" or ")}`,
});

export const portChosen: DefinitionRule = {
  code: "MW103",
  severity: "error",
  title: "A call or probe of a service with several ports names one",
  why: [
    "The AuthorizationPolicy, the Sidecar and the NetworkPolicy of a call are limited to its port.",
    "A guess would open the wrong port, such as an admin port, and leave the right one closed.",
  ],
  see: pages.kubernetesService,
  stage: "definition",
  examples: {
    wrong: webAndApi({}, { ports: { http, admin } }),
    right: webAndApi({ calls: { api: { port: "http" } } }, { ports: { http, admin } }),
  },
  *check(definition, isWritten) {
    for (const reference of portReferences(definition)) {
      const { callee, path } = reference;
      const ports = Object.keys(portsOf(definition, reference) ?? {});
      if (ports.length < 2 || isWritten(...path.map(String), "port")) continue;
      yield {
        path: formatPath(path),
        ...text(callee, ports),
      };
    }
  },
};
