import { fullHost, type ServiceHost, type VirtualService, virtualServices } from "../../effect";
import type { StackViolation } from "../policy";
import { type Field, UNKNOWN } from "../reading/field";
import { isMeshHost } from "../reading/destinationRule";
import {
  isDestinationRule,
  isGatewayApiRoute,
  isVirtualService,
  type KubernetesResource,
} from "../reading/resource";
import { asText } from "../reading/value";
import { isNear } from "./typo";
import type { JudgeEffect, JudgedStack } from "./judged";
import { messages } from "./routeMessages";
import { type Paths, sharedPath } from "./paths";

/** Judges routes that lead nowhere, and routes that take requests from another namespace. */
export const judgeRoutes: JudgeEffect = function* (judged) {
  const known = knownHosts(judged);
  for (const resource of judged.stack) {
    if (isGatewayApiRoute(resource.type)) yield* judgeHostnames(resource, known);
    if (!isVirtualService(resource.type)) continue;
    if (!resource.type.patch) {
      for (const destination of destinationsOf(resource))
        yield* judgeDestination(destination, resource, known);
    }
    yield* judgeLeaving(resource, known);
  }
  yield* judgeSharedHosts(judged);
};

/** What a stack has by full host. */
interface KnownHosts {
  readonly domain: string;
  readonly isRestricted: boolean;
  readonly services: ReadonlyMap<string, readonly ServiceHost[]>;
  /** The subsets of the host's DestinationRules. UNKNOWN if one of them is unknown. */
  readonly subsets: ReadonlyMap<string, ReadonlySet<unknown>>;
}

function knownHosts({ stack, model, open, resourceOf, isRestricted }: JudgedStack): KnownHosts {
  const domain = model.settings.clusterDomain;
  const closed = model.services.filter(({ from }) => {
    const resource = resourceOf(from);
    return resource !== undefined && !open.has(resource);
  });
  const subsets = new Map<string, Set<unknown>>();
  for (const { type, fields, namespace = "default" } of stack) {
    const host = fields.at("spec", "host").peek;
    if (!isDestinationRule(type) || typeof host !== "string") continue;
    const full = fullHost(host, namespace, domain);
    const list = fields.at("spec", "subsets");
    const names = list.peek === UNKNOWN ? [UNKNOWN] : list.children().map((one) => one.at("name").peek);
    subsets.set(full, new Set([...(subsets.get(full) ?? []), ...names]));
  }
  return { domain, isRestricted, services: Map.groupBy(closed, ({ host }) => host), subsets };
}

function* judgeDestination(
  destination: Field,
  resource: KubernetesResource,
  { domain, services, subsets }: KnownHosts,
): Iterable<StackViolation> {
  const { title, namespace = "default" } = resource;
  const [named, port, subset] = [
    destination.at("host"),
    destination.at("port", "number"),
    destination.at("subset"),
  ];
  if (typeof named.peek !== "string") return;
  const host = fullHost(named.peek, namespace, domain);
  const own = services.get(host);
  if (own === undefined) {
    const tail = host.slice(host.indexOf("."));
    const similar = [...services.keys()].find(
      (one) => one.endsWith(tail) && isNear(nameOf(one), nameOf(host)),
    );
    if (similar === undefined) return;
    yield { subject: resource, message: messages.host(title, named.path, host, similar) };
    return;
  }
  const number = port.peek;
  if (typeof number === "number" && own.every(({ ports }) => ports.every((one) => one.number !== number))) {
    yield { subject: resource, message: messages.port(title, port.path, number, host) };
  }
  const names = subsets.get(host);
  if (typeof subset.peek === "string" && names && !names.has(subset.peek) && !names.has(UNKNOWN)) {
    yield { subject: resource, message: messages.subset(title, subset.path, subset.peek, host) };
  }
}

/** Judges requests that leave the mesh: of a Service's host, and copies of any. */
function* judgeLeaving(resource: KubernetesResource, known: KnownHosts): Iterable<StackViolation> {
  const { domain } = known;
  const { title, namespace = "default", fields } = resource;
  const full = (field: Field): string =>
    typeof field.peek === "string" ? fullHost(field.peek, namespace, domain) : "";
  const isExternal = (host: string): boolean => isOutside(host, known);
  for (const field of mirrorsOf(resource)) {
    if (isExternal(full(field))) {
      yield { subject: resource, message: messages.copied(title, field.path, full(field)) };
    }
  }
  const from = fields
    .at("spec", "hosts")
    .children()
    .map(full)
    .find((host) => isOfService(host, known));
  if (from === undefined) return;
  const redirects = fields
    .at("spec", "http")
    .children()
    .map((route) => route.at("redirect", "authority"));
  for (const field of [
    ...destinationsOf(resource).map((destination) => destination.at("host")),
    ...redirects,
  ]) {
    if (isExternal(full(field))) {
      yield { subject: resource, message: messages.leaves(title, field.path, full(field), from) };
    }
  }
}

/** The domain of Services of several clusters. https://github.com/kubernetes/enhancements/tree/master/keps/sig-multicluster/1645-multi-cluster-services-api */
const MULTI_CLUSTER = "svc.clusterset.local";

