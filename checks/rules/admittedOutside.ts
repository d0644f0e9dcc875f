import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { webAndApi } from "./example";

export const admittedOutside: DefinitionRule = {
  code: "MW309",
  severity: "warning",
  title: "Who is admitted is no service of the catalog",
  stage: "definition",
  examples: {
    wrong: webAndApi({}, { admit: { web: { namespace: "shop", serviceAccount: "web" } } }),
    right: webAndApi(
      {},
      { admit: { prometheus: { namespace: "monitoring", serviceAccount: "prometheus" } } },
    ),
  },
  *check({ name: mesh, namespace: common = mesh, services }) {
    for (const [name, { admit = {} }] of Object.entries(services)) {
      for (const [admitted, { namespace, serviceAccount }] of Object.entries(admit)) {
        if (serviceAccount === undefined) continue;
        const caller = Object.entries(services).find(
          ([service, one]) =>
            (one.serviceAccount?.name ?? service) === serviceAccount &&
            (one.namespace ?? common) === namespace,
        );
        if (!caller) continue;
        yield {
          path: formatPath(["services", name, "admit", admitted]),
          message: `"${name}" admits "${serviceAccount}", whose own proxy knows the services in its calls only`,
          fix: `remove it, and declare ${name} under services.${caller[0]}.calls`,
        };
      }
    }
  },
};
