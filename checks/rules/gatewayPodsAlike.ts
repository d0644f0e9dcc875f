import { formatPath, gatewayPods } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { withHosts } from "./example";

const two = (namespace: string): object => {
  const host = { tls: { credentialName: "shop" }, routes: [{ prefix: "/", service: "web" }] };
  return {
    ...withHosts(),
    gateways: {
      one: { namespace: "edge", hosts: { "one.example.com": host } },
      two: { namespace, hosts: { "two.example.com": { ...host, tls: { credentialName: "two" } } } },
    },
  };
};

export const gatewayPodsAlike: DefinitionRule = {
  code: "MW333",
  severity: "error",
  title: "Gateways of one release have the same namespace",
  stage: "definition",
  examples: { wrong: two("istio-ingress"), right: two("edge") },
  *check({ gateways = {} }, _, hasFailed) {
    const first = new Map<string, { readonly name: string; readonly namespace: string }>();
    for (const [name, gateway] of Object.entries(gateways)) {
      const { release, namespace } = gatewayPods(gateway);
      const unknown = ["release", "namespace"].some((field) =>
        hasFailed(formatPath(["gateways", name, field])),
      );
      if (release === undefined || unknown) continue;
      const other = first.get(release) ?? { name, namespace };
      first.set(release, other);
      if (other.namespace === namespace) continue;
      yield {
        path: formatPath(["gateways", name, "namespace"]),
        message: `the release "${release}" is in "${namespace}" for "${name}", and in "${other.namespace}" for "${other.name}"`,
        fix: "say the same namespace at both, or give one of them another release",
      };
    }
  },
};
