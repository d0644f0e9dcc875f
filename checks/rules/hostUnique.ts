import { formatPath, gatewayPods, podsKey } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { withHosts } from "./example";

const host = (credentialName: string): object => ({
  tls: { credentialName },
  routes: [{ prefix: "/", service: "web" }],
});

export const text = (host: string, first: string, second: string): Text => ({
  message: `the gateways "${first}" and "${second}" both serve ${host}: which one responds is undefined`,
  fix: "move its routes into one of them, or give one of them a release of its own",
});

export const hostUnique: DefinitionRule = {
  code: "MW107",
  severity: "error",
  title: "A host is served by one gateway of a release only",
  why: [
    "Both gateways configure the same Envoy pods, so each request for the host matches two servers.",
    "Istio merges them in an order that the catalog does not control, so the routes, TLS settings or certificate of one are lost.",
  ],
  see: pages.gateway,
  stage: "definition",
  examples: {
    wrong: withHosts({ "shop.example.com": host("one") }, { "shop.example.com": host("two") }),
    right: withHosts({ "shop.example.com": host("one") }, { "admin.example.com": host("two") }),
  },
  *check(definition) {
    const taken = new Map<string, string>();
    // Pods of different releases have different addresses, such as an internal and a public one.
    for (const [gateway, { hosts, ...own }] of Object.entries(definition.gateways ?? {})) {
      const pods = podsKey(gatewayPods(own));
      for (const name of Object.keys(hosts)) {
        const place = `${pods}/${name}`;
        const other = taken.get(place);
        if (other === undefined) {
          taken.set(place, gateway);
          continue;
        }
        yield {
          path: formatPath(["gateways", gateway, "hosts", name]),
          ...text(name, other, gateway),
        };
      }
    }
  },
};
