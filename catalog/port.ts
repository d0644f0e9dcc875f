import { z } from "zod";
import type { Shape } from "./shape";

/**
 * The protocol of a port. It determines whether Istio routes requests or forwards bytes, so it is declared, never
 * detected.
 *
 * @see https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
export type Protocol = (typeof protocols)[number];

/** The supported protocols of a port. */
export const protocols = ["http", "http2", "grpc", "tcp", "tls", "mongo", "mysql", "redis"] as const;

/**
 * A port of a service or external service.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/#ServiceSpec
 */
export interface PortDefinition {
  /** The port number that callers use: that of the Service, 1–65535. */
  readonly port: number;
  /**
   * The protocol that callers use. It is rendered as the `appProtocol` of the Service's port if the catalog creates or
   * adopts the Service, and as the `protocol` of a ServiceEntry. If another tool creates the Service, its port must
   * have that `appProtocol`, or a name of the form `<protocol>[-<suffix>]`. Otherwise Istio detects the protocol or
   * treats the port as TCP.
   */
  readonly protocol: Protocol;
  /** The port of the container, or of the external host, 1–65535. Default: `port`. */
  readonly targetPort?: number;
}

/** A port with its defaults resolved. */
export interface Port {
  readonly name: string;
  readonly port: number;
  readonly targetPort: number;
  readonly protocol: Protocol;
}

/** Protocols for which Envoy handles requests, with methods, paths, retries and timeouts. */
export type HttpProtocol = "http" | "http2" | "grpc";

/** Whether Envoy handles requests for a protocol. */
export function isHttp(protocol: Protocol): protocol is HttpProtocol {
  return protocol === "http" || protocol === "http2" || protocol === "grpc";
}

export const portNumberSchema = z.int().min(1).max(65535);

const asBytes =
  'use "tcp", as proxies read no requests of this protocol, or "tls" if the clients use TLS themselves';
const notForwarded = "remove the port: Istio's proxies forward TCP only, so other traffic bypasses them";

/** Names of other protocols that catalogs give, in lower case and without separators, each with its fix. */
const otherProtocols: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["amqp", "amqps", "cassandra", "kafka", "ldap", "ldaps", "memcached", "mqtt", "mqtts", "nats"]
      .concat(["postgres", "postgresql", "mariadb", "mssql", "oracle", "smtp", "ssh", "zookeeper"])
      .map((name) => [name, asBytes]),
  ),
  ...Object.fromEntries(["udp", "sctp", "quic", "http3", "dns"].map((name) => [name, notForwarded])),
  ...Object.fromEntries(
    ["https", "wss"].map((name) => [
      name,
      'use "tls" if the application terminates TLS itself, otherwise "http"',
    ]),
  ),
  ...Object.fromEntries(
    ["ws", "websocket", "sse", "grpcweb", "rest", "graphql"].map((name) => [
      name,
      'use "http": its requests are HTTP requests',
    ]),
  ),
  h2: 'use "http2"',
  h2c: 'use "http2"',
  mongodb: 'use "mongo"',
};

function protocolFix(given: unknown): string {
  const all = `use one of ${protocols.map((one) => `"${one}"`).join(", ")}`;
  if (typeof given !== "string") return all;
  // Kubernetes' protocol of a port.
  if (given === "TCP") return `name the protocol that the application uses over TCP: ${all}`;
  const bare = given.toLowerCase().replaceAll(/[-_ ./]/g, "");
  const meant = protocols.find((one) => one === bare);
  return meant === undefined ? (otherProtocols[bare] ?? all) : `use "${meant}"`;
}

export const portSchema: z.ZodType<PortDefinition> = z.strictObject({
  port: portNumberSchema,
  protocol: z.enum(protocols, { error: ({ input }) => protocolFix(input) }),
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

/** Returns the port with a name. Without a name it is the first one, which a service with one port has. */
export function portOf(ports: readonly Port[], name?: string): Port | undefined {
  return name === undefined ? ports[0] : ports.find((port) => port.name === name);
}
