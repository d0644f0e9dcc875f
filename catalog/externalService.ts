import { z } from "zod";
import { addressOf } from "./address";
import { atLeastOne } from "./atLeastOne";
import { type CircuitBreakerDefinition, circuitBreakerSchema } from "./circuitBreaker";
import { compare } from "./order";
import { formatPath } from "./path";
import { type PortDefinition, portSchema } from "./port";
import { type ResilienceDefinition, resilienceSchema } from "./resilience";
import { type Connections, normalizeService, type Service } from "./service";
import type { Shape } from "./shape";

/**
 * A host outside of the mesh. Services name it in their `calls` by its key in the catalog, as they name each other;
 * whoever doesn't can't reach it, nor any host that isn't declared.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/
 */
export interface ExternalServiceDefinition {
  /** Its DNS name, such as `api.example.com`. */
  readonly host: string;
  /**
   * By name. The protocol is what callers speak: `tls` for TLS of their own, which the mesh passes through unread;
   * `http`, `http2` or `grpc` together with {@link tls} for requests that leave encrypted; `tcp` and the protocols of
   * databases for connections, in which no proxy sees the name of the host.
   */
  readonly ports: Readonly<Record<string, PortDefinition>>;
  /**
   * IP addresses and blocks of them, such as `10.20.0.7` or `10.20.0.0/24`, at which the host is. Callers' proxies
   * know connections to it by them, and NetworkPolicies let out to them, private ones too. Connections to an address
   * go to any of the addresses; as soon as a block is among them, to the very address that the caller has looked up.
   * Default: none: each caller's proxy looks the host up, takes every connection to a port of plain TCP to be for it,
   * whatever the address, and NetworkPolicies let out to public addresses only.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/service-entry/#ServiceEntry-addresses
   */
  readonly addresses?: readonly string[];
  /**
   * TLS that the mesh begins, to the port's `targetPort`, for requests and for connections whose protocol doesn't begin
   * it by itself. The host's certificate is verified against the proxy's system authorities. Default: none, so that what
   * callers speak leaves the mesh as it is.
   *
   * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-tls-origination/
   */
  readonly tls?: { readonly mode: "SIMPLE" };
  /**
   * Routes all calls through the egress gateway: the pods of the Helm release `istio-egress`, whose addresses a firewall
   * can allow. Callers reach the gateway over mutual TLS, which also wraps a caller's own TLS. The gateway's
   * AuthorizationPolicy admits HTTP requests that a call allows, and connections from the service accounts of callers.
   * HTTP uses port 80 of the gateway, everything else 443. Default: false; each caller's proxy connects directly.
   *
   * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/
   */
  readonly egressGateway?: boolean;
  /** Default: those of {@link ResilienceDefinition}. */
  readonly resilience?: ResilienceDefinition;
  /** Default: those of {@link CircuitBreakerDefinition}. */
  readonly circuitBreaker?: CircuitBreakerDefinition;
}

/** An external service with every default resolved. Its namespace is where its objects are: the mesh's. */
export interface ExternalService extends Service {
  /** Sorted; empty: its name is looked up. */
  readonly addresses: readonly string[];
  readonly tls?: { readonly mode: "SIMPLE" };
  readonly egressGateway: boolean;
}

/** The gateway through which traffic leaves the mesh. */
export interface EgressGateway {
  /** Helm release of its pods, which is also their namespace. */
  readonly release: string;
  readonly host: string;
  /** Labels of its pods. */
  readonly selector: Readonly<Record<string, string>>;
}

/** Whether one of the addresses that a service may have is a block of them. */
export function isBlock(address: string): boolean {
  return address.includes("/");
}

const address = addressOf(
  [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()],
  'write an IP address or a block of them, such as "10.20.0.7" or "10.20.0.0/24"',
)
  .refine((text) => !text.endsWith("/0"), {
    params: { fix: "name the blocks that are meant: /0 is every address there is" },
  })
  .meta({ not: { pattern: "/0$" } });

export const externalServiceSchema: z.ZodType<ExternalServiceDefinition> = z.strictObject({
  host: z.string(),
  ports: atLeastOne(z.record(z.string(), portSchema), "declare at least one port"),
  addresses: z.array(address).min(1).optional(),
  tls: z
    .strictObject({ mode: z.literal("SIMPLE") } satisfies Shape<
      NonNullable<ExternalServiceDefinition["tls"]>
    >)
    .optional(),
  egressGateway: z.boolean().optional(),
  resilience: resilienceSchema.optional(),
  circuitBreaker: circuitBreakerSchema.optional(),
} satisfies Shape<ExternalServiceDefinition>);

/** The release that is installed with every control plane. */
export const egressGateway: EgressGateway = {
  release: "istio-egress",
  host: "istio-egress.istio-egress.svc.cluster.local",
  selector: { istio: "egress" },
};

/** Resolves the defaults: an external service has a service's, under its own host. Its objects are in `meshNamespace`. */
export function normalizeExternalService(
  name: string,
  definition: ExternalServiceDefinition,
  meshNamespace: string,
): Omit<ExternalService, keyof Connections> {
  const { host, ports, resilience = {}, addresses = [], tls, egressGateway: through = false } = definition;
  return {
    ...normalizeService(name, { ports, resilience }, meshNamespace),
    host,
    path: formatPath(["externalServices", name]),
    addresses: [...addresses].sort(compare),
    ...(tls && { tls }),
    egressGateway: through,
  };
}
