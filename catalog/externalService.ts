import { z } from "zod";
import { type CircuitBreakerDefinition, circuitBreakerSchema } from "./circuitBreaker";
import { type Protocol, portNumberSchema } from "./port";
import { type ResilienceDefinition, resilienceSchema } from "./resilience";
import type { Service } from "./service";

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
   * `http`, `http2` or `grpc` together with {@link tls} for requests that leave encrypted.
   */
  readonly ports: Readonly<Record<string, ExternalPortDefinition>>;
  /**
   * TLS that the mesh begins for requests of HTTP ports, to the port's `targetPort`. The host's certificate is
   * verified against the proxy's system authorities. Default: none, so that plain HTTP leaves the mesh.
   *
   * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-tls-origination/
   */
  readonly tls?: { readonly mode: "SIMPLE" };
  /**
   * Leave through the pods of the Helm release `istio-egress`, whose addresses a firewall can know. HTTP requests go
   * there over mutual TLS, and only those that the `calls` allow go on. HTTP goes to port 80 of the gateway and TLS to
   * 443. Default: false, so that each caller's proxy connects by itself.
   *
   * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/
   */
  readonly egressGateway?: boolean;
  readonly resilience?: ResilienceDefinition;
  readonly circuitBreaker?: CircuitBreakerDefinition;
}

/** Without a host name in what is spoken, as in plain TCP, a proxy couldn't tell one external service from another. */
export interface ExternalPortDefinition {
  /** The port that callers connect to, 1–65535. */
  readonly port: number;
  readonly protocol: ExternalProtocol;
  /** The host's own port, 1–65535. Default: `port`. */
  readonly targetPort?: number;
}

export type ExternalProtocol = (typeof externalProtocols)[number];

const externalProtocols = ["http", "http2", "grpc", "tls"] as const satisfies readonly Protocol[];

/** An external service with every default resolved. Its namespace is where its objects are: the mesh's. */
export interface ExternalService extends Service {
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

export const externalServiceSchema: z.ZodType<ExternalServiceDefinition> = z.strictObject({
  host: z.string(),
  ports: z
    .record(
      z.string(),
      z.strictObject({
        port: portNumberSchema,
        protocol: z.enum(externalProtocols),
        targetPort: portNumberSchema.optional(),
      }),
    )
    .refine((ports) => Object.keys(ports).length > 0, { params: { cure: "declare at least one port" } }),
  tls: z.strictObject({ mode: z.literal("SIMPLE") }).optional(),
  egressGateway: z.boolean().optional(),
  resilience: resilienceSchema.optional(),
  circuitBreaker: circuitBreakerSchema.optional(),
});

/** The release that is installed with every control plane. */
export const egressGateway: EgressGateway = {
  release: "istio-egress",
  host: "istio-egress.istio-egress.svc.cluster.local",
  selector: { istio: "egress" },
};
