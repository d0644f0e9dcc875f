import { parseBlock } from "./address";
import type { Decision } from "./mayCall";
import type { Model } from "./model";
import { type Connection, mayConnect } from "./networkPolicy";
import type { Outside } from "./outside";
import type { ServiceHost, ServicePort } from "./service";
import { servicesOf } from "./space";
import type { Workload } from "./workload";

/** The port of a gateway's pods behind a port of its Service. */
export function podPort(model: Model, gateway: Workload, number: number): number {
  const port = servicesOf(model, gateway)
    .flatMap(({ ports }) => ports)
    .find((one) => one.number === number);
  return port === undefined ? number : targetOf(port, gateway);
}

/** The port of a workload's pods to which a port of a service sends. */
export function targetOf({ target, number }: ServicePort, { namedPorts }: Workload): number {
  return typeof target === "number" ? target : (namedPorts?.[target] ?? number);
}

/** The decision of NetworkPolicies, unless they allow a connection. */
export function networkDecision(model: Model, connection: Connection): Decision | undefined {
  const { answer, by: all } = mayConnect(model, connection);
  if (answer === "allowed") return undefined;
  const [by] = all;
  const reason = answer === "denied" ? "no NetworkPolicy allows" : "NetworkPolicy not decided";
  return { answer, reason, ...(by && { by }), unread: [] };
}

/** Hosts outside of the mesh without addresses have public ones. Proxies connect to static endpoints, if there are any. */
export function outsideOf(host: string, service: ServiceHost | undefined): Outside {
  if (parseBlock(host)) return { addresses: [host] };
  const { addresses = [], endpoints = addresses, external = true, registry } = service ?? {};
  // The address of a Service is replaced by those of its endpoints.
  return registry === "kubernetes" && !external
    ? { addresses: [] }
    : { addresses: endpoints.filter((one) => parseBlock(one)), isPublic: external };
}
