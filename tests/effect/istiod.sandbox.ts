import { expect } from "chai";
import fc from "fast-check";
import {
  mayCall,
  type Model,
  type PlainObject,
  readObjects,
  type Route,
  type RoutedRequest,
  routeOf,
  type Workload,
} from "../../effect";
import { keyOf } from "../../prove/xds/istiod";
import { objectOf } from "../../prove/xds/json";
import { configurationOf, type ProxyConfiguration } from "../../prove/xds/proxy";
import { envoyAllows } from "./envoyAccess";
import { envoyLine, routeLine } from "./envoyRoute";
import { istiodOfFiles, sidecarOf } from "./istiodOfFiles";
import { object, workload } from "./objects";
import { policies, requests } from "./randomPolicies";
import { routed, routing } from "./randomRoutes";

const rounds = 45;
/** Rounds that one istiod has. What it does for each proxy grows with their number. */
const together = 9;
const perProxy = 90;
const seed = 1;

/** Namespaces of a round. Rounds of one istiod see each other's exported objects. */
const of = (round: number): [shop: string, bank: string] => [`shop-${round}`, `bank-${round}`];
const placed = Array.from({ length: rounds }, (_, round) => {
  const [shop, bank] = of(round);
  return [`${shop}/web`, `${shop}/api`, `${bank}/ledger`].map((name, i) => ({
    round,
    one: workload(name, { ports: [8080, 9000] }),
    address: `10.99.${round}.${i + 1}`,
  }));
}).flat();

describe("the model and a real istiod", () => {
  const models: Model[] = [];
  const sent = new Map<Workload, ProxyConfiguration>();

  before(async () => {
    for (let first = 0; first < rounds; first += together) {
      const own = Array.from({ length: together }, (_, index) => first + index);
      const objects = [...ofMesh, ...own.flatMap(objectsOf)];
      const istiod = await istiodOfFiles(objects);
      const accepted = await istiod.accepted();
      expect(objects.map(keyOf).filter((key) => !accepted.has(key))).to.deep.equal([]);
      const pods = placed.filter(({ round }) => own.includes(round));
      const model = readObjects(objects, { workloads: pods.map(({ one }) => one) });
      models.push(...own.map(() => model));
      for (const { one, address } of pods) {
        sent.set(one, await configurationOf(istiod, sidecarOf(one, address)));
      }
      await istiod.stop();
    }
  });

  it("agree on which requests a workload's proxy passes", () => {
    const counts = compare((model, one, i, configuration) =>
      fc.sample(requests, { numRuns: perProxy, seed: seed + i }).map((request) => ({
        request,
        answer: mayCall(model, one, request).answer,
        wanted: envoyAllows(configuration.listeners, request) ? "allowed" : "denied",
      })),
    );
    print("requests to", counts);
    expect(counts.get("allowed")).to.be.above(2_000);
    expect(counts.get("denied")).to.be.above(2_000);
  });

  it("agree on where a workload's requests go", () => {
    const outcomes = new Set<string>();
    const counts = compare((model, one, i, { routes, clusters }) => {
      const [shop, bank] = of(placed[i]?.round ?? 0);
      return fc.sample(routed(shop, bank), { numRuns: perProxy, seed: seed + i }).map((request) => {
        const found = routeOf(model, one, request);
        outcomes.add(found.outcome);
        const wanted = envoyLine(routes.get("80") ?? {}, clusters, request);
        return { request, answer: lineOf(found, request), wanted };
      });
    });
    print("requests of", counts);
    expect([...outcomes].sort()).to.deep.equal([
      "blocked",
      "forwarded",
      "not found",
      "passed through",
      "redirected",
    ]);
    const missing = [...counts].filter(([line]) => line.includes("missing"));
    expect(missing.length, "routes without a cluster").to.be.above(20);
  });

  it("would disagree, if one of them was asked about another proxy", () => {
    const others = placed.map((_, i) => placed[(i + 1) % placed.length]?.one);
    const different = placed.filter(({ one, round }, i) => {
      const model = modelOf(round);
      const other = others[i];
      const configuration = other && sent.get(other);
      return fc
        .sample(requests, { numRuns: perProxy, seed })
        .some(
          (request) =>
            configuration &&
            (mayCall(model, one, request).answer === "allowed") !==
              envoyAllows(configuration.listeners, request),
        );
    });
    expect(different.length).to.be.above(placed.length / 4);
  });

  function modelOf(round: number): Model {
    const model = models[round];
    if (!model) throw new Error(`no model of round ${round}`);
    return model;
  }

  /** Compares all answers about all proxies, and counts each answer. */
  function compare(
    ask: (
      model: Model,
      one: Workload,
      i: number,
      configuration: ProxyConfiguration,
    ) => readonly { request: object; answer: string; wanted: string }[],
  ): Map<string, number> {
    const counts = new Map<string, number>();
    for (const [i, { one, round }] of placed.entries()) {
      const configuration = sent.get(one);
      if (!configuration) throw new Error(`no configuration of ${one.namespace}/${one.name}`);
      for (const { request, answer, wanted } of ask(modelOf(round), one, i, configuration)) {
        counts.set(wanted, (counts.get(wanted) ?? 0) + 1);
        if (answer === wanted) continue;
        const objects = [...ofMesh, ...objectsOf(round)];
        expect.fail(JSON.stringify({ answer, wanted, workload: one, request, objects }, null, 1));
      }
    }
    return counts;
  }
});

