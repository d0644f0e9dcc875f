import { type GatewayHost, type GatewayTls, type Mesh, nameIn, terminates } from "../catalog";
import { metadata, type Manifest } from "./object";
import type { GatewaySpec } from "./types/gateway.gen";

type Server = NonNullable<GatewaySpec["servers"]>[number];

/**
 * The ingress gateways. They serve HTTPS with the hosts' certificates, plain HTTP that only redirects to it, and TLS
 * connections. They serve plaintext of hosts whose TLS a load balancer terminates.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/
 */
export function gateways(mesh: Mesh): Manifest[] {
  return mesh.gateways.map(({ name, namespace, pods, hosts, path }) => {
    const spec: GatewaySpec = {
      selector: { ...pods.selector },
      servers: [
        ...redirectServers(hosts),
        ...plaintextServers(hosts),
        ...httpsServers(hosts),
        ...connectionServers(hosts),
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

function redirectServers(hosts: readonly GatewayHost[]): Server[] {
  const redirected = hosts.filter((one) => one.traffic === "requests" && terminates(one.tls));
  const [byRoute, byServer] = [true, false].map((acme) =>
    redirected.filter((one) => one.acmeHttp01 === acme),
  );
  const port = (name: string): Server["port"] => ({ number: 80, name, protocol: "HTTP" });
  const named = (hosts: readonly GatewayHost[] = []): string[] => hosts.map(({ host }) => host);
  return [
    ...(byServer?.length
      ? [{ port: port("http"), hosts: named(byServer), tls: { httpsRedirect: true } }]
      : []),
    ...(byRoute?.length ? [{ port: port("http-acme"), hosts: named(byRoute) }] : []),
  ];
}

function plaintextServers(hosts: readonly GatewayHost[]): Server[] {
  const plaintext = hosts.filter(({ tls }) => tls.mode === "DISABLE");
  return [...Map.groupBy(plaintext, ({ port }) => port)].map(([number, group]) => ({
    port: { number, name: `http-plaintext-${number}`, protocol: "HTTP" },
    hosts: group.map(({ host }) => host),
  }));
}

/** One for each host: a server forwards all of its connections to one service. */
function connectionServers(hosts: readonly GatewayHost[]): Server[] {
  return hosts
    .filter(({ traffic }) => traffic === "connections")
    .map(({ host, port, tls }) => ({
      port: { number: port, name: `tls-${host}-${port}`, protocol: "TLS" },
      hosts: [host],
      tls: serverTls(tls),
    }));
}

/** Hosts with the same certificate share a server: two of them would confuse clients that reuse connections. */
function httpsServers(hosts: readonly GatewayHost[]): Server[] {
  const groups = new Map<string, GatewayHost[]>();
  for (const host of hosts) {
    if (host.traffic === "connections" || !terminates(host.tls)) continue;
    const key = serverName(host);
    groups.set(key, [...(groups.get(key) ?? []), host]);
  }
  return [...groups].flatMap(([name, group]) =>
    group.slice(0, 1).map(({ port: number, tls }) => ({
      port: { number, name, protocol: "HTTPS" },
      hosts: group.map(({ host }) => host),
      tls: serverTls(tls),
    })),
  );
}

function serverName({ port, tls }: GatewayHost): string {
  const { mode, credentialName = "", caCertCredentialName, minProtocolVersion } = tls;
  return [
    "https",
    credentialName,
    minProtocolVersion.toLowerCase().replace("_", "-"),
    ...(mode === "SIMPLE" ? [] : [mode.toLowerCase().replace("_", "-")]),
    ...(caCertCredentialName === undefined ? [] : [caCertCredentialName]),
    ...(port === 443 ? [] : [port]),
  ].join("-");
}

function serverTls({
  mode,
  credentialName,
  caCertCredentialName,
  minProtocolVersion,
}: GatewayTls): Server["tls"] {
  if (mode === "DISABLE") throw new Error("plaintext has no TLS");
  return {
    mode,
    ...(credentialName !== undefined && { credentialName, minProtocolVersion }),
    ...(caCertCredentialName !== undefined && { caCertCredentialName: ofCa(caCertCredentialName) }),
  };
}

/**
 * The name by which istiod reads a Secret as a CA: with the suffix. It reads the Secret with that name, or the one without
 * the suffix. Without it, istiod looks for a server certificate, and the gateway accepts no connection.
 *
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/xds/sds.go
 */
function ofCa(secret: string): string {
  return secret.endsWith("-cacert") ? secret : `${secret}-cacert`;
}
