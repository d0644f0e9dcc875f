import { type ClientZone, clientZones, type GatewayHost, gatewayProxies, type Mesh } from "../catalog";
import { isWithin } from "../effect";
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
    const all = gateways.flatMap(({ hosts }) => hosts);
    const denied = all.flatMap((host) =>
      clientZones(host).map((zone) => ({ zone, rule: denial(host, zone, all) })),
    );
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
 * `remoteIpBlocks` compares the address that the gateway determines by its own setting. It is the peer's, that of the
 * PROXY protocol, or that of `X-Forwarded-For` behind trusted proxies. `ipBlocks` always compares the peer's.
 */
function denial(
  host: GatewayHost,
  { clients, paths, notPaths }: ClientZone,
  others: readonly GatewayHost[],
): Rule {
  const { ipBlocks, notIpBlocks } = clients;
  const narrower = others
    .map((other) => other.host)
    .filter((name) => name !== host.host && isWithin(name, host.host));
  return {
    from: [
      ...(ipBlocks.length > 0 ? [{ source: { notRemoteIpBlocks: [...ipBlocks] } }] : []),
      ...(notIpBlocks.length > 0 ? [{ source: { remoteIpBlocks: [...notIpBlocks] } }] : []),
    ],
    // On connections, istiod would leave out conditions on requests, and so deny those to other hosts.
    ...(host.traffic === "connections"
      ? {
          when: [
            {
              key: "connection.sni",
              values: [host.host],
              // The gateway prefers the routes of a narrower host.
              ...(narrower.length > 0 && { notValues: narrower }),
            },
          ],
        }
      : {
          to: [
            {
              operation: {
                hosts: [host.host, `${host.host}:*`],
                ...(paths.length > 0 && { paths: [...paths] }),
                ...(notPaths.length > 0 && { notPaths: [...notPaths] }),
              },
            },
          ],
        }),
  };
}