/** Whether a host is outside of the mesh. In staging and prod, so is one that neither the stack nor the mesh's domains have. */
function isOutside(host: string, { domain, services, isRestricted }: KnownHosts): boolean {
  const name = host.replace(/:\d+$/, "");
  return (
    services.get(name)?.every(({ external }) => external) ??
    (isRestricted && !isMeshHost(name, [domain, MULTI_CLUSTER]))
  );
}

function isOfService(host: string, { services }: KnownHosts): boolean {
  return (
    services.get(host)?.some(({ registry, external }) => registry === "kubernetes" && !external) ?? false
  );
}

/**
 * Judges requests of a Service that a route of the Gateway API sends to a host, which need not be in the mesh.
 * https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/#mesh-traffic
 */
function* judgeHostnames(resource: KubernetesResource, known: KnownHosts): Iterable<StackViolation> {
  const { title, namespace = "default", fields } = resource;
  const service = fields
    .at("spec", "parentRefs")
    .children()
    .filter((parent) => parent.at("kind").peek === "Service")
    .map(
      (parent) =>
        `Service ${asText(parent.at("namespace").peek ?? namespace)}/${asText(parent.at("name").peek)}`,
    )
    .at(0);
  for (const rule of fields.at("spec", "rules").children()) {
    const backends = rule.at("backendRefs").children();
    const filters = [rule, ...backends].flatMap((place) => place.at("filters").children());
    // An authorizer receives the headers of all requests.
    const copies = filters.flatMap((filter) =>
      ["requestMirror", "externalAuth"].map((key) => filter.at(key, "backendRef")),
    );
    for (const field of copies.filter(isHostname).map((one) => one.at("name"))) {
      if (isOutside(asText(field.peek), known))
        yield { subject: resource, message: messages.copied(title, field.path, asText(field.peek)) };
    }
    if (service === undefined) continue;
    const hosts = [
      ...backends.filter(isHostname).map((one) => one.at("name")),
      ...filters
        .map((filter) => filter.at("requestRedirect", "hostname"))
        .filter(({ peek }) => typeof peek === "string"),
    ];
    for (const field of hosts) {
      if (isOutside(asText(field.peek), known))
        yield { subject: resource, message: messages.leaves(title, field.path, asText(field.peek), service) };
    }
  }
}

/** Whether a reference is Istio's own kind, by which a route leads to any host of the registry. */
function isHostname(reference: Field): boolean {
  return reference.at("kind").peek === "Hostname" && typeof reference.at("name").peek === "string";
}

/** The hosts that receive copies of requests. */
function mirrorsOf({ fields }: KubernetesResource): Field[] {
  return fields
    .at("spec", "http")
    .children()
    .flatMap((route) => [
      route.at("mirror", "host"),
      ...route
        .at("mirrors")
        .children()
        .map((mirror) => mirror.at("destination", "host")),
    ]);
}

/** The name of the Service in its host. */
function nameOf(host: string): string {
  return host.slice(0, host.indexOf("."));
}

function destinationsOf({ fields }: KubernetesResource): Field[] {
  return ["http", "tls", "tcp"]
    .flatMap((protocol) => fields.at("spec", protocol).children())
    .flatMap((route) => route.at("route").children())
    .map((weighted) => weighted.at("destination"));
}

/** A gateway sends a request to the first route that matches, of all VirtualServices with its host. */
function* judgeSharedHosts(judged: JudgedStack): Iterable<StackViolation> {
  const bound = virtualServices(judged.model).flatMap((of) =>
    of.gateways
      .filter((gateway) => gateway !== "mesh")
      .flatMap((gateway) => of.hosts.map((host) => ({ of, host, key: `${gateway} ${host}` }))),
  );
  for (const [, same] of Map.groupBy(bound, ({ key }) => key)) {
    for (const [index, { of, host }] of same.entries()) {
      for (const { of: other } of same.slice(0, index)) {
        if (of.namespace === other.namespace) continue;
        const path = sharedPath(pathsOf(of), pathsOf(other));
        const resource = judged.resourceOf(of.from);
        if (path === undefined || resource === undefined) continue;
        const text = `VirtualService ${other.namespace}/${other.from.name}`;
        yield { subject: resource, message: messages.taken(resource.title, path, host, text) };
      }
    }
  }
}

/** The paths of all matches. Matches with further conditions are narrower than their path, and are left out. */
function pathsOf({ http }: VirtualService): Paths[] {
  return http.flatMap((route) => {
    const matches = Array.isArray(route.match) ? (route.match as Record<string, unknown>[]) : [];
    if (matches.length === 0) return [{ text: "/", isPrefix: true }];
    return matches.flatMap((match): Paths[] => {
      const conditions = Object.keys(match).filter((key) => !["uri", "name", "gateways"].includes(key));
      if (conditions.length > 0) return [];
      const uri = (match.uri ?? { prefix: "/" }) as Record<string, unknown>;
      if (typeof uri.exact === "string") return [{ text: uri.exact, isPrefix: false }];
      return typeof uri.prefix === "string" ? [{ text: uri.prefix, isPrefix: true }] : [];
    });
  });
}
