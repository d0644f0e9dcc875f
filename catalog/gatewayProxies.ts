import { egressGateway } from "./externalService";
import { type Gateway, podsKey } from "./gateway";
import type { Mesh } from "./mesh";
import { nameIn } from "./ownership";

/** The proxies of one ingress or egress gateway that the catalog uses. */
export interface GatewayProxies {
  /**
   * Name of the catalog's objects that select these pods: the release or gateway, with the catalog's name in a shared
   * namespace.
   */
  readonly name: string;
  readonly namespace: string;
  /** Service account of the pods, which their certificates name. */
  readonly serviceAccount: string;
  /** Name of their Service, which the gateway chart names after the release. Undefined for pods of other tools. */
  readonly service?: string;
  /** Labels of the pods. */
  readonly selector: Readonly<Record<string, string>>;
  /** The ingress gateways of the catalog with these pods. Empty for the egress gateway. */
  readonly gateways: readonly Gateway[];
  /** Paths in the catalog of the gateways and external services that use these pods. */
  readonly paths: readonly string[];
}

/** The gateways that a catalog uses, by their pods: several entries of `gateways` can select the same pods. */
export function gatewayProxies(mesh: Mesh): GatewayProxies[] {
  const ingress = Map.groupBy(mesh.gateways, ({ pods }) => podsKey(pods));
  const leaving = mesh.externalServices.filter((service) => service.egressGateway);
  const { release, selector } = egressGateway;
  return [
    ...[...ingress.values()].flatMap(([first, ...others]): GatewayProxies[] => {
      if (!first) return [];
      const { name, pods } = first;
      return [
        {
          name: nameIn(mesh, pods.namespace, pods.release ?? name),
          namespace: pods.namespace,
          serviceAccount: pods.serviceAccount,
          ...(pods.release !== undefined && { service: pods.release }),
          selector: pods.selector,
          gateways: [first, ...others],
          paths: [first, ...others].map(({ path }) => path),
        },
      ];
    }),
    ...(leaving.length > 0
      ? [
          {
            name: nameIn(mesh, release, release),
            namespace: release,
            // The gateway chart names it after the release.
            serviceAccount: release,
            service: release,
            selector,
            gateways: [],
            paths: leaving.map(({ path }) => path),
          },
        ]
      : []),
  ];
}
