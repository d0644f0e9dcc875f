/**
 * Who may ask what: once by Istio's rules for AuthorizationPolicies, from rendered objects, and once from the catalog
 * as it is written. Neither knows of the other, nor of the renderer.
 */
import { type CallDefinition, isHttp, type MeshDefinition, type ServiceDefinition } from "../../catalog";
import type { Manifest } from "../../mesh";

/** A request as the proxy of the called pod sees it; over TCP nothing is known of methods, paths and claims. */
export interface Request {
  /** Namespace and service account of the caller. */
  readonly namespace: string;
  readonly account: string;
  readonly callee: string;
  /** The container's port. */
  readonly port: number;
  readonly method: string;
  readonly path: string;
  /** Claims of a valid token; empty without one. */
  readonly claims: Claims;
}

export type Claims = Readonly<Record<string, readonly string[]>>;

interface Policy {
  readonly selector?: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly action?: string;
  readonly rules?: readonly Rule[];
}

interface Rule {
  readonly from?: readonly {
    readonly source: Partial<Record<"principals" | "namespaces", readonly string[]>>;
  }[];
  readonly to?: readonly {
    readonly operation: Partial<Record<"ports" | "methods" | "paths", readonly string[]>>;
  }[];
  readonly when?: readonly { readonly key: string; readonly values: readonly string[] }[];
}

/**
 * What the policies that select a service's pods say to a request.
 *
 * @see https://istio.io/latest/docs/concepts/security/#implicit-enablement
 */
export function decide(
  objects: readonly Manifest[],
  { services, trustDomain = "cluster.local", ...mesh }: MeshDefinition,
): (request: Request) => boolean {
  const policies = new Map(
    Object.entries(services).map(([name, service]): [string, Policy[]] => {
      const namespaces = [namespaceOf(mesh, service), "istio-system"];
      return [
        name,
        objects
          .filter(
            ({ kind, metadata: { namespace = "" } }) =>
              kind === "AuthorizationPolicy" && namespaces.includes(namespace),
          )
          .map(({ spec }) => spec as Policy)
          .filter(({ selector }) =>
            Object.entries(selector?.matchLabels ?? {}).every(
              ([key, value]) => key === "app" && value === name,
            ),
          ),
      ];
    }),
  );
  return (request) => {
    const held = policies.get(request.callee) ?? [];
    const some = (wanted: string): boolean =>
      held.some(
        ({ action = "ALLOW", rules = [] }) =>
          action === wanted && rules.some((rule) => matches(rule, trustDomain, request)),
      );
    return !some("DENY") && (held.length === 0 || some("ALLOW"));
  };
}

function matches({ from, to, when = [] }: Rule, trustDomain: string, request: Request): boolean {
  const principal = `${trustDomain}/ns/${request.namespace}/sa/${request.account}`;
  return (
    oneOf(
      from,
      ({ source }) =>
        oneOf(source.principals, (one) => one === principal) &&
        oneOf(source.namespaces, (one) => one === request.namespace),
    ) &&
    oneOf(
      to,
      ({ operation }) =>
        oneOf(operation.ports, (one) => one === String(request.port)) &&
        oneOf(operation.methods, (one) => one === request.method) &&
        oneOf(operation.paths, (one) => pathMatches(one, request.path)),
    ) &&
    when.every(({ key, values }) => {
      const claim = /^request\.auth\.claims\[(.*)\]$/.exec(key)?.[1] ?? "";
      return request.claims[claim]?.some((one) => values.includes(one)) ?? false;
    })
  );
}

/** A list that isn't given limits nothing. */
function oneOf<T>(list: readonly T[] | undefined, fits: (one: T) => boolean): boolean {
  return list === undefined || list.some(fits);
}

function pathMatches(pattern: string, path: string): boolean {
  return pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}

