import { formatPath, gatewayPods } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
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

interface Placed {
  readonly name: string;
  readonly namespace: string;
}

export const text = (release: string, gateway: Placed, other: Placed): Text => ({
  message: `the release "${release}" is in "${gateway.namespace}" for "${gateway.name}", and in "${other.namespace}" for "${other.name}"`,
  fix: "set the same namespace for both, or give one of them another release",
});

export const gatewayPodsAlike: DefinitionRule = {
  code: "MW333",
  severity: "error",
  title: "Gateways of one release have the same namespace",
  why: [
    "A Helm release is installed in one namespace, where its pods and the certificates of its hosts are.",
    "A Gateway in another namespace selects no pods there, and its Secret is not found.",
  ],
  see: pages.installingGateways,
  stage: "definition",
  examples: { wrong: two("istio-ingress"), right: two("edge") },
  *check({ gateways = {} }, _, hasFailed) {
    const first = new Map<string, Placed>();
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
        ...text(release, { name, namespace }, other),
      };
    }
  },
};
