import { egressGateway, formatPath, ingressRelease, neverInjected } from "../../catalog";
import type { MeshRule } from "../rule";
import { base, http } from "./example";

export const namespaceOwn: MeshRule = {
  code: "MW112",
  severity: "error",
  title: "Services have namespaces apart from those of the control plane, the gateways and Kubernetes",
  stage: "mesh",
  examples: {
    wrong: { ...base, services: { web: { ports: { http }, namespace: "istio-system" } } },
    right: { ...base, services: { web: { ports: { http }, namespace: "shop-web" } } },
  },
  *check({ services, gateways, rootNamespace }) {
    const denied = "every policy of its namespace would hold there too, and everything would be denied";
    const taken = new Map([
      ...neverInjected.map((name) => [name, "Kubernetes' own, where no pod ever gets a proxy"] as const),
      [ingressRelease, `the ingress gateway's: ${denied}`],
      [egressGateway.release, `the egress gateway's: ${denied}`],
      // The namespace of a gateway that others installed may have services as well.
      ...gateways
        .filter(({ pods }) => pods.release !== undefined)
        .map(({ name, pods }) => [pods.namespace, `that of the gateway "${name}": ${denied}`] as const),
      [rootNamespace, `the control plane's: ${denied}, in the whole mesh`],
    ]);
    for (const { name, namespace } of services) {
      const whose = taken.get(namespace);
      if (whose === undefined) continue;
      yield {
        path: formatPath(["services", name, "namespace"]),
        message: `the namespace "${namespace}" of "${name}" is ${whose}`,
        fix: "give the service, or the mesh, a namespace of its own",
      };
    }
  },
};
