import {
  type CallDefinition,
  type ExternalServiceDefinition,
  isHttp,
  type MeshDefinition,
  type ServiceDefinition,
} from "../../../catalog";
import type { Place } from "./mutation";

/** Everything that stands at places such as `services.*.calls.*`, where `*` is any key or index. */
export function* matching(value: unknown, pattern: string): Iterable<{ place: Place; value: unknown }> {
  yield* walk(value, pattern === "" ? [] : pattern.split("."), []);
}

function* walk(value: unknown, [key, ...below]: string[], place: Place): ReturnType<typeof matching> {
  if (key === undefined) yield { place, value };
  for (const [own, inner] of children(value)) {
    if (key === "*" || key === String(own)) yield* walk(inner, below, [...place, own]);
  }
}

/** Everything below a value, the value itself left out. */
export function* everything(value: unknown, place: Place = []): Iterable<{ place: Place; value: unknown }> {
  for (const [key, inner] of children(value)) {
    yield { place: [...place, key], value: inner };
    yield* everything(inner, [...place, key]);
  }
}

function children(value: unknown): [string | number, unknown][] {
  if (Array.isArray(value)) return [...value.entries()];
  return value !== null && typeof value === "object" ? Object.entries(value) : [];
}

export interface ServicePlace {
  readonly name: string;
  readonly place: Place;
  readonly service: ServiceDefinition;
}

export function servicesOf(catalog: MeshDefinition): ServicePlace[] {
  return Object.entries(catalog.services).map(([name, service]) => ({
    name,
    place: ["services", name],
    service,
  }));
}

/** Where the workloads are of those services that are deployed with the mesh. */
export function workloadsOf(catalog: MeshDefinition): Place[] {
  return servicesOf(catalog)
    .filter(({ service }) => service.workload)
    .map(({ place }) => [...place, "workload"]);
}

/** Services that have a port whose requests a proxy can see. */
export function httpServicesOf(catalog: MeshDefinition): ServicePlace[] {
  return servicesOf(catalog).filter(({ service }) => hasHttp(service));
}

export function tcpServicesOf(catalog: MeshDefinition): ServicePlace[] {
  return servicesOf(catalog).filter(({ service }) => !hasHttp(service));
}

export function hasHttp({ ports }: Pick<ServiceDefinition | ExternalServiceDefinition, "ports">): boolean {
  return Object.values(ports ?? {}).some(({ protocol }) => isHttp(protocol));
}

/** Services and external services, by name: whatever can be called. */
export function calleesOf({
  services,
  externalServices = {},
}: MeshDefinition): Record<string, ServiceDefinition | ExternalServiceDefinition> {
  return { ...externalServices, ...services };
}

/** A call, a route or an admission. The platforms write each call by itself, none as a list. */
export interface EdgePlace {
  readonly kind: "call" | "route" | "admit";
  /** Who calls; of a route its gateway. */
  readonly caller: string;
  readonly callee: string;
  readonly place: Place;
  readonly call: CallDefinition;
}

export function edgesOf(catalog: MeshDefinition): EdgePlace[] {
  const services = Object.entries(catalog.services);
  const calls = services.flatMap(([caller, service]) =>
    Object.entries(service.calls ?? {}).map(([callee, call]): EdgePlace => {
      if (Array.isArray(call)) throw new Error(`services.${caller}.calls.${callee} is a list`);
      const place = ["services", caller, "calls", callee];
      return { kind: "call", caller, callee, place, call: call as CallDefinition };
    }),
  );
  const admissions = services.flatMap(([callee, { admit = {} }]) =>
    Object.entries(admit).map(([caller, call]): EdgePlace => {
      return { kind: "admit", caller, callee, place: ["services", callee, "admit", caller], call };
    }),
  );
  const routes = Object.entries(catalog.gateways ?? {}).flatMap(([caller, { hosts }]) =>
    Object.entries(hosts).flatMap(([host, own]) =>
      own.routes.map((call, i): EdgePlace => {
        const place = ["gateways", caller, "hosts", host, "routes", i];
        return { kind: "route", caller, callee: call.service, place, call };
      }),
    ),
  );
  return [...calls, ...admissions, ...routes];
}

/** Hosts of gateways. */
export function hostsOf(catalog: MeshDefinition) {
  return Object.entries(catalog.gateways ?? {}).flatMap(([gateway, { hosts }]) =>
    Object.entries(hosts).map(([host, own]) => ({
      gateway,
      host,
      own,
      place: ["gateways", gateway, "hosts", host] as Place,
    })),
  );
}

/** Calls of HTTP services that nobody else calls and no gateway routes to. */
export function onlyCallsOf(catalog: MeshDefinition): EdgePlace[] {
  const edges = edgesOf(catalog);
  const callees = calleesOf(catalog);
  return edges.filter(({ kind, callee }) => {
    const called = callees[callee];
    return (
      kind === "call" &&
      called &&
      hasHttp(called) &&
      edges.filter((one) => one.callee === callee).length === 1
    );
  });
}
