import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { withHosts } from "./example";

const routes = [{ prefix: "/", service: "web" }];
const host = (tls: object): object => withHosts({ "shop.example.com": { tls, routes } });

export const text = (host: string): Text => ({
  message: `the gateway serves ${host} as plaintext, and the environment is prod`,
  fix: 'remove mode and give credentialName, or add terminatedBy: "loadBalancer" if a load balancer in front terminates TLS',
});

export const hostEncrypted: DefinitionRule = {
  code: "MW530",
  severity: "error",
  title: "In prod, no gateway serves a host as plaintext",
  why: [
    "Without TLS, everyone on the network path reads and changes requests, tokens and cookies of end users.",
    "If a load balancer in front of the gateway terminates TLS, only its connection to the gateway is plaintext.",
  ],
  see: pages.gateway,
  stage: "definition",
  examples: {
    wrong: host({ mode: "DISABLE" }),
    right: host({ mode: "DISABLE", terminatedBy: "loadBalancer" }),
  },
  *check({ environment = "prod", gateways = {} }, _, hasFailed) {
    if (environment !== "prod" || hasFailed("environment")) return;
    for (const [gateway, { hosts }] of Object.entries(gateways)) {
      for (const [name, { tls }] of Object.entries(hosts)) {
        const path = formatPath(["gateways", gateway, "hosts", name, "tls"]);
        if (tls.mode !== "DISABLE" || tls.terminatedBy !== undefined || hasFailed(path)) continue;
        yield {
          path: `${path}.mode`,
          ...text(name),
        };
      }
    }
  },
};
