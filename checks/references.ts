import {
  type CallDefinition,
  type CallDryRunDefinition,
  type DenyDefinition,
  type EndUserDefinition,
  type ExtAuthzDefinition,
  type ExtAuthzHttpDefinition,
  type GatewayHostDefinition,
  isList,
  type MeshDefinition,
  type PortDefinition,
  type ProbeDefinition,
} from "../catalog";

/** The target of routes whose service is not declared. No service can have this name. */
export const unknownService = "?";

/** A declared call, gateway route or admission, or the calls of proxies to the rate limit service. */
export interface Reference {
  readonly callee: string;
  readonly call: CallDefinition;
  readonly path: readonly (string | number)[];
  /** The path of the callee's name. */
  readonly calleePath: readonly (string | number)[];
}

/** Every call and admission of every service and every route of every gateway. */
export function* references(definition: MeshDefinition): Iterable<Reference> {
  for (const [service, { calls = {}, admit = {} }] of Object.entries(definition.services)) {
    for (const [callee, value] of Object.entries(calls)) {
      const calleePath = ["services", service, "calls", callee];
      if (isList(value)) {
        for (const [i, call] of value.entries()) yield { callee, call, path: [...calleePath, i], calleePath };
      } else {
        yield { callee, call: value, path: calleePath, calleePath };
      }
    }
    for (const [name, call] of Object.entries(admit)) {
      const path = ["services", service, "admit", name];
      yield { callee: service, call, path, calleePath: path };
    }
  }
  const { rateLimitService } = definition;
  if (rateLimitService) {
    const { service: callee, port } = rateLimitService;
    const path = ["rateLimitService"];
    yield { callee, call: port === undefined ? {} : { port }, path, calleePath: [...path, "service"] };
  }
  yield* providers(definition);
  for (const { own, path: at } of entrances(definition)) {
    for (const [i, route] of own.routes.entries()) {
      const path = [...at, "routes", i];
      yield { callee: route.service, call: route, path, calleePath: [...path, "service"] };
      // What the route requires of requests is checked once, at its first service.
      for (const [j, call] of (route.destinations ?? []).entries()) {
        const place = [...path, "destinations", j];
        yield { callee: call.service, call, path: place, calleePath: [...place, "service"] };
      }
    }
  }
}

/** A host of a gateway, or the routes of a host that another catalog delegates. */
export interface Entrance {
  /** The host, or the delegate's name, as messages name it. */
  readonly host: string;
  readonly own: Pick<GatewayHostDefinition, "routes" | "redirects" | "directResponses" | "delegates">;
  readonly path: readonly string[];
}

/** Everything that has routes from a gateway. */
export function* entrances({ gateways = {}, delegates = {} }: MeshDefinition): Iterable<Entrance> {
  for (const [gateway, { hosts }] of Object.entries(gateways)) {
    for (const [host, own] of Object.entries(hosts)) {
      yield { host, own, path: ["gateways", gateway, "hosts", host] };
    }
  }
  for (const [name, { routes }] of Object.entries(delegates)) {
    yield { host: name, own: { routes }, path: ["delegates", name] };
  }
}

/** The services of the extension providers, which proxies call. */
export function* providers({ extensionProviders = {} }: MeshDefinition): Iterable<Reference> {
  for (const [name, provider] of Object.entries(extensionProviders)) {
    for (const [kind, { service: callee, port }] of Object.entries(provider) as [
      string,
      ExtAuthzHttpDefinition,
    ][]) {
      const path = ["extensionProviders", name, kind];
      yield { callee, call: port === undefined ? {} : { port }, path, calleePath: [...path, "service"] };
    }
  }
}

/** Every external authorization of a service or a host. */
export function* extAuthzs({
  services,
  gateways = {},
}: MeshDefinition): Iterable<{ readonly extAuthz: ExtAuthzDefinition; readonly path: readonly string[] }> {
  for (const [name, { extAuthz }] of Object.entries(services)) {
    if (extAuthz) yield { extAuthz, path: ["services", name, "extAuthz"] };
  }
  for (const [gateway, { hosts }] of Object.entries(gateways)) {
    for (const [host, { extAuthz }] of Object.entries(hosts)) {
      if (extAuthz) yield { extAuthz, path: ["gateways", gateway, "hosts", host, "extAuthz"] };
    }
  }
}

/** Every reference to a port: calls, routes, admissions, probes and DENY rules. */
export function* portReferences(definition: MeshDefinition): Iterable<Reference> {
  yield* references(definition);
  yield* probes(definition);
  for (const { service: callee, rule, path } of denials(definition)) {
    if (rule.port !== undefined) yield { callee, call: { port: rule.port }, path, calleePath: path };
  }
}

