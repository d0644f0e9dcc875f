import { formatPath, hostOf } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

const reaching = (host: string): object => webAndApi({ reach: { [host]: { targetPorts: [8080] } } }, {});

export const text = (service: string, callee: string): Text => ({
  message: `"${service}" reaches "${callee}", which is a service of this catalog and admits only declared calls`,
  fix: `remove it, and declare ${callee} under services.${service}.calls`,
});

export const reachedOutside: DefinitionRule = {
  code: "MW312",
  severity: "error",
  title: "Hosts under `reach` are not services of the catalog",
  why: [
    "`reach` renders only the caller's side: its Sidecar and its egress NetworkPolicy.",
    "A service of the catalog denies a caller that is not in its AuthorizationPolicy, which only `calls` render.",
  ],
  see: pages.sidecar,
  stage: "definition",
  examples: {
    wrong: reaching("api.shop.svc.cluster.local"),
    right: reaching("rates.billing.svc.cluster.local"),
  },
  *check({ name: mesh, namespace: common = mesh, services }) {
    const own = new Map<string, string>(
      Object.entries(services).map(([name, { namespace = common }]) => [hostOf(name, namespace), name]),
    );
    for (const [name, { reach = {} }] of Object.entries(services)) {
      for (const host of Object.keys(reach)) {
        const callee = own.get(host);
        if (callee === undefined) continue;
        yield {
          path: formatPath(["services", name, "reach", host]),
          ...text(name, callee),
        };
      }
    }
  },
};
