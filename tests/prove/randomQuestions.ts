import { type Edge, isHttp, type Mesh, type Port, type Protocol, type Service } from "../../catalog";
import { identitiesOf, type MeshIdentity } from "../../prove/identities";
import { undeclaredHost } from "../../prove/laboratory";
import type { Caller, Question } from "../../prove/question";
import { bearer, pathInside, requestOf } from "../../prove/sample";
import type { TokenIssuer } from "../../prove/tokens";

/** Returns numbers from 0 to 1 that depend on the seed alone: https://en.wikipedia.org/wiki/Linear_congruential_generator */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Paths at the border of a pattern: some match it, and some do only after a proxy has normalized them, or just not. */
function borderOf(pattern: string): string[] {
  const inside = pathInside(pattern);
  const base = pattern.replace(/\/?\*$/, "");
  return [
    ...[
      base === "" ? "/" : base,
      `${base}/`,
      `${base}-beside`,
      base.slice(0, -1) || "/",
      base.toUpperCase() || "/",
    ],
    ...[
      `${base}//inside`,
      `/${inside}`,
      `${inside}/../../x`,
      `${base}/../x`,
      `/x/..${inside}`,
      `${base}/./inside`,
    ],
    ...[
      `${base}%2finside`,
      `${base}/..%2foutside`,
      `${base}/%2e%2e/x`,
      `${base}\\inside`,
      `${base}/%69nside`,
    ],
    ...[`${inside}?q=1`, `/?q=${inside}`, `${inside};v=1`],
  ].map((path) => (path.startsWith("/") ? path : `/${path}`));
}

const anywhere = ["/", "/other", "//", "/a/../b", "/%2e/x", "/..", "/%2f%2e%2e", "/?", "/*"];
const methods = ["GET", "POST", "DELETE", "PATCH", "PUT", "OPTIONS"];

/**
 * Random requests in a mesh, whether or not the catalog says anything about them. Half of them resemble a call of the
 * catalog: its caller, method, token. A third of the paths are at the border of a pattern of the callee.
 */
