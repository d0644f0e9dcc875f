import { expect } from "chai";
import { defineMesh, type MeshDefinition, normalize } from "../../catalog";
import type { Stage } from "../../prove/experiment";
import { showBalancing } from "../../prove/experiments/balancing";
import { rankOf, showEjection } from "../../prove/experiments/ejection";
import { mostTogether, showLimits } from "../../prove/experiments/limits";
import { sampleOf } from "../../prove/sample";
import { createTokenIssuer } from "../../prove/tokens";
import type { LabAnswer, LabPod, LabRequest } from "../../prove/laboratory";

const west = { region: "us-west", zone: "us-west-1" };
const pod = (name: string, zone = "us-west-1"): LabPod => ({
  name,
  zone,
  region: zone.slice(0, 7),
  namespace: "shop",
  labels: {},
  serviceAccount: "cart",
  address: "",
  proxy: true,
  ready: true,
});
const pods = [pod("cart-1"), pod("cart-2", "us-west-2")];

/** A stage on which a function answers for the pods. */
function stageWith(answer: (request: LabRequest, index: number) => Partial<LabAnswer>): Stage {
  const seen: { key: string; pod: string }[] = [];
  return {
    longestWait: 1000,
    slack: 100,
    deviations: 5,
    policies: () => undefined,
    copied: () => Promise.resolve(),
    pods: () => pods,
    podOf: () => pods[0],
    replicas: () => pods.length,
    seen: (_: string, key: string) => Promise.resolve(seen.filter((one) => one.key === key)),
    send: (_: unknown, request: LabRequest) =>
      Promise.resolve(
        Array.from({ length: request.count ?? 1 }, (__, index) => {
          const one = { status: "200", milliseconds: 0, headers: {}, body: "", ...answer(request, index) };
          if (request.key !== undefined && one.pod !== undefined)
            seen.push({ key: request.key, pod: one.pod });
          return one;
        }),
      ),
  } as unknown as Stage;
}

function cartWith(own: Partial<NonNullable<MeshDefinition["services"]>[string]>) {
  const mesh = normalize(
    defineMesh({
      name: "shop",
      services: {
        web: { calls: { cart: {} } },
        cart: { ports: { http: { port: 80, protocol: "http" } }, ...own },
      },
    }),
  );
  const service = mesh.services.find(({ name }) => name === "cart");
  const [edge] = service?.incoming ?? [];
  if (service === undefined || edge === undefined) throw new Error("the catalog has this call");
  return { service, edge, sample: sampleOf(mesh, service, edge, createTokenIssuer()) };
}

describe("mostTogether", () => {
  it("counts the requests that overlap", () => {
    const one = (sentAt: number, milliseconds: number) => ({ sentAt, milliseconds });
    expect(mostTogether([one(0, 10), one(5, 10), one(12, 10), one(15, 1)])).to.equal(2);
    expect(mostTogether([one(0, 10), one(10, 10)])).to.equal(1);
  });
});

describe("rankOf", () => {
  const failover = [{ from: "us-west", to: "us-east" }];
  it("puts the caller's region first, and then the one that it fails over to", () => {
    const rank = (region: string): number =>
      rankOf(
        { loadBalancing: { locality: { failover } } },
        { ...west, labels: {} },
        { ...west, region, labels: {} },
      );
    expect(["us-west", "us-east", "eu"].map(rank)).to.deep.equal([0, 1, 2]);
  });

  it("counts the labels that match, from the first one on", () => {
    const priority = ["topology.kubernetes.io/region", "topology.kubernetes.io/zone", "tier=gold"];
    const rank = (to: object): number =>
      rankOf(
        { loadBalancing: { locality: { failoverPriority: priority } } },
        { ...west, labels: {} },
        { ...west, labels: {}, ...to },
      );
    expect(rank({ labels: { tier: "gold" } })).to.equal(0);
    expect(rank({})).to.equal(1);
    expect(rank({ zone: "us-west-2", labels: { tier: "gold" } })).to.equal(2);
    expect(rank({ region: "us-east" })).to.equal(3);
  });
});

