import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { withHosts } from "./example";

const at = (gateway: object): object => ({
  ...withHosts(),
  gateways: {
    public: {
      ...gateway,
      hosts: {
        "shop.example.com": { tls: { credentialName: "shop" }, routes: [{ prefix: "/", service: "web" }] },
      },
    },
  },
});
const installed = { namespace: "istio-system", serviceAccount: "istio-ingressgateway-service-account" };
const fields = ["namespace", "serviceAccount", "selector"] as const;

export const both = (gateway: string, release: string, fields: readonly string[]): Text => ({
  message: `"${gateway}" has the release "${release}", whose chart sets the pods' service account and labels, and also ${fields.join(" and ")}`,
  fix: `remove ${fields.join(" and ")} if the control plane installs the gateway, or release if it is already installed`,
});

export const incomplete = (gateway: string, given: readonly string[], missing: readonly string[]): Text => ({
  message: `"${gateway}" has ${given.join(" and ")}, but not ${missing.join(" and ")}: without a release they can't be derived`,
  fix: `add ${missing.join(" and ")}, as in the gateway's Deployment`,
});

export const gatewayPodsGiven: DefinitionRule = {
  code: "MW332",
  severity: "error",
  title: "A gateway that is already installed has namespace, serviceAccount and selector, and no release",
  why: [
    "The labels, the namespace and the service account of a gateway's pods follow from its Helm release.",
    "For a gateway of another installer they must be declared: a wrong selector attaches the Gateway to no pod, and callees deny a wrong identity.",
  ],
  see: pages.installingGateways,
  stage: "definition",
  examples: {
    wrong: at(installed),
    right: at({ ...installed, selector: { istio: "ingressgateway" } }),
  },
  *check({ gateways = {} }, _, hasFailed) {
    for (const [name, gateway] of Object.entries(gateways)) {
      if (gateway.serviceAccount === undefined && gateway.selector === undefined) continue;
      const path = formatPath(["gateways", name]);
      if (["release", ...fields].some((field) => hasFailed(formatPath(["gateways", name, field])))) continue;
      const given = fields.filter((field) => gateway[field] !== undefined);
      if (gateway.release !== undefined) {
        const own = given.filter((field) => field !== "namespace");
        yield { path, ...both(name, gateway.release, own) };
        continue;
      }
      const missing = fields.filter((field) => !given.includes(field));
      if (missing.length === 0) continue;
      yield { path, ...incomplete(name, given, missing) };
    }
  },
};
