import { expect } from "chai";
import fc from "fast-check";
import { type PlainObject, type Route, routeOf, type RoutedRequest } from "../../effect";
import { chainFor, listenerAt, outboundListener } from "../../prove/xds/envoy/chain";
import { type Json, listOf, objectOf } from "../../prove/xds/json";
import type { Pod } from "../../prove/xds/world";
import { connectionRoutes, fromInside, fromOutside, listenerPorts } from "./randomConnectionRoutes";
import { gatewayApiWorld, podsOf, roundOf, type Sent } from "./gatewayApiWorld";
import { object } from "./objects";

const rounds = 60;
const seed = 11;
const of = (round: number) => ({ shop: `shop-${round}`, bank: `bank-${round}` });

describe("routes of connections of the Gateway API, and a real istiod", () => {
  let all: ReadonlyMap<Pod, Sent>;

  before(async () => {
    all = await gatewayApiWorld(
      Array.from({ length: rounds }, (_, round) => {
        const { shop, bank } = of(round);
        const deployed = podsOf([`${shop}/web`, `${bank}/ledger`], shop, listenerPorts);
        return { objects: objectsOf(round), deployed };
      }),
    );
  });

  it("agree on where gateways and workloads send connections", () => {
    const counts = new Map<string, number>();
    [...all].forEach(([pod, sent]) => {
      const own = ownOf(sent, pod);
      requestsOf(pod).forEach((request) => {
        const answer = lineOf(routeOf(sent.model, own, request));
        const wanted = wantedLine(sent, pod, request);
        counts.set(wanted.replaceAll(/-\d+\b/g, ""), (counts.get(wanted.replaceAll(/-\d+\b/g, "")) ?? 0) + 1);
        if (answer !== wanted) {
          const objects = objectsOf(roundOf(pod)).filter(
            ({ kind }) => !["Service", "Namespace"].includes(kind),
          );
          expect.fail(JSON.stringify({ answer, wanted, workload: own, request, objects }, null, 1));
        }
      });
    });
    const asked = [...counts.values()].reduce((sum, count) => sum + count, 0);
    process.stdout.write(
      `      ${asked} connections of ${all.size} proxies, ${counts.size} answers, no disagreement\n`,
    );
    expect(asked).to.be.above(1_500);
    expect(counts.size).to.be.above(20);
    expect([...counts.keys()]).to.include("blocked");
  });

  it("would disagree, if connections with another name were the same", () => {
    const wrong = [...all].filter(([pod, sent]) =>
      requestsOf(pod).some((request) => {
        const other = { ...request, host: request.host.replace(/^a\./, "") };
        return lineOf(routeOf(sent.model, ownOf(sent, pod), other)) !== wantedLine(sent, pod, request);
      }),
    );
    expect(wrong.length).to.be.above(2);
  });

  function ownOf({ model }: Sent, { workload: { namespace, labels, name } }: Pod) {
    const gateway = labels["istio.io/gateway-name"];
    const own = model.workloads.find(
      (one) =>
        one.namespace === namespace &&
        (gateway === undefined
          ? one.name === name
          : one.labels["gateway.networking.k8s.io/gateway-name"] === gateway),
    );
    if (!own) throw new Error(`no workload ${name}`);
    return own;
  }

  function wantedLine({ world, configuration }: Sent, pod: Pod, request: RoutedRequest): string {
    const { listeners, clusters } = configuration;
    const isGateway = pod.workload.proxy === "gateway";
    const [service = ""] = world.resolve(request.host);
    const connection = {
      address: isGateway ? pod.address : service,
      port: request.port,
      ...(request.scheme === "https" && {
        tls: { sni: request.host.toLowerCase(), alpn: ["h2", "http/1.1"] },
      }),
    };
    const listener = isGateway
      ? listenerAt(listeners, "0.0.0.0", request.port)
      : outboundListener(listeners, connection);
    const chain = listener && chainFor(listener, connection);
    if (!chain) return "blocked";
    const proxy = listOf(chain.filters)
      .map(({ typedConfig }) => objectOf(typedConfig))
      .find((config) => String(config["@type"]).endsWith("TcpProxy"));
    if (proxy?.cluster === "PassthroughCluster") return "passed through";
    return proxy === undefined ? "no TCP proxy" : line(targetsOf(proxy), (name) => clusters.has(name));
  }
});

interface Target {
  readonly name: string;
  readonly weight: number;
}

function targetsOf(proxy: Json): Target[] {
  const weighted = listOf(objectOf(proxy.weightedClusters).clusters);
  return weighted.length === 0
    ? [{ name: String(proxy.cluster), weight: 1 }]
    : weighted.map(({ name, weight = 0 }) => ({ name: String(name), weight: Number(weight) }));
}

function line(targets: readonly Target[], exists: (name: string) => boolean): string {
  return targets
    .filter(({ weight }) => weight > 0)
    .map(
      ({ name, weight }) => `${name}*${targets.length === 1 ? 1 : weight}${exists(name) ? "" : " missing"}`,
    )
    .sort()
    .join(", ");
}

function lineOf({ outcome, destinations }: Route): string {
  if (outcome !== "forwarded") return outcome;
  const named = destinations.map(({ host, port, subset = "", weight, exists }) => ({
    // Backends that are not permitted or not known have no cluster.
    name: host === "" ? "UnknownService" : `outbound|${port}|${subset}|${host}`,
    weight,
    exists,
  }));
  return line(named, (name) => named.some((one) => one.name === name && one.exists));
}

function requestsOf(pod: Pod): readonly RoutedRequest[] {
  return pod.workload.proxy === "gateway" ? fromOutside : fromInside(of(roundOf(pod)));
}

/** Random objects in the namespaces of a round. */
function objectsOf(round: number): PlainObject[] {
  const places = of(round);
  const [random = []] = fc.sample(connectionRoutes(places), { numRuns: 1, seed: seed + round });
  const entry = object("ServiceEntry", `${places.shop}/out`, {
    hosts: ["out.example.com"],
    ports: [{ number: 9000, name: "tcp", protocol: "TCP" }],
    addresses: ["203.0.113.9"],
    resolution: "STATIC",
    endpoints: [{ address: "203.0.113.9" }],
    exportTo: ["."],
  });
  return [...random, entry];
}