/** What the catalog says to a request: whether a call, a route or an admission is one for it. */
export function requested(definition: MeshDefinition): (request: Request) => boolean {
  const { services, gateways = {}, jwtRules = [] } = definition;
  const issuers: readonly string[] = jwtRules.map(({ issuer }) => issuer);
  const fits = (call: CallDefinition, { callee, port, method, path, claims }: Request): boolean => {
    const ports = services[callee]?.ports ?? {};
    const meant = call.port === undefined ? Object.values(ports)[0] : ports[call.port];
    if (!meant || (meant.targetPort ?? meant.port) !== port) return false;
    if (!isHttp(meant.protocol)) return true;
    const { methods = [method], paths = [path], endUser } = call;
    return (
      (methods as readonly string[]).includes(method) &&
      paths.some((one) => pathMatches(one, path)) &&
      (!endUser ||
        (issuers.includes(claims.iss?.[0] ?? "") &&
          Object.entries(endUser.claims ?? {}).every(([claim, values]) =>
            claims[claim]?.some((one) => (values as readonly string[]).includes(one)),
          )))
    );
  };
  return (request) => {
    const { namespace, account, callee } = request;
    const caller = services[account];
    const isCaller = caller !== undefined && namespaceOf(definition, caller) === namespace;
    const asking = (name: string): CallDefinition[] => [
      ...(isCaller ? [caller.calls?.[name] ?? []].flat() : []),
      ...Object.values(gateways)
        .filter(({ release = "istio-ingress" }) => release === namespace && release === account)
        .flatMap(({ hosts }) => Object.values(hosts))
        .flatMap(({ routes }) => routes)
        .flatMap((route) => [
          route,
          ...(route.destinations ?? []).map((one) => ({ ...route, port: undefined, ...one })),
        ])
        .filter(({ service }) => service === name)
        .map(({ port, ...route }) => ({ ...route, ...(port !== undefined && { port }) })),
    ];
    // Whoever may send a request to a service may send its copy to where that is mirrored.
    const copies = mirroredTo(callee, definition).flatMap(({ name, port }) =>
      asking(name)
        .filter((call) => (call.port ?? Object.keys(services[name]?.ports ?? {})[0]) === port)
        .map((call) => ({ ...call, port })),
    );
    const admissions = Object.values(services[callee]?.admit ?? {}).filter(
      (one) => one.namespace === namespace && (one.serviceAccount ?? account) === account,
    );
    return [...asking(callee), ...copies, ...admissions].some((call) => fits(call, request));
  };
}

/** Services whose requests are copied to another one, by the ports that both have. */
export function mirroredTo(callee: string, { services }: MeshDefinition): { name: string; port: string }[] {
  return Object.entries(services).flatMap(([name, { traffic, ports = {} }]) =>
    Object.entries(ports).flatMap(([port, { protocol }]) =>
      traffic?.mirror?.service === callee &&
      isHttp(protocol) &&
      services[callee]?.ports?.[port]?.protocol === protocol
        ? [{ name, port }]
        : [],
    ),
  );
}

/** Requests that tell policies apart: every caller, port, method and path that the catalog names, and some that it doesn't. */
export function requests(definition: MeshDefinition): Request[] {
  const { services, gateways = {} } = definition;
  const callers = [
    ...Object.entries(services).map(([account, one]) => ({
      account,
      namespace: namespaceOf(definition, one),
    })),
    ...Object.values(gateways).map(({ release = "istio-ingress" }) => ({
      account: release,
      namespace: release,
    })),
    { account: "prometheus", namespace: "monitoring" },
    { account: "other", namespace: "monitoring" },
    { account: "nightly", namespace: "batch" },
    { account: "default", namespace: "elsewhere" },
    { account: "default", namespace: namespaceOf(definition, {}) },
  ];
  const issuer = definition.jwtRules?.[0]?.issuer ?? "";
  const tokens: Claims[] = [
    {},
    { iss: [issuer] },
    { iss: [issuer], roles: ["reader"] },
    { iss: [issuer], roles: ["admin"], tenant: ["shop"] },
  ];
  const paths = ["/", "/a", "/ab", "/a/b", "/b/a/x", "/c"];
  return Object.entries(services).flatMap(([callee, { ports = {} }]) => {
    const known = Object.values(ports).map(({ port, targetPort = port }) => targetPort);
    return [...new Set([...known, 15000])].flatMap((port) =>
      callers.flatMap((caller) =>
        ["GET", "POST", "DELETE"].flatMap((method) =>
          paths.flatMap((path) =>
            tokens.map((claims) => ({ ...caller, callee, port, method, path, claims })),
          ),
        ),
      ),
    );
  });
}

export function namespaceOf(
  { name, namespace = name }: Pick<MeshDefinition, "name" | "namespace">,
  { namespace: own = namespace }: Pick<ServiceDefinition, "namespace">,
): string {
  return own;
}