export function randomQuestions(mesh: Mesh, issuer: TokenIssuer, count: number, seed: number): Question[] {
  const next = randomNumbers(seed);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(next() * all.length)] as T;
  const edges = mesh.services.flatMap(({ incoming }) => incoming);
  const everyPattern = [...new Set(["/*", ...edges.flatMap(({ paths }) => paths)])];
  const tokens = edges.flatMap((edge) => issuer.tokensFor(edge, mesh.jwtRules));
  const identities = identitiesOf(mesh);

  const path = (patterns: readonly string[]): string => {
    const near = pick(patterns.length > 0 && next() < 0.8 ? patterns : everyPattern);
    const kind = next();
    if (kind < 0.34) return pick(borderOf(near));
    return kind < 0.7 ? pathInside(near) : pick(anywhere);
  };
  const request = (protocol: Protocol, near: Edge | undefined) => {
    const own = near === undefined ? [] : issuer.tokensFor(near, mesh.jwtRules);
    const [valid] = own;
    const chance = next();
    const token =
      valid !== undefined && chance < 0.6
        ? valid
        : chance < (valid === undefined ? 0.4 : 0.8) && tokens.length > 0
          ? pick(valid === undefined ? tokens : own)
          : undefined;
    const method =
      near !== undefined && near.methods.length > 0 && next() < 0.7 ? pick(near.methods) : pick(methods);
    return {
      method: protocol === "grpc" ? "POST" : method,
      ...((protocol === "grpc" || protocol === "http2") && { protocol }),
      headers: bearer(token),
    };
  };
  const callerAmong = (): Caller => {
    const kind = next();
    if (kind < 0.45) return { kind: "workload", service: pick(mesh.services).name };
    return kind < 0.9 ? { kind: "identity", ...pick<MeshIdentity>(identities) } : { kind: "unmeshed" };
  };
  /** The pod of an edge's source, or the probe with its identity. */
  const callerOf = ({ source }: Edge): Caller => {
    if (source.kind === "service" && next() < 0.7) return { kind: "workload", service: source.name };
    const account = source.principal?.split("/").at(-1);
    const own = identities.filter(
      ({ namespace, serviceAccount }) =>
        namespace === source.namespace && (account === undefined || serviceAccount === account),
    );
    return own.length === 0 ? callerAmong() : { kind: "identity", ...pick(own) };
  };

  const hosts = mesh.gateways.flatMap(({ pods, hosts: own }) =>
    pods.release === undefined
      ? []
      : own
          .filter(({ traffic, tls }) => traffic === "requests" && tls.mode !== "MUTUAL")
          .map((host) => ({ host, through: `${pods.release ?? ""}.${pods.namespace}.svc.cluster.local` })),
  );
  const common = { path: "", claim: "", expect: "answered" } as const;

  const atGateway = (): Question => {
    const { host, through } = pick(hosts);
    const name = next() < 0.9 ? host.host.replace(/^\*/, "sample") : "foreign.example.org";
    const route = pick(host.routes);
    const edge = "edge" in route ? route.edge : undefined;
    const sample = requestOf(route.match, edge);
    const patterns = [
      ...(sample === undefined ? [] : [`${sample.path.split("?")[0] ?? ""}/*`.replace("//", "/")]),
    ];
    const { headers, ...rest } = request(edge?.port.protocol === "grpc" ? "grpc" : "http", edge);
    return {
      ...common,
      caller: { kind: "unmeshed" },
      target: { kind: "host", host: name, port: host.port },
      scheme: host.tls.mode === "DISABLE" ? "http" : "https",
      requestPath: path([...patterns, ...(edge?.paths ?? [])]),
      request: { ...rest, headers: { ...(next() < 0.7 ? sample?.headers : undefined), ...headers } },
      through: { host: through, port: host.port },
    };
  };
  const outside = (): Question => {
    const to = pick([...mesh.externalServices, undefined]);
    const port = to && pick(to.ports);
    const requests = port === undefined || isHttp(port.protocol);
    return {
      ...common,
      caller: callerAmong(),
      target: {
        kind: "host",
        host: to?.host.replace(/^\*/, "sample") ?? undeclaredHost,
        port: port?.port ?? 80,
      },
      scheme: port?.protocol === "tls" ? "https" : requests ? "http" : "tcp",
      requestPath: path([]),
      request: request("http", undefined),
    };
  };
  const inMesh = (): Question => {
    const service = pick(mesh.services.filter(({ ports }) => ports.length > 0));
    const near = next() < 0.5 && service.incoming.length > 0 ? pick(service.incoming) : undefined;
    const port = near?.port ?? pick(service.ports);
    const scheme = isHttp(port.protocol) ? "http" : "tcp";
    const direct = next() < 0.1;
    const sent: Question["request"] = scheme === "tcp" ? {} : request(port.protocol, near);
    const route = next() < 0.3 && service.headerRoutes.length > 0 ? pick(service.headerRoutes) : undefined;
    return {
      ...common,
      caller: direct ? { kind: "unmeshed" } : near ? callerOf(near) : callerAmong(),
      target: direct
        ? { kind: "pods", service: service.name, port: port.targetPort }
        : { kind: "host", host: service.host, port: port.port },
      scheme,
      requestPath: path(patternsOf(service, port)),
      request: route ? { ...sent, headers: { ...sent.headers, ...route.headers } } : sent,
    };
  };
  return Array.from({ length: count }, () => {
    const kind = next();
    if (hosts.length > 0 && kind < 0.3) return atGateway();
    return kind < 0.37 ? outside() : inMesh();
  });
}

/** The patterns of paths that decide at a port. */
function patternsOf({ incoming, deny }: Service, { name }: Port): string[] {
  return [
    ...incoming.filter(({ port }) => port.name === name).flatMap(({ paths }) => paths),
    ...deny.flatMap(({ paths, notPaths }) => [...paths, ...notPaths]),
  ];
}