function print(what: string, counts: ReadonlyMap<string, number>): void {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  process.stdout.write(
    `      ${all} ${what} ${placed.length} proxies, ${counts.size} answers, no disagreement\n`,
  );
}

function isOfMesh({ metadata }: PlainObject): boolean {
  return objectOf(metadata).namespace === "istio-system";
}

/** Policies of the root namespace. They apply to every round, so only those of the first one are taken. */
const ofMesh = (fc.sample(policies, { numRuns: 1, seed })[0] ?? []).filter(isOfMesh);

/** Random objects in the namespaces of a round. Services are ServiceEntries, because istiod reads these from files. */
function objectsOf(round: number): PlainObject[] {
  const [shop, bank] = of(round);
  const one = { numRuns: 1, seed: seed + round };
  const [random = []] = fc.sample(policies, one);
  const [paths = []] = fc.sample(routing(shop, bank), one);
  const places: Readonly<Record<string, string>> = { shop, bank };
  const own = random
    .filter((each) => !isOfMesh(each))
    .map((each) => {
      const metadata = objectOf(each.metadata);
      const namespace = String(metadata.namespace);
      return { ...each, metadata: { ...metadata, namespace: places[namespace] ?? namespace } };
    });
  const entries = placed
    .filter((each) => each.round === round)
    .map(({ one: { namespace, name, labels }, address }) =>
      object("ServiceEntry", `${namespace}/${name}`, {
        hosts: [`${name}.${namespace}.svc.cluster.local`],
        location: "MESH_INTERNAL",
        resolution: "STATIC",
        ports: [
          { number: 80, name: "http", protocol: "HTTP", targetPort: 8080 },
          { number: 9000, name: "tcp", protocol: "TCP", targetPort: 9000 },
        ],
        endpoints: [{ address, labels }],
      }),
    );
  return [...entries, ...own, ...paths];
}

function lineOf(
  { outcome, destinations, timeout = 0, retries, path, mirrors }: Route,
  request: RoutedRequest,
): string {
  if (outcome !== "forwarded") return outcome;
  const name = ({ host, port, subset = "" }: Route["destinations"][number]): string =>
    `outbound|${port}|${subset}|${host}`;
  return routeLine({
    clusters: destinations.map((one) => ({ name: name(one), weight: one.weight, exists: one.exists })),
    timeout,
    retries: retries && {
      attempts: retries.attempts,
      retryOn: retries.retryOn,
      perTry: retries.perTryTimeout,
    },
    path: path ?? request.path ?? "/",
    mirrors: mirrors.map(({ destination }) => name(destination)),
  });
}
