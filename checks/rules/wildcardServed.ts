import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { withHosts } from "./example";

const host = { tls: { credentialName: "shop" }, routes: [{ prefix: "/", service: "web" }] };

export const text = (domain: string): Text => ({
  message: `the gateway serves every name below ${domain}, including names of others and names that are added later`,
  fix: "list the hosts, or suppress this with the reason",
});

export const wildcardServed: DefinitionRule = {
  code: "MW532",
  severity: "warning",
  title: "A gateway serves only the hosts that the catalog lists",
  why: [
    "A wildcard host also matches hosts that other teams add later, as long as no gateway serves them by their full name.",
    "A wrong or forgotten DNS name then leads to the services of this host instead of a 404.",
  ],
  see: pages.gateway,
  suppress: "the names below the domain are not known in advance, for example one for each tenant.",
  stage: "definition",
  examples: {
    wrong: withHosts({ "*.example.com": host }),
    right: withHosts({ "shop.example.com": host }),
  },
  *check({ gateways = {} }) {
    for (const [gateway, { hosts }] of Object.entries(gateways)) {
      for (const name of Object.keys(hosts).filter((one) => one.startsWith("*."))) {
        yield {
          path: formatPath(["gateways", gateway, "hosts", name]),
          ...text(name.slice(2)),
        };
      }
    }
  },
};
