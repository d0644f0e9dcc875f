import { canonicalNames, formatPath } from "../../catalog";
import type { MeshRule } from "../rule";
import { base, http } from "./example";

const named = (web: string, cart: string): object => ({
  ...base,
  services: {
    web: { namespace: "front", ports: { http }, selector: { "app.kubernetes.io/name": web } },
    cart: { namespace: "back", ports: { http }, selector: { "app.kubernetes.io/name": cart } },
  },
});

export const canonicalNameOwn: MeshRule = {
  code: "MW375",
  severity: "warning",
  title: "No two services have the same canonical name",
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
          message: `the services "${first?.name ?? ""}" and "${name}" have the same canonical name "${canonical}": Istio's metrics count the requests that they send together`,
          fix: `give the pods of "${name}" another label "service.istio.io/canonical-name", and add it to the selector`,
        };
      }
    }
  },
};