/** A DENY rule of a service. */
export interface Denial {
  readonly service: string;
  readonly rule: DenyDefinition;
  readonly path: readonly string[];
}

/** Every DENY rule of every service. */
export function* denials({ services }: MeshDefinition): Iterable<Denial> {
  for (const [service, { deny = {} }] of Object.entries(services)) {
    for (const [name, rule] of Object.entries(deny)) {
      yield { service, rule, path: ["services", service, "deny", name] };
    }
  }
}

/** Every list of paths as a service receives them. */
export function* pathLists(
  definition: MeshDefinition,
): Iterable<{ readonly paths: readonly string[]; readonly path: readonly (string | number)[] }> {
  for (const { call, path } of references(definition)) {
    if (call.paths) yield { paths: call.paths, path: [...path, "paths"] };
    const { paths } = dryRunOf(call);
    if (paths) yield { paths, path: [...path, "dryRun", "paths"] };
  }
  for (const { rule, path } of denials(definition)) {
    for (const field of ["paths", "notPaths"] as const) {
      if (rule[field]) yield { paths: rule[field], path: [...path, field] };
    }
  }
  for (const { extAuthz, path } of extAuthzs(definition)) {
    for (const field of ["paths", "notPaths"] as const) {
      if (extAuthz[field]) yield { paths: extAuthz[field], path: [...path, field] };
    }
  }
}

/** The fields of a call's dry run. None without one, or if it denies the call. */
function dryRunOf({ dryRun }: CallDefinition): CallDryRunDefinition {
  return dryRun === undefined || dryRun === "denied" ? {} : dryRun;
}

/** Every token that a call, a route, an admission or a DENY rule names. */
export function* endUsers(
  definition: MeshDefinition,
): Iterable<{ readonly endUser: EndUserDefinition; readonly path: readonly (string | number)[] }> {
  for (const { call, path } of references(definition)) {
    if (call.endUser) yield { endUser: call.endUser, path: [...path, "endUser"] };
    const { endUser } = dryRunOf(call);
    if (endUser) yield { endUser, path: [...path, "dryRun", "endUser"] };
  }
  for (const { rule, path } of denials(definition)) {
    for (const field of ["endUser", "notEndUser"] as const) {
      if (rule[field]) yield { endUser: rule[field], path: [...path, field] };
    }
  }
}

/** Every probe of every workload. Its port is a port of the same service. */
export function* probes({
  services,
}: MeshDefinition): Iterable<Reference & { readonly probe: ProbeDefinition }> {
  for (const [callee, { workload }] of Object.entries(services)) {
    for (const [kind, probe] of Object.entries(workload?.probes ?? {}) as [string, ProbeDefinition][]) {
      const path = ["services", callee, "workload", "probes", kind];
      const call = probe.port === undefined ? {} : { port: probe.port };
      yield { callee, call, probe, path, calleePath: path };
    }
  }
}

/** A service whose requests are mirrored to another one. */
export interface MirrorReference {
  readonly service: string;
  readonly target: string;
  readonly path: readonly string[];
}

/** Every mirror to another service. */
export function* mirrors({ services }: MeshDefinition): Iterable<MirrorReference> {
  for (const [service, { traffic }] of Object.entries(services)) {
    const target = traffic?.mirror?.service;
    if (target === undefined) continue;
    yield { service, target, path: ["services", service, "traffic", "mirror"] };
  }
}

/**
 * The section in which a reference's callee is declared. Only calls of services and extension providers can refer to
 * external services.
 */
export function sectionOf(
  { services, externalServices = {} }: MeshDefinition,
  { callee, path }: Reference,
): "services" | "externalServices" {
  const outside = Object.hasOwn(externalServices, callee) && !Object.hasOwn(services, callee);
  return (path[2] === "calls" || path[0] === "extensionProviders") && outside
    ? "externalServices"
    : "services";
}

/** The ports of a reference's callee. Undefined if the callee is not declared; a declared one can have no ports. */
export function portsOf(
  definition: MeshDefinition,
  reference: Reference,
): Readonly<Record<string, PortDefinition>> | undefined {
  const callee = definition[sectionOf(definition, reference)]?.[reference.callee];
  return callee && (callee.ports ?? {});
}

/** The port of a reference. Undefined if it is not declared, or not chosen among several. */
export function portOf(definition: MeshDefinition, reference: Reference): PortDefinition | undefined {
  const ports = portsOf(definition, reference) ?? {};
  const { port } = reference.call;
  return port === undefined ? Object.values(ports)[0] : ports[port];
}
