import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
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

export const gatewayPodsGiven: DefinitionRule = {
  code: "MW332",
  severity: "error",
  title:
    "A gateway that is installed already names namespace, serviceAccount and selector of its pods, and no release",
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
        const own = given.filter((field) => field !== "namespace").join(" and ");
        yield {
          path,
          message: `"${name}" has the release "${gateway.release}", whose chart decides the pods' account and labels, and ${own} as well`,
          fix: `remove ${own} if the control plane installs the gateway, or release if it is installed already`,
        };
        continue;
      }
      const missing = fields.filter((field) => !given.includes(field));
      if (missing.length === 0) continue;
      yield {
        path,
        message: `"${name}" has ${given.join(" and ")}, but not ${missing.join(" and ")}: the pods of a gateway that is installed already can't be derived from a release`,
        fix: `add ${missing.join(" and ")}, as the gateway's Deployment has them`,
      };
    }
  },
};
