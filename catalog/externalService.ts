import { z } from "zod";
import { addressOf } from "./address";
import { atLeastOne } from "./atLeastOne";
import { type CircuitBreakerDefinition, circuitBreakerSchema } from "./circuitBreaker";
import { compare } from "./order";
import { formatPath } from "./path";
import { type Port, type PortDefinition, portSchema, type Protocol } from "./port";
import { type ResilienceDefinition, resilienceSchema } from "./resilience";
import { type Connections, normalizeService, type Service } from "./service";
import type { Shape } from "./shape";

/**
 * A host outside of the mesh. Services list it in their `calls` by its key. A service that does not call it can't reach
 * it, and no service can reach an undeclared host. It is rendered to a ServiceEntry and a DestinationRule.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/
 */
export interface ExternalServiceDefinition {
  /**
   * DNS name of the host, such as `api.example.com`, or all names below a domain, such as `*.s3.amazonaws.com`. Callers of
   * a wildcard use TLS themselves, and proxies compare the SNI of their connections with it (see `resolution`). Two
   * external services may have the same host, if they have different ports.
   */
  readonly host: string;
  /**
   * The host's ports, keyed by name. The protocol is the one that callers use. With `tls`, callers encrypt the
   * connection themselves, and proxies forward it without decrypting it. With `http`, `http2` or `grpc` and {@link tls},
   * callers send plaintext, and a proxy encrypts it. `tcp` and database protocols are for connections without a host
   * name.
   */
  readonly ports: Readonly<Record<string, PortDefinition>>;
  /**
   * IP addresses and address blocks of the host, such as `10.20.0.7` or `10.20.0.0/24`. Proxies match outbound TCP
   * connections to this host by destination IP. NetworkPolicies allow egress to these addresses, including private
   * ones. With single addresses, a connection goes to any of them; if one is a block, it keeps its destination IP.
   * Default: none. Proxies then resolve the host by DNS and match every connection to a TCP port of it, regardless of
   * the destination IP. NetworkPolicies allow egress to public addresses only.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/service-entry/#ServiceEntry-addresses
   */
  readonly addresses?: readonly string[];
  /**
   * TLS origination by the proxy, to the port's `targetPort`, for requests, and for connections whose protocol does not
   * start TLS itself. Connections to a port with the protocol `tls` keep the caller's own TLS. Default: none, so traffic
   * leaves the mesh as callers send it.
   *
   * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-tls-origination/
   */
  readonly tls?: OriginatedTls;
  /**
   * How proxies find the address of a host with a wildcard. With `DYNAMIC_DNS`, a proxy resolves the name in the SNI of a
   * connection or the Host of a request itself; it also allows HTTP ports. Default: none; a connection keeps the
   * destination IP that its client resolved, so a client that sends an allowed SNI can connect to any address.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/service-entry/#ServiceEntry-Resolution
   */
  readonly resolution?: "DYNAMIC_DNS";
  /**
   * Routes all calls through the egress gateway: the pods of the Helm release `istio-egress`, whose addresses a firewall
   * can allow. Callers reach the gateway over mutual TLS, which also wraps a caller's own TLS. The gateway's
   * AuthorizationPolicy admits HTTP requests that a call allows, and connections from the service accounts of callers.
   * HTTP uses port 80 of the gateway, everything else 443. Default: false; each caller's proxy connects directly.
   *
   * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/
   */
  readonly egressGateway?: boolean;
  /** Timeouts and retries of calls to the host. Default: those of {@link ResilienceDefinition}. */
  readonly resilience?: ResilienceDefinition;
  /** Limits of connections and requests to the host. Default: those of {@link CircuitBreakerDefinition}. */
  readonly circuitBreaker?: CircuitBreakerDefinition;
}

/**
 * TLS that a proxy originates. It always verifies the host's certificate.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings
 */
export interface OriginatedTls {
  /**
   * `SIMPLE` verifies the host's certificate with the proxy's system CA certificates. `MUTUAL` also sends a client
   * certificate, and requires `egressGateway`, so that no caller has the private key.
   */
  readonly mode: "SIMPLE" | "MUTUAL";
  /**
   * Secret in the namespace of the egress gateway, `istio-egress`: the client certificate `tls.crt`, its key `tls.key`, and
   * the CA certificate of the host, `ca.crt`. Required with `MUTUAL`, not allowed with `SIMPLE`. Default: none.
   */
  readonly credentialName?: string;
}

