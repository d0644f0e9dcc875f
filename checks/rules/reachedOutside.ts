import { formatPath, hostOf } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { webAndApi } from "./example";

const reaching = (host: string): object => webAndApi({ reach: { [host]: { targetPorts: [8080] } } }, {});

export const reachedOutside: DefinitionRule = {
  code: "MW312",
  severity: "error",
  title: "What is reached is no service of the catalog",
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
          message: `"${name}" reaches "${callee}", which is a service of this catalog and answers its calls only`,
          fix: `remove it, and declare ${callee} under services.${name}.calls`,
        };
      }
    }
  },
};
