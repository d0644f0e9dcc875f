import { expect } from "chai";
import fc from "fast-check";
import { checkMesh } from "../../mesh";
import { text } from "../../checks/rules/retriesMultiplied";

const http = { port: 8080, protocol: "http" };
const retries = (attempts: number, retryOn = ["gateway-error"]): object => ({ attempts, retryOn });

const found = (services: Record<string, object>, rest: object = {}): string[] =>
  checkMesh({
    name: "shop",
    services: Object.fromEntries(
      Object.entries(services).map(([name, one]) => [name, { ports: { http }, ...one }]),
    ),
    ...rest,
  })
    .findings.filter(({ code }) => code === "MW404")
    .map(({ path, message }) => `${path}: ${message}`);

/** The finding of a call path, with the attempts of each of its calls. */
const finding = (path: string, callPath: string, attempts: number[], inherited = false): string => {
  const requests = attempts.reduce((product, count) => product * count, 1);
  return `${path}: ${text({ services: callPath.split(" "), attempts, requests, inherited }).message}`;
};

describe("checks of retries along paths", () => {
  it("begin at gateways, and take calls that don't retry as they are", () => {
    const gateways = {
      public: {
        hosts: {
          "shop.example.com": {
            tls: { credentialName: "shop" },
            routes: [{ prefix: "/", service: "web", retries: retries(2) }],
          },
        },
      },
    };
    const services = {
      web: { calls: { api: {} } },
      api: { calls: { db: { retries: retries(3) } } },
      db: { calls: { disk: {} } },
      disk: {},
    };
    expect(found(services, { gateways })).to.deep.equal([
      finding("services.api.calls.db.retries", "public web api db", [3, 1, 4]),
    ]);
    expect(found(services)).to.deep.equal([]);
  });

  it("allow ten requests, and name the worst of several paths", () => {
    const services = (own: number): Record<string, object> => ({
      web: { calls: { a: {}, b: {} } },
      a: { calls: { db: {} }, resilience: { retries: retries(1) } },
      b: { calls: { db: {} }, resilience: { retries: retries(2) } },
      db: { resilience: { retries: retries(own) } },
    });
    expect(found(services(2))).to.deep.equal([]);
    expect(found(services(4))).to.deep.equal([finding("services.db.resilience.retries", "web b db", [3, 5])]);
    expect(found({ web: { calls: { db: {} } }, db: { resilience: { retries: retries(9) } } })).to.deep.equal(
      [],
    );
    expect(found({ web: { calls: { db: {} } }, db: { resilience: { retries: retries(10) } } })).to.deep.equal(
      [finding("services.db.resilience.retries", "web db", [11])],
    );
  });

  it("count a retry only where the callee may have got the request before", () => {
    const calling = (call: object, port: object = http): string[] =>
      found({
        web: { calls: { api: { retries: retries(3), ...call } } },
        api: { ports: { port }, calls: { db: { retries: retries(3) } } },
        db: {},
      });
    expect(calling({})).to.have.lengthOf(1);
    expect(calling({ methods: ["GET", "POST"] })).to.have.lengthOf(1);
    expect(calling({ methods: ["POST", "PATCH"] })).to.deep.equal([]);
    expect(calling({ methods: ["POST"] }, { port: 9000, protocol: "grpc" })).to.have.lengthOf(1);
    expect(calling({ retries: { attempts: 3 } })).to.deep.equal([]);
    expect(calling({ retries: retries(3, ["connect-failure", "5xx"]) })).to.have.lengthOf(1);
  });

  it("count Istio's own retries where none are declared: of gRPC calls, not of HTTP requests", () => {
    const chain = (protocol: string, last: object = {}): string[] => {
      const ports = { main: { port: 9000, protocol } };
      return found({
        web: { calls: { a: {} } },
        a: { ports, calls: { b: {} } },
        b: { ports, calls: { c: {} } },
        c: { ports, ...last },
      });
    };
    expect(chain("http")).to.deep.equal([]);
    expect(chain("http2")).to.deep.equal([]);
    expect(chain("grpc")).to.deep.equal([
      finding("services.c.resilience.retries", "web a b c", [3, 3, 3], true),
    ]);
    expect(chain("grpc", { resilience: { retries: { attempts: 0 } } })).to.deep.equal([]);
    const retried = { resilience: { retries: { attempts: 2, retryOn: ["unavailable"] } } };
    expect(chain("grpc", retried)).to.have.lengthOf(1);
    expect(chain("http", retried)).to.deep.equal([]);
  });

  it("go round a cycle once, from wherever it is entered", () => {
    const again = { resilience: { retries: retries(3) } };
    const once = finding("services.b.resilience.retries", "web a b", [4, 4]);
    const closing = finding("services.a.resilience.retries", "web a b a", [4, 4, 4]);
    const cycle = {
      a: { ...again, calls: { b: {} } },
      b: { ...again, calls: { a: {} } },
    };
    expect(found({ web: { calls: { a: {} } }, ...cycle })).to.deep.equal([closing, once]);
    expect(found({ web: { calls: { b: {} } }, ...cycle })).to.deep.equal([
      finding("services.a.resilience.retries", "web b a", [4, 4]),
      finding("services.b.resilience.retries", "web b a b", [4, 4, 4]),
    ]);
    const peers = { resilience: { retries: retries(3) }, calls: { db: {} } };
    expect(found({ web: { calls: { db: {} } }, db: peers })).to.deep.equal([
      finding("services.db.resilience.retries", "web db db", [4, 4]),
    ]);
  });

  it("find the same as trying all paths", () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const attempts = fc.constantFrom(0, 1, 2, 3);
    const tables = fc.array(fc.array(fc.option(attempts), { minLength: 6, maxLength: 6 }), {
      minLength: 6,
      maxLength: 6,
    });
    fc.assert(
      fc.property(tables, (table) => {
        // Only from earlier to later names: without cycles.
        const call = (from: number, to: number): number | null =>
          from < to ? (table[from]?.[to] ?? null) : null;
        const worst = (to: number): number => Math.max(1, ...names.map((_, from) => worstBy(from, to)));
        const worstBy = (from: number, to: number): number => {
          const own = call(from, to);
          return own === null ? 1 : worst(from) * (own + 1);
        };
        const retried = (to: number): number =>
          Math.max(1, ...names.map((_, from) => (call(from, to) ? worstBy(from, to) : 1)));
        const services = names.map((name, from): [string, object] => {
          const calls = names.flatMap((callee, to) => {
            const own = call(from, to);
            return own === null ? [] : [[callee, { retries: own === 0 ? { attempts: 0 } : retries(own) }]];
          });
          return [name, { calls: Object.fromEntries(calls) as object }];
        });
        const numbers = found(Object.fromEntries(services)).map((line) =>
          Number(/= (\d+) req/.exec(line)?.[1]),
        );
        const all = names.map((_, to) => retried(to)).filter((count) => count > 10);
        expect(numbers.sort()).to.deep.equal(all.sort());
      }),
    );
  });

  it("shortens a long path, and does not count what is beyond counting", () => {
    const count = 40;
    const services = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `s${index}`,
        {
          ports: { http: { port: 8080, protocol: "http" } },
          resilience: { retries: { attempts: 1, retryOn: ["gateway-error"] } },
          ...(index + 1 < count && { calls: { [`s${index + 1}`]: {} } }),
        },
      ]),
    );
    const last = checkMesh({ name: "shop", services })
      .findings.filter(({ code }) => code === "MW404")
      .find(({ path }) => path.startsWith("services.s39."));
    const attempts = Array.from({ length: count - 1 }, () => 2);
    const names = Object.keys(services);
    const { message } = text({ services: names, attempts, requests: 2 ** 39, inherited: false });
    expect(last?.message).to.equal(message);
    expect(message).to.match(/^s0 → .* → … → .* → s39: .* × … × .* = more than 1000000 requests/);
  });
});
