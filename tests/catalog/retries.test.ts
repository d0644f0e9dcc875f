import { expect } from "chai";
import { type Duration, normalize, type RetriesDefinition, type RetryCondition } from "../../catalog";
import {
  edgeRetries,
  normalizeRetries,
  noRetries,
  repeatsBegunRequests,
  retryConditions,
} from "../../catalog/retries";

const ports = { http: { port: 8080, protocol: "http" } } as const;
const repeated: readonly RetryCondition[] = ["5xx", "gateway-error", "reset"];

/** Milliseconds that a try has: of a service's callers, and of one that has less time. */
function perTry(retries: RetriesDefinition, timeout: Duration): (number | undefined)[] {
  const { services } = normalize({
    name: "shop",
    services: {
      web: { ports, calls: { api: { timeout: "5s" } } },
      api: { ports, resilience: { timeout, retries } },
    },
  });
  const api = services.find(({ name }) => name === "api");
  return [api?.retries.perTryTimeout, api?.incoming[0]?.retries.perTryTimeout];
}

describe("retries", () => {
  it("divide a timeout only where Envoy retries an attempt that timed out", () => {
    for (const condition of retryConditions) {
      const shares = repeated.includes(condition) ? [2500, 1250] : [undefined, undefined];
      expect(perTry({ attempts: 3, retryOn: [condition] }, "10s"), condition).to.deep.equal(shares);
    }
    expect(perTry({ attempts: 3, retryOn: ["connect-failure", "reset"] }, "10s")).to.deep.equal([2500, 1250]);
    expect(perTry({ attempts: 3 }, "10s")).to.deep.equal([undefined, undefined]);
  });

  it("divide a timeout into whole milliseconds, of which all attempts together take no more", () => {
    expect(perTry({ attempts: 2, retryOn: ["5xx"] }, "10s")).to.deep.equal([3333, 1666]);
  });

  it("of a call of its own divide its timeout likewise", () => {
    const limit = (retries: RetriesDefinition): number | undefined =>
      normalize({
        name: "shop",
        services: { web: { ports, calls: { api: { timeout: "5s", retries } } }, api: { ports } },
      }).services.find(({ name }) => name === "api")?.incoming[0]?.retries.perTryTimeout;
    expect(limit({ attempts: 1, retryOn: ["5xx"] })).to.equal(2500);
    expect(limit({ attempts: 1, retryOn: ["unavailable"] })).to.equal(undefined);
  });

  it("keep a per-try timeout that is given, unless a caller's shorter timeout limits it", () => {
    const retries = { attempts: 3, perTryTimeout: "4s" } as const;
    expect(perTry(retries, "10s")).to.deep.equal([4000, 4000]);
    expect(perTry({ ...retries, retryOn: ["reset"] }, "20s")).to.deep.equal([4000, 1250]);
  });

  it("are Istio's own where a service and its calls declare none, and none for copies, counters and TCP", () => {
    const tcp = { port: 6379, protocol: "tcp" } as const;
    const grpc = { port: 9000, protocol: "grpc" } as const;
    const { services } = normalize({
      name: "shop",
      rateLimitService: { service: "counter", onFailure: "allow" },
      services: {
        web: { ports, calls: { api: [{ port: "http" }, { port: "tcp" }], off: {}, store: {} } },
        api: {
          ports: { ...ports, tcp },
          traffic: { mirror: { service: "shadow", percentage: 5 } },
          globalRateLimits: { all: { requests: 10, per: "second" } },
        },
        counter: { ports: { grpc } },
        off: { ports, resilience: { retries: { attempts: 0 } } },
        shadow: { ports },
        store: { ports: { tcp } },
      },
    });
    const declared = services.map(({ name, retries }) => [name, retries.inherited ?? retries.attempts]);
    expect(Object.fromEntries(declared)).to.deep.equal({
      api: true,
      counter: true,
      off: 0,
      shadow: true,
      store: 0,
      web: true,
    });
    const edges = services.flatMap(({ incoming }) =>
      incoming.map(({ source, callee, port, retries }) => [
        `${source.name} → ${callee} ${port.name}`,
        retries.inherited ?? retries.attempts,
      ]),
    );
    expect(Object.fromEntries(edges)).to.deep.equal({
      "api → counter grpc": 0,
      "web → api http": true,
      "web → api tcp": 0,
      "web → off http": 0,
      "web → shadow http": 0,
      "web → store tcp": 0,
    });
  });

  it("have every default resolved, and no field that is not set", () => {
    expect(normalizeRetries({ attempts: 0, retryOn: ["5xx"] }, 1000)).to.deep.equal(noRetries);
    expect(normalizeRetries({ attempts: 2 }, 1000)).to.deep.equal({
      attempts: 2,
      retryOn: ["connect-failure", "refused-stream"],
    });
    expect(normalizeRetries({ attempts: 2, retryOn: ["5xx"], backoff: "50ms" })).to.deep.equal({
      attempts: 2,
      retryOn: ["5xx"],
      backoff: 50,
    });
  });

  it("of a service stay as they are for a call without a timeout, and are shortened for one with less time", () => {
    const ofService = { attempts: 1, retryOn: ["5xx"], perTryTimeout: 4000 } as const;
    expect(edgeRetries(undefined, ofService)).to.deep.equal(ofService);
    expect(edgeRetries(undefined, ofService, 10_000)).to.deep.equal(ofService);
    expect(edgeRetries(undefined, ofService, 6000)).to.deep.equal({ ...ofService, perTryTimeout: 3000 });
  });

  it("repeat begun requests except on conditions that precede them; statuses of gRPC match only its ports", () => {
    const repeats = (conditions: readonly RetryCondition[], protocol: "grpc" | "http"): boolean =>
      repeatsBegunRequests({ retryOn: conditions }, protocol);
    const safe = ["connect-failure", "refused-stream", "reset-before-request"] as const;
    expect([repeats(safe, "http"), repeats(safe, "grpc")]).to.deep.equal([false, false]);
    expect([repeats([...safe, "5xx"], "http"), repeats(["5xx"], "grpc")]).to.deep.equal([true, true]);
    expect([repeats(["unavailable"], "http"), repeats(["unavailable"], "grpc")]).to.deep.equal([false, true]);
  });
});
