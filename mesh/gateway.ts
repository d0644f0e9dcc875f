import { type GatewayHost, type Mesh, nameIn } from "../catalog";
import { metadata, type Manifest } from "./object";
import type { GatewaySpec } from "./types/gateway.gen";

type Server = NonNullable<GatewaySpec["servers"]>[number];

/**
 * The entrances: HTTPS with the hosts' certificates, and plain HTTP that only redirects to it.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/
 */
export function gateways(mesh: Mesh): Manifest[] {
  return mesh.gateways.map(({ name, namespace, pods, hosts, path }) => {
    const spec: GatewaySpec = {
      selector: { ...pods.selector },
      servers: [
        {
          port: { number: 80, name: "http", protocol: "HTTP" },
          hosts: hosts.map(({ host }) => host),
          tls: { httpsRedirect: true },
        },
        ...httpsServers(hosts),
      ],
    };
    return {
      apiVersion: "networking.istio.io/v1",
      kind: "Gateway",
      metadata: metadata(mesh, { name: nameIn(mesh, namespace, name), namespace, from: [path] }),
      spec,
    };
  });
}

/** Hosts with the same certificate share a server: two of them would confuse clients that reuse connections. */
function httpsServers(hosts: readonly GatewayHost[]): Server[] {
  const groups = new Map<string, GatewayHost[]>();
  for (const host of hosts) {
    const key = `https-${host.credentialName}-${host.minProtocolVersion.toLowerCase().replace("_", "-")}`;
    groups.set(key, [...(groups.get(key) ?? []), host]);
  }
  return [...groups].map(([name, group]) => ({
    port: { number: 443, name, protocol: "HTTPS" },
    hosts: group.map(({ host }) => host),
    tls: {
      mode: "SIMPLE",
      ...(group[0] && {
        credentialName: group[0].credentialName,
        minProtocolVersion: group[0].minProtocolVersion,
      }),
    },
  }));
}
