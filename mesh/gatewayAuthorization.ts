import { type ClientZone, clientZones, type GatewayHost, gatewayProxies, type Mesh } from "../catalog";
import { metadata, type Manifest } from "./object";
import type { AuthorizationPolicySpec } from "./types/authorizationPolicy.gen";

type Rule = NonNullable<AuthorizationPolicySpec["rules"]>[number];

/**
 * What ingress gateways deny: clients by their addresses. The rules name the catalog's hosts, so that they don't deny
 * requests to hosts of other catalogs at the same gateway. An ALLOW rule would.
 *
 * @see https://istio.io/latest/docs/tasks/security/authorization/authz-ingress/
 */
export function gatewayAuthorizations(mesh: Mesh): Manifest[] {
  return gatewayProxies(mesh).flatMap(({ name, namespace, selector, gateways }) => {
    const denied = gateways
      .flatMap(({ hosts }) => hosts)
      .flatMap((host) => clientZones(host).map((zone) => ({ zone, rule: denial(host, zone) })));
    if (denied.length === 0) return [];
    const spec: AuthorizationPolicySpec = {
      selector: { matchLabels: { ...selector } },
      action: "DENY",
      rules: denied.map(({ rule }) => rule),
    };
    return [
      {
        apiVersion: "security.istio.io/v1",
        kind: "AuthorizationPolicy",
        metadata: metadata(mesh, { name, namespace, from: denied.flatMap(({ zone }) => zone.from) }),
        spec,
      },
    ];
  });
}

/**
 * `remoteIpBlocks` compares the address that the gateway determines by its own setting: the peer's, that of the PROXY
 * protocol, or that of `X-Forwarded-For` behind trusted proxies. `ipBlocks` always compares the peer's.
 */
function denial({ host, traffic }: GatewayHost, { clients, paths, notPaths }: ClientZone): Rule {
  const { ipBlocks, notIpBlocks } = clients;
  return {
    from: [
      ...(ipBlocks.length > 0 ? [{ source: { notRemoteIpBlocks: [...ipBlocks] } }] : []),
      ...(notIpBlocks.length > 0 ? [{ source: { remoteIpBlocks: [...notIpBlocks] } }] : []),
    ],
    // On connections, istiod would leave out conditions on requests, and so deny those to other hosts.
    ...(traffic === "connections"
      ? { when: [{ key: "connection.sni", values: [host] }] }
      : {
          to: [
            {
              operation: {
                hosts: [host, `${host}:*`],
                ...(paths.length > 0 && { paths: [...paths] }),
                ...(notPaths.length > 0 && { notPaths: [...notPaths] }),
              },
            },
          ],
        }),
  };
}
