import { expect } from "chai";
import fc from "fast-check";
import { type PlainObject, type Route, routeOf, type RoutedRequest } from "../../effect";
import { chainFor, listenerAt } from "../../prove/xds/envoy/chain";
import { type Json, listOf, objectOf, valueAt } from "../../prove/xds/json";
import type { ProxyConfiguration } from "../../prove/xds/proxy";
import type { Pod } from "../../prove/xds/world";
import { envoyLine, routeLine } from "./envoyRoute";
import { gatewayApi, inside, outside, type Places } from "./randomGatewayApi";
import { gatewayApiWorld, podsOf, roundOf, type Sent } from "./gatewayApiWorld";
import { object } from "./objects";

const rounds = 40;
const perProxy = 90;
const seed = 7;

const of = (round: number): Places => ({ shop: `shop-${round}`, bank: `bank-${round}` });

describe("the Gateway API, and a real istiod", () => {
  let sent: ReadonlyMap<Pod, Sent>;

  before(async () => {
    sent = await gatewayApiWorld(
      Array.from({ length: rounds }, (_, round) => {
        const { shop, bank } = of(round);
        const sidecars = [`${shop}/web`, `${shop}/api`, `${bank}/ledger`, `${bank}/api`];
        return { objects: objectsOf(round), deployed: podsOf(sidecars, shop, [80, 443]) };
      }),
    );
  });

  it("agree on where gateways and workloads send requests, and with which TLS", () => {
    const counts = new Map<string, number>();
    const modes = new Set<string>();
    for (const [i, [pod, { model, configuration }]] of [...sent].entries()) {
      const round = roundOf(pod);
      const own = model.workloads.find(
        ({ namespace, labels }) =>
          namespace === pod.workload.namespace && labelsOf(labels) === labelsOf(pod.workload.labels),
      );
      if (!own) throw new Error(`no workload ${pod.name}`);
      const requests = own.proxy === "gateway" ? outside : inside(of(round));
      for (const request of fc.sample(requests, { numRuns: perProxy, seed: seed + i })) {
        const found = routeOf(model, own, request);
        const answer = lineOf(found, request);
        const wanted = wantedLine(configuration, pod, request);
        counts.set(wanted, (counts.get(wanted) ?? 0) + 1);
        if (answer !== wanted) {
          const objects = objectsOf(round).filter(({ kind }) => !["Service", "Namespace"].includes(kind));
          expect.fail(JSON.stringify({ answer, wanted, workload: own, request, objects }, null, 1));
        }
        for (const { host, port, exists, tls } of found.destinations) {
          if (!exists) continue;
          const cluster = objectOf(configuration.clusters.get(`outbound|${port}||${host}`));
          modes.add(tls);
          expect(tlsOf(cluster), JSON.stringify({ host, port, tls, cluster })).to.equal(tls);
        }
      }
    }
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
    process.stdout.write(
      `      ${all} requests of ${sent.size} proxies, ${counts.size} answers, no disagreement\n`,
    );
    expect(all).to.be.above(10_000);
    expect(counts.size).to.be.above(100);
    expect([...counts.keys()]).to.include.members(["answered", "blocked", "not found", "redirected"]);
    expect([...modes].sort()).to.deep.equal(["SIMPLE", "auto", "none"]);
  });

  it("would disagree, if prefixes did not end at a slash", () => {
    const wrong = [...sent].filter(([pod, { model, configuration }]) => {
      const own = model.workloads.find(
        ({ namespace, labels }) =>
          namespace === pod.workload.namespace && labelsOf(labels) === labelsOf(pod.workload.labels),
      );
      if (!own) return false;
      const round = roundOf(pod);
      return fc
        .sample(own.proxy === "gateway" ? outside : inside(of(round)), { numRuns: perProxy, seed })
        .some((request) => {
          const other = { ...request, path: (request.path ?? "/").replace(/^\/apix/, "/api/x") };
          return lineOf(routeOf(model, own, other), request) !== wantedLine(configuration, pod, request);
        });
    });
    expect(wrong.length).to.be.above(2);
  });

  function wantedLine(
    { listeners, routes, clusters }: ProxyConfiguration,
    pod: Pod,
    request: RoutedRequest,
  ): string {
    if (pod.workload.proxy !== "gateway") return envoyLine(routes.get("80") ?? {}, clusters, request);
    const listener = listenerAt(listeners, "0.0.0.0", request.port);
    const tls = request.scheme === "https" && { tls: { sni: request.host, alpn: ["h2", "http/1.1"] } };
    const chain = listener && chainFor(listener, { address: pod.address, port: request.port, ...tls });
    const name = chain && routeName(chain);
    return name === undefined ? "blocked" : envoyLine(routes.get(name) ?? {}, clusters, request);
  }
});

function routeName(chain: Json): string | undefined {
  const names = listOf(chain.filters).map((filter) =>
    valueAt(filter, "typedConfig", "rds", "routeConfigName"),
  );
  return names.find((name) => typeof name === "string");
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  return labels["gateway.networking.k8s.io/gateway-name"] ?? labels.app ?? "";
}

/** Random objects in the namespaces of a round. */
function objectsOf(round: number): PlainObject[] {
  const places = of(round);
  const [random = []] = fc.sample(gatewayApi(places), { numRuns: 1, seed: seed + round });
  const entry = object("ServiceEntry", `${places.shop}/out`, {
    hosts: ["out.example.com"],
    ports: [{ number: 80, name: "http", protocol: "HTTP" }],
    resolution: "DNS",
    exportTo: ["."],
  });
  return [...random, entry];
}

/** The mode of TLS of a cluster: `auto` if it depends on the endpoint. */
function tlsOf(cluster: Json): string {
  if (listOf(cluster.transportSocketMatches).length > 0) return "auto";
  return cluster.transportSocket === undefined ? "none" : "SIMPLE";
}

function lineOf(
  { outcome, destinations, timeout = 0, retries, path, mirrors }: Route,
  request: RoutedRequest,
): string {
  if (outcome !== "forwarded") return outcome;
  const name = ({ host, port }: Route["destinations"][number]): string =>
    // Backends that are not permitted or not known have no cluster.
    host === "" ? "UnknownService" : `outbound|${port}||${host}`;
  return routeLine({
    clusters: destinations.map((one) => ({ name: name(one), weight: one.weight, exists: one.exists })),
    timeout,
    retries: retries && {
      attempts: retries.attempts,
      retryOn: withCodes(retries.retryOn),
      perTry: retries.perTryTimeout,
    },
    path: path ?? request.path ?? "/",
    mirrors: mirrors.map(({ destination }) => name(destination)),
  });
}

/** Envoy has a condition of its own for status codes. */
function withCodes(retryOn: string): string {
  const isCode = (one: string): boolean => /^\d+$/.test(one);
  const all = retryOn.split(",");
  const codes = all.filter(isCode);
  const others = all.filter((one) => !isCode(one));
  return [...others, ...(codes.length > 0 ? ["retriable-status-codes"] : []), ...codes].join(",");
}
