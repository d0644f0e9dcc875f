import { z } from "zod";
import type { Shape } from "./shape";

/**
 * What a port speaks. Istio decides by it between routing requests and forwarding bytes, so it is never guessed.
 *
 * @see https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
export type Protocol = (typeof protocols)[number];

/** Protocols that a port may speak. */
export const protocols = ["http", "http2", "grpc", "tcp", "tls", "mongo", "mysql", "redis"] as const;

/**
 * One port of a service, of the mesh or outside of it.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/#ServiceSpec
 */
export interface PortDefinition {
  /** The port that callers connect to, the Service's, 1–65535. */
  readonly port: number;
  /**
   * The protocol that callers speak on it. It is rendered as the `appProtocol` of the Service's port, where the catalog
   * creates or adopts the Service, or as the ServiceEntry's `protocol`. Where another tool creates the Service, its port
   * must have that `appProtocol`, or be named `<protocol>[-<suffix>]`: otherwise Istio detects the protocol, or treats
   * the port as TCP.
   */
  readonly protocol: Protocol;
  /** The container's port, or the external host's own, 1–65535. Default: `port`. */
  readonly targetPort?: number;
}

/** A port with its defaults resolved. */
export interface Port {
  readonly name: string;
  readonly port: number;
  readonly targetPort: number;
  readonly protocol: Protocol;
}

/** Protocols on which Envoy sees requests, with methods, paths, retries and timeouts. */
export type HttpProtocol = "http" | "http2" | "grpc";

/** Whether Envoy sees requests on this protocol. */
export function isHttp(protocol: Protocol): protocol is HttpProtocol {
  return protocol === "http" || protocol === "http2" || protocol === "grpc";
}

export const portNumberSchema = z.int().min(1).max(65535);

export const portSchema: z.ZodType<PortDefinition> = z.strictObject({
  port: portNumberSchema,
  protocol: z.enum(protocols),
  targetPort: portNumberSchema.optional(),
} satisfies Shape<PortDefinition>);

export function normalizePorts(definitions: Readonly<Record<string, PortDefinition>>): Port[] {
  return Object.entries(definitions)
    .map(([name, { port, targetPort, protocol }]) => ({
      name,
      port,
      targetPort: targetPort ?? port,
      protocol,
    }))
    .sort((a, b) => a.port - b.port);
}

/** The port of that name. Without a name it is the first, which a service with one port has. */
export function portOf(ports: readonly Port[], name?: string): Port | undefined {
  return name === undefined ? ports[0] : ports.find((port) => port.name === name);
}
