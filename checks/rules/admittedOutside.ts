import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

export const text = (service: string, account: string, caller: string): Text => ({
  message: `"${service}" admits "${account}", which is a service of this catalog: its Sidecar has routes only for its declared calls`,
  fix: `remove it, and declare ${service} under services.${caller}.calls`,
});

export const admittedOutside: DefinitionRule = {
  code: "MW309",
  severity: "warning",
  title: "Admissions are for callers outside of the catalog",
  why: [
    "`admit` renders only the callee's side: its AuthorizationPolicy and its NetworkPolicy.",
    "A service of the catalog also requires its own Sidecar and egress NetworkPolicy, which only its `calls` render.",
  ],
  see: pages.sidecar,
  suppress: "the caller has overrides for its Sidecar and its NetworkPolicy.",
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
          ...text(name, serviceAccount, caller[0]),
        };
      }
    }
  },
};
