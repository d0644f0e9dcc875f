import { type Model, objectsNamed, type ServiceHost } from "../effect";

/** As what proxies read the requests to a port of a host. */
export type ReadAs = "HTTP/1.1" | "HTTP/2" | "TCP" | "TLS" | "UDP" | "what they detect";

/** A port of a host, as callers' proxies read it. */
export interface PortRead {
  readonly port: number;
  readonly as: ReadAs;
}

/** The ports of a host, by the objects that declare it. Each of several objects has its own ports. */
export function portsReadAt(model: Model, host: string): PortRead[] {
  const byHost = indexes.get(model.services) ?? Map.groupBy(model.services, (one) => one.host);
  indexes.set(model.services, byHost);
  return (byHost.get(host) ?? []).flatMap((service) =>
    service.ports.map(({ number, protocol }) => ({
      port: number,
      as: protocol === "http" ? versionAt(model, service, number) : others[protocol],
    })),
  );
}

const indexes = new WeakMap<Model["services"], ReadonlyMap<string, readonly ServiceHost[]>>();

const others = { tcp: "TCP", tls: "TLS", udp: "UDP", auto: "what they detect" } as const;

interface Port {
  readonly port?: number;
  readonly number?: number;
  readonly name?: string;
  readonly appProtocol?: string;
  readonly protocol?: string;
}

/** @see https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/ */
function versionAt(model: Model, { from, registry }: ServiceHost, number: number): ReadAs {
  const group = registry === "kubernetes" ? "" : "networking.istio.io";
  const ports = objectsNamed(model, from.kind, group, from).flatMap(
    ({ spec }) => (spec as { readonly ports?: readonly Port[] }).ports ?? [],
  );
  const found = ports.find((one) => (one.port ?? one.number) === number);
  const protocol = registry === "kubernetes" ? (found?.appProtocol ?? found?.name) : found?.protocol;
  return /^(kubernetes\.io\/h2c|(http2|grpc)(-(?!web)|$))/i.test(protocol ?? "") ? "HTTP/2" : "HTTP/1.1";
}
