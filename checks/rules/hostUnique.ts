import { formatPath, gatewayPods, podsKey } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { withHosts } from "./example";

const host = (credentialName: string): object => ({
  tls: { credentialName },
  routes: [{ prefix: "/", service: "web" }],
});

export const hostUnique: DefinitionRule = {
  code: "MW107",
  severity: "error",
  title: "A host is served by one gateway of a release only",
  stage: "definition",
  examples: {
    wrong: withHosts({ "shop.example.com": host("one") }, { "shop.example.com": host("two") }),
    right: withHosts({ "shop.example.com": host("one") }, { "admin.example.com": host("two") }),
  },
  *check(definition) {
    const taken = new Map<string, string>();
    // Each gateway's pods have an address of their own, such as one for the inside and one for the outside.
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
          message: `the gateways "${other}" and "${gateway}" both serve ${name}: which one answers is undefined`,
          fix: "put its routes into one of them, or give one a release of its own",
        };
      }
    }
  },
};
