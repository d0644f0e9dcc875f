import { isHttp, type Mesh } from "../../catalog";
import { identitiesOf, type MeshIdentity } from "../../prove/identities";
import { undeclaredHost } from "../../prove/laboratory";
import type { Caller, Question } from "../../prove/question";
import { bearer, pathInside } from "../../prove/sample";
import type { TokenIssuer } from "../../prove/tokens";

/** Returns numbers from 0 to 1 that depend on the seed alone: https://en.wikipedia.org/wiki/Linear_congruential_generator */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Random requests in a mesh, whether or not the catalog says anything about them: a third of them at a pattern's border. */
export function randomQuestions(mesh: Mesh, issuer: TokenIssuer, count: number, seed: number): Question[] {
  const next = randomNumbers(seed);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(next() * all.length)] as T;
  const edges = [...mesh.services.flatMap(({ incoming }) => incoming)];
  const patterns = [...new Set(edges.flatMap(({ paths }) => paths))];
  const tokens = edges.flatMap((edge) => issuer.tokensFor(edge, mesh.jwtRules));
  const identities = identitiesOf(mesh);
  const path = (): string => {
    if (patterns.length === 0 || next() < 0.3) return pick(["/", "/other", "//", "/a/../b", "/%2e/x"]);
    const inside = pathInside(pick(patterns));
    if (next() < 0.4) return inside;
    return pick([
      `${inside}-beside`,
      `/${inside}`,
      inside.toUpperCase(),
      inside.slice(0, -1) || "/",
      `${inside}?q=1`,
    ]);
  };
  const request = (protocol: string) => ({
    method: protocol === "grpc" ? "POST" : pick(["GET", "POST", "DELETE", "PATCH"]),
    ...(protocol === "grpc" && { protocol: "grpc" as const }),
    headers: tokens.length > 0 && next() < 0.4 ? bearer(pick(tokens)) : {},
  });
  const gateways = mesh.gateways.filter(({ pods }) => pods.release !== undefined);
  const hosts = gateways.flatMap(({ pods, hosts: own }) =>
    own
      .filter(({ traffic, tls }) => traffic === "requests" && tls.mode !== "MUTUAL")
      .map((host) => ({ host, through: `${pods.release ?? ""}.${pods.namespace}.svc.cluster.local` })),
  );
  const common = { path: "", claim: "", expect: "answered" } as const;
  const one = (): Question => {
    if (hosts.length > 0 && next() < 0.3) {
      const { host, through } = pick(hosts);
      const name = next() < 0.9 ? host.host.replace(/^\*/, "sample") : "foreign.example.org";
      return {
        ...common,
        caller: { kind: "unmeshed" },
        target: { kind: "host", host: name, port: host.port },
        scheme: host.tls.mode === "DISABLE" ? "http" : "https",
        requestPath: path(),
        request: request("http"),
        through: { host: through, port: host.port },
      };
    }
    if (next() < 0.1) {
      const outside = [...mesh.externalServices, undefined];
      const to = pick(outside);
      const port = to && pick(to.ports);
      const scheme =
        port === undefined
          ? "http"
          : port.protocol === "tls"
            ? "https"
            : isHttp(port.protocol)
              ? "http"
              : "tcp";
      const host = to?.host.replace(/^\*/, "sample") ?? undeclaredHost;
      const target = { kind: "host", host, port: port?.port ?? 80 } as const;
      return {
        ...common,
        caller: callerAmong(),
        target,
        scheme,
        requestPath: path(),
        request: request("http"),
      };
    }
    const service = pick(mesh.services.filter(({ ports }) => ports.length > 0));
    const port = pick(service.ports);
    const scheme = isHttp(port.protocol) ? "http" : "tcp";
    const sent = scheme === "tcp" ? {} : request(port.protocol);
    const direct = next() < 0.1;
    return {
      ...common,
      caller: direct ? { kind: "unmeshed" } : callerAmong(),
      target: direct
        ? { kind: "pods", service: service.name, port: port.targetPort }
        : { kind: "host", host: service.host, port: port.port },
      scheme,
      requestPath: path(),
      request: sent,
    };
  };
  const callerAmong = (): Caller => {
    const kind = next();
    if (kind < 0.45) return { kind: "workload", service: pick(mesh.services).name };
    return kind < 0.9 ? { kind: "identity", ...pick<MeshIdentity>(identities) } : { kind: "unmeshed" };
  };
  return Array.from({ length: count }, one);
}
