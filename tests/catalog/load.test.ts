import { expect } from "chai";
import fc from "fast-check";
import {
  type CircuitBreaker,
  explainLoad,
  type MeshDefinition,
  normalize,
  type Service,
} from "../../catalog";

const http = { port: 8080, protocol: "http" } as const;
const workload = { image: "web:1", replicas: 4 };

function api(definition: Partial<MeshDefinition["services"][string]>, calling: object = {}): Service {
  const { services } = normalize({
    name: "shop",
    services: {
      api: { ports: { http }, ...definition },
      web: { ports: { http }, calls: { api: {} }, workload, ...calling },
    },
  });
  const [service] = services;
  if (!service) throw new Error("there is no service");
  return service;
}

function limits({ circuitBreaker }: Service): Partial<CircuitBreaker> {
  const { outlierDetection, ...rest } = circuitBreaker;
  expect(outlierDetection).to.not.equal(undefined);
  return rest;
}

describe("load", () => {
  it("divides the requests under way, with headroom, among the pods that call", () => {
    const service = api({ load: { rps: 200, p99: "400ms" } });
    expect(service.load).to.deep.equal({
      rps: 200,
      p99: 400,
      headroom: 2,
      callers: 4,
      concurrency: 80,
      share: 40,
    });
    expect(limits(service)).to.deep.equal({
      maxConnections: 40,
      http1MaxPendingRequests: 40,
      http2MaxRequests: 40,
      maxRetries: 8,
    });
  });

  it("counts each caller's pods once, at their fewest", () => {
    const load = { rps: 100, p99: "1s" } as const;
    const autoscaling = { minReplicas: 2, maxReplicas: 10, averageUtilization: 80 };
    expect(api({ load }, { workload: { ...workload, autoscaling } }).load?.callers).to.equal(2);
    expect(
      api({ load }, { calls: { api: [{ methods: ["GET"] }, { methods: ["PUT"] }] } }).load?.callers,
    ).to.equal(4);
    const versions = { v1: {}, v2: { replicas: 1 } };
    const traffic = { weights: { v1: 100, v2: 0 } };
    expect(api({ load }, { versions, traffic }).load?.callers).to.equal(5);
    expect(api({ load: { ...load, callers: 7 } }).load?.callers).to.equal(7);
  });

  it("leaves limits that are given as they are", () => {
    const circuitBreaker = { maxConnections: 500, maxRetries: 5 };
    expect(limits(api({ load: { rps: 200, p99: "400ms" }, circuitBreaker }))).to.deep.equal({
      maxConnections: 500,
      http1MaxPendingRequests: 40,
      http2MaxRequests: 40,
      maxRetries: 5,
    });
  });

  it("always lets all the callers together have the load under way, and never less than a burst", () => {
    const loads = fc.record({
      rps: fc.double({ min: 0.01, max: 100_000, noNaN: true }),
      p99: fc.integer({ min: 1, max: 60_000 }).map((ms) => `${ms}ms` as const),
      headroom: fc.double({ min: 1, max: 10, noNaN: true }),
      callers: fc.integer({ min: 1, max: 1000 }),
    });
    fc.assert(
      fc.property(loads, (load) => {
        const { circuitBreaker, load: sized } = api({ load });
        const wanted = (load.rps * parseInt(load.p99)) / 1000;
        expect(sized?.concurrency).to.be.closeTo(wanted, 1e-6 * wanted);
        expect(circuitBreaker.maxConnections * load.callers).to.be.at.least(wanted * (1 - 1e-9));
        expect(circuitBreaker.maxConnections).to.be.at.least(10);
        expect(circuitBreaker.maxRetries).to.be.at.least(3).and.at.most(circuitBreaker.maxConnections);
      }),
    );
  });

  it("shows its arithmetic", () => {
    const { load } = api({ load: { rps: 200, p99: "400ms" } });
    expect(load && explainLoad(load)).to.equal(
      "200/s × 400ms = 80 requests at once; × 2 headroom ÷ 4 calling proxies = 40 each, at least 10",
    );
  });
});