/** An external service with its defaults resolved. Its namespace, in which its objects are, is the mesh's. */
export interface ExternalService extends Service {
  /** Addresses, sorted. Empty if the host is resolved by DNS. */
  readonly addresses: readonly string[];
  readonly tls?: OriginatedTls;
  readonly resolution?: "DYNAMIC_DNS";
  readonly egressGateway: boolean;
}

/** Protocols of callers that start TLS themselves. MySQL's clients do after the server's greeting, so a proxy can't. */
const ownTls: readonly Protocol[] = ["tls", "mysql"];

/** Whether proxies originate TLS for a port of an external service. */
export function originatesTls(
  { tls }: Pick<ExternalService, "tls">,
  { protocol }: Pick<Port, "protocol">,
): boolean {
  return tls !== undefined && !ownTls.includes(protocol);
}

/** Whether a host has a wildcard for all names below a domain. */
export function isWildcard(host: string): boolean {
  return host.startsWith("*.");
}

/** The egress gateway. */
export interface EgressGateway {
  /** Helm release of its pods, which is also their namespace. */
  readonly release: string;
  readonly host: string;
  /** Labels of its pods. */
  readonly selector: Readonly<Record<string, string>>;
}

/** Whether an address is an address block. */
export function isBlock(address: string): boolean {
  return address.includes("/");
}

const address = addressOf(
  [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
  'write an IP address or an address block, such as "10.20.0.7" or "10.20.0.0/24"',
)
  .refine((text) => !text.endsWith("/0"), {
    params: { fix: "list smaller blocks: /0 contains every address" },
  })
  .meta({ not: { pattern: "/0$" } });

const tlsSchema: z.ZodType<OriginatedTls> = z
  .strictObject({
    mode: z.enum(["SIMPLE", "MUTUAL"]),
    credentialName: z.string().min(1).optional(),
  } satisfies Shape<OriginatedTls>)
  .refine(({ mode, credentialName }) => (mode === "MUTUAL") === (credentialName !== undefined), {
    path: ["credentialName"],
    params: { fix: 'name the Secret with the client certificate for mode "MUTUAL", and none for "SIMPLE"' },
  })
  .meta({
    oneOf: [
      { properties: { mode: { const: "MUTUAL" } }, required: ["credentialName"] },
      { properties: { mode: { const: "SIMPLE" } }, not: { required: ["credentialName"] } },
    ],
  });

export const externalServiceSchema: z.ZodType<ExternalServiceDefinition> = z.strictObject({
  host: z.string(),
  ports: atLeastOne(z.record(z.string(), portSchema), "declare at least one port"),
  addresses: z.array(address).min(1).optional(),
  tls: tlsSchema.optional(),
  resolution: z.literal("DYNAMIC_DNS").optional(),
  egressGateway: z.boolean().optional(),
  resilience: resilienceSchema.optional(),
  circuitBreaker: circuitBreakerSchema.optional(),
} satisfies Shape<ExternalServiceDefinition>);

/** The egress gateway that is installed with every control plane. */
export const egressGateway: EgressGateway = {
  release: "istio-egress",
  host: "istio-egress.istio-egress.svc.cluster.local",
  selector: { istio: "egress" },
};

/** Resolves the defaults of an external service, which are those of a service. Its objects are in `meshNamespace`. */
export function normalizeExternalService(
  name: string,
  definition: ExternalServiceDefinition,
  meshNamespace: string,
): Omit<ExternalService, keyof Connections> {
  const {
    host,
    ports,
    resilience = {},
    addresses = [],
    tls,
    resolution,
    egressGateway: through = false,
  } = definition;
  return {
    ...normalizeService(name, { ports, resilience }, { namespace: meshNamespace, authorization: "enforced" }),
    host,
    path: formatPath(["externalServices", name]),
    addresses: [...addresses].sort(compare),
    ...(tls && { tls }),
    ...(resolution && { resolution }),
    egressGateway: through,
  };
}
