import { canonicalNames, formatPath } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { base, http } from "./example";

const named = (web: string, cart: string): object => ({
  ...base,
  services: {
    web: { namespace: "front", ports: { http }, selector: { "app.kubernetes.io/name": web } },
    cart: { namespace: "back", ports: { http }, selector: { "app.kubernetes.io/name": cart } },
  },
});

export const text = (first: string, second: string, canonical: string): Text => ({
  message: `the services "${first}" and "${second}" have the same canonical name "${canonical}": Istio's metrics count the requests that they send together`,
  fix: `set another label "service.istio.io/canonical-name" on the pods of "${second}", and add it to the selector`,
});

export const canonicalNameOwn: MeshRule = {
  code: "MW375",
  severity: "warning",
  title: "Services have different canonical names",
  why: [
    "Istio's metrics, traces and Kiali's graph identify a service by the canonical name of its pods.",
    "Requests of services with the same name are counted together, so alerts and dashboards show the wrong service.",
  ],
  see: pages.metrics,
  suppress: "the services are one application that is measured as a whole.",
  stage: "mesh",
  examples: { wrong: named("shop", "shop"), right: named("shop-web", "shop-cart") },
  *check({ services }) {
    const named = services.flatMap((service) =>
      canonicalNames(service).map((canonical) => ({ canonical, name: service.name })),
    );
    for (const [canonical, [first, ...others]] of Map.groupBy(named, (one) => one.canonical)) {
      for (const { name } of others) {
        yield {
          path: formatPath(["services", name, "selector"]),
          ...text(first?.name ?? "", name, canonical),
        };
      }
    }
  },
};
