import { egressGateway, formatPath, ingressRelease } from "../../catalog";
import { neverInjected } from "../../policy-pack/facts";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { base, http } from "./example";

export const text = (service: string, namespace: string, owner: string): Text => ({
  message: `the namespace "${namespace}" of "${service}" is ${owner}`,
  fix: "set another namespace for the service, or for the mesh",
});

const denied = "default deny would apply there too, and deny every request";

export const owners = {
  kubernetes: "Kubernetes' own, where pods get no sidecar",
  ingressGateway: `the ingress gateway's: ${denied}`,
  egressGateway: `the egress gateway's: ${denied}`,
  gateway: (name: string) => `that of the gateway "${name}": ${denied}`,
  controlPlane: `the control plane's: ${denied} of the mesh`,
} as const;

export const namespaceOwn: MeshRule = {
  code: "MW112",
  severity: "error",
  title: "Services don't share the namespaces of the control plane, the gateways or Kubernetes",
  why: [
    "A policy in Istio's root namespace applies to the whole mesh, so default deny for one service would deny all requests of the mesh.",
    "In a gateway's namespace it would deny all requests that enter or leave the mesh.",
    "Pods in Kubernetes' own namespaces never get a sidecar.",
  ],
  see: pages.peerAuthentication,
  stage: "mesh",
  examples: {
    wrong: { ...base, services: { web: { ports: { http }, namespace: "istio-system" } } },
    right: { ...base, services: { web: { ports: { http }, namespace: "shop-web" } } },
  },
  *check({ services, gateways, rootNamespace }) {
    const taken = new Map([
      ...neverInjected.map((name) => [name, owners.kubernetes] as const),
      [ingressRelease, owners.ingressGateway],
      [egressGateway.release, owners.egressGateway],
      // The namespace of a gateway that is not installed by Meshwright may contain services.
      ...gateways
        .filter(({ pods }) => pods.release !== undefined)
        .map(({ name, pods }) => [pods.namespace, owners.gateway(name)] as const),
      [rootNamespace, owners.controlPlane],
    ]);
    for (const { name, namespace } of services) {
      const whose = taken.get(namespace);
      if (whose === undefined) continue;
      yield {
        path: formatPath(["services", name, "namespace"]),
        ...text(name, namespace, whose),
      };
    }
  },
};