describe("showLimits", () => {
  const { service, sample, edge } = cartWith({
    circuitBreaker: { maxConnections: 4, http1MaxPendingRequests: 6 },
  });
  const overloaded = { status: "503", headers: { "x-envoy-overloaded": "true" } };
  /** Answers of pods to the first requests, all at once, and another one to the others. */
  const admitting = (most: number, beyond: Partial<LabAnswer>): Stage =>
    stageWith((_, index) =>
      index < most
        ? { pod: "cart-1", sentAt: 0, milliseconds: 1000 }
        : { sentAt: 0, milliseconds: 1, ...beyond },
    );

  it("proves limits that admit neither more nor less", async () => {
    expect((await showLimits(admitting(10, overloaded), service, sample, edge)).verdict).to.equal("proven");
  });

  it("refutes limits that admit more, or fewer, or that answer otherwise", async () => {
    for (const stage of [admitting(1000, {}), admitting(3, overloaded), admitting(10, { status: "500" })]) {
      expect((await showLimits(stage, service, sample, edge)).verdict).to.equal("refuted");
    }
  });

  it("refutes only what contradicts the limits each time, because a busy machine does so once", async () => {
    let attempts = 0;
    const stage = stageWith(({ count = 1 }, index) => {
      // Only the second step of an attempt sends more than ten.
      if (index === 0 && count > 10) attempts += 1;
      const most = attempts === 1 ? 1000 : 10;
      return index < most ? { pod: "cart-1", sentAt: 0, milliseconds: 1000 } : { ...overloaded, sentAt: 0 };
    });
    expect((await showLimits(stage, service, sample, edge)).verdict).to.equal("proven");
    expect(attempts).to.equal(2);
  });
});

describe("showBalancing", () => {
  const plain = cartWith({});
  const hashed = cartWith({ loadBalancing: { consistentHash: { httpHeaderName: "x-session" } } });
  const verdict = async ({ service, sample }: typeof plain, stage: Stage): Promise<string> =>
    (await showBalancing(stage, service, sample, [])).verdict;
  const alternately = stageWith((_, index) => ({ pod: `cart-${(index % 2) + 1}` }));
  const always = stageWith(() => ({ pod: "cart-1" }));
  let count = 0;
  const randomly = stageWith(() => ({ pod: `cart-${(++count % 2) + 1}` }));
  const byKey = stageWith(({ headers = {} }) => ({
    pod: `cart-${(Number(headers["x-session"]?.at(-1)) % 2) + 1}`,
  }));

  it("proves equal shares, and refutes a pod that gets everything", async () => {
    expect(await verdict(plain, alternately)).to.equal("proven");
    expect(await verdict(plain, always)).to.equal("refuted");
  });

  it("proves one pod for each key, and refutes two pods for one key and one pod for all", async () => {
    expect(await verdict(hashed, byKey)).to.equal("proven");
    expect(await verdict(hashed, randomly)).to.equal("refuted");
    expect(await verdict(hashed, always)).to.equal("refuted");
  });
});

describe("showEjection", () => {
  const { service, sample } = cartWith({ circuitBreaker: { outlierDetection: { consecutive5xxErrors: 3 } } });
  /** Ejects the first pod after so many errors in a row. */
  const ejecting = (limit: number): Stage => {
    let errors = 0;
    let turn = 0;
    return stageWith(({ headers = {} }) => {
      const first = errors < limit && turn++ % 2 === 0;
      if (!first) return { pod: "cart-2" };
      const fails = headers["x-lab-pod"] === "cart-1";
      errors = fails ? errors + 1 : 0;
      return { pod: "cart-1", status: fails ? "500" : "200" };
    });
  };

  it("proves an ejection after the declared number of errors, and refutes an earlier, a later or none", async () => {
    expect((await showEjection(ejecting(3), service, sample)).verdict).to.equal("proven");
    expect((await showEjection(ejecting(2), service, sample)).verdict).to.equal("refuted");
    expect((await showEjection(ejecting(4), service, sample)).verdict).to.equal("refuted");
    expect((await showEjection(ejecting(Infinity), service, sample)).verdict).to.equal("refuted");
  });
});
