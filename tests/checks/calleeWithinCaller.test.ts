import { expect } from "chai";
import fc from "fast-check";
import { checkMesh } from "../../mesh";
import { text } from "../../checks/rules/calleeWithinCaller";

const http = { port: 8080, protocol: "http" };

const found = (services: Record<string, object>, rest: object = {}): string[] =>
  checkMesh({
    name: "shop",
    services: Object.fromEntries(
      Object.entries(services).map(([name, one]) => [name, { ports: { http }, ...one }]),
    ),
    ...rest,
  })
    .findings.filter(({ code }) => code === "MW403")
    .map(({ path, message }) => `${path}: ${message}`);

/** The finding at the last call of a path. */
const finding = (callPath: string, call: Omit<Parameters<typeof text>[0], "callPath">): string =>
  `services.${call.service}.calls.${call.callee}.timeout: ${text({ ...call, callPath: callPath.split(" ").slice(0, -1) }).message}`;

describe("checks of timeouts along paths", () => {
  it("compare a call with the shortest timeout on the path to it, also over services without a timeout", () => {
    const services = (timeout: string): Record<string, object> => ({
      web: { calls: { api: { timeout: "5s" } } },
      api: { calls: { cart: {} } },
      cart: { calls: { db: { timeout } } },
      db: {},
    });
    expect(found(services("5s"))).to.deep.equal([]);
    expect(found(services("10s"))).to.deep.equal([
      finding("web api cart db", { service: "cart", callee: "db", timeout: 10_000, limit: 5_000 }),
    ]);
  });

  it("use the callers' own timeouts, not the service's timeout for other callers", () => {
    const services = (timeout: string): Record<string, object> => ({
      web: { calls: { api: { timeout } } },
      api: { resilience: { timeout: "10s" }, calls: { db: { timeout: "20s" } } },
      db: {},
    });
    expect(found(services("20s"))).to.deep.equal([]);
    expect(found(services("15s"))).to.deep.equal([
      finding("web api db", { service: "api", callee: "db", timeout: 20_000, limit: 15_000 }),
    ]);
  });

  it("begin at gateways, and leave TCP alone", () => {
    const routes = [{ prefix: "/", service: "web", timeout: "2s" }];
    const gateways = {
      public: { hosts: { "shop.example.com": { tls: { credentialName: "shop" }, routes } } },
    };
    const services = { web: { calls: { api: { timeout: "3s" } } }, api: {} };
    expect(found(services, { gateways })).to.deep.equal([
      finding("public web api", { service: "web", callee: "api", timeout: 3_000, limit: 2_000 }),
    ]);
    const tcp = { ports: { tcp: { port: 5432, protocol: "tcp" } } };
    expect(found({ web: { calls: { api: {} } }, api: tcp }, { gateways })).to.deep.equal([]);
  });

  it("use the filter's timeout for calls to the rate limit service", () => {
    const services = {
      web: { calls: { api: { timeout: "5s" } } },
      api: { globalRateLimits: { all: { requests: 1000, per: "second" } } },
      counter: { ports: { grpc: { port: 8081, protocol: "grpc" } }, resilience: { timeout: "30s" } },
    };
    const rateLimitService = { service: "counter", onFailure: "deny" };
    expect(found(services, { rateLimitService })).to.deep.equal([]);
  });

  it("find the same as trying all paths, cycles among them", () => {
    const names = ["a", "b", "c", "d", "e"];
    const timeouts = fc.array(
      fc.array(fc.option(fc.integer({ min: 0, max: 4 })), { minLength: 5, maxLength: 5 }),
      {
        minLength: 5,
        maxLength: 5,
      },
    );
    // Nothing is a call, 0 a call without a timeout, other numbers are its seconds.
    fc.assert(
      fc.property(timeouts, (table) => {
        const services = names.map((name, from): [string, object] => {
          const calls = names.flatMap((callee, to) => {
            const seconds = table[from]?.[to] ?? null;
            return seconds === null ? [] : [[callee, seconds === 0 ? {} : { timeout: `${seconds}s` }]];
          });
          return [name, { calls: Object.fromEntries(calls) as object }];
        });
        const least = (to: number, seen: readonly number[]): number =>
          Math.min(
            Infinity,
            ...names.flatMap((_, from) => {
              const seconds = table[from]?.[to] ?? null;
              if (seconds === null) return [];
              const above = seen.includes(from) ? Infinity : least(from, [...seen, from]);
              return [Math.min(seconds === 0 ? Infinity : seconds, above)];
            }),
          );
        const late = names.flatMap((name, from) =>
          names.flatMap((callee, to) =>
            (table[from]?.[to] ?? 0) > least(from, [from])
              ? [`services.${name}.calls.${callee}.timeout`]
              : [],
          ),
        );
        const places = found(Object.fromEntries(services)).map((line) => line.split(": ")[0]);
        expect(places.sort()).to.deep.equal(late.sort());
      }),
    );
  });
});
