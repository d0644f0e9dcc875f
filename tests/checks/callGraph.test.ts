import { expect } from "chai";
import fc from "fast-check";
import { checkMesh } from "../../mesh";
import { text } from "../../checks/rules/noCycles";

const http = { port: 8080, protocol: "http" };
const tcp = { port: 5432, protocol: "tcp" };

type Calls = Readonly<Record<string, readonly string[]>>;

const shop = (calls: Calls, ports: object = { http }): object => ({
  name: "shop",
  services: Object.fromEntries(
    Object.entries(calls).map(([name, callees]) => [
      name,
      { ports, calls: Object.fromEntries(callees.map((callee) => [callee, {}])) },
    ]),
  ),
});

const cycles = (definition: object): string[] =>
  checkMesh(definition)
    .findings.filter(({ code }) => code === "MW405")
    .map(({ path, message }) => `${path}: ${message}`);

/** The finding at the call that closes a cycle, from the last name to the first. */
const closing = (cycle: string, ...more: string[]): string => {
  const names = cycle.split(" ");
  return `services.${names.at(-1)}.calls.${names[0]}: ${text(names, more).message}`;
};

describe("checks of cycles of calls", () => {
  it("name every cycle once, from where requests come in", () => {
    expect(cycles(shop({ a: ["b"], b: ["c"], c: ["a"] }))).to.deep.equal([closing("a b c")]);
    expect(cycles(shop({ a: ["b"], b: ["a"], z: ["b"] }))).to.deep.equal([closing("b a")]);
    expect(cycles(shop({ a: ["b"], b: ["a", "c"], c: ["b"] }))).to.deep.equal([
      closing("a b", "services.c.calls.b"),
    ]);
  });

  it("name the call back to where a gateway routes, whatever comes first by name", () => {
    const hosts = {
      "shop.example.com": { tls: { credentialName: "shop" }, routes: [{ prefix: "/", service: "web" }] },
    };
    const routed = { ...shop({ api: ["web"], web: ["api"] }), gateways: { public: { hosts } } };
    expect(cycles(routed)).to.deep.equal([closing("web api")]);
  });

  it("report cycles that share no service apart, and the shortest of those that do", () => {
    expect(cycles(shop({ a: ["b"], b: ["a"], c: ["d"], d: ["c"] }))).to.deep.equal([
      closing("a b"),
      closing("c d"),
    ]);
    expect(cycles(shop({ a: ["b"], b: ["c", "a"], c: ["a"] }))).to.deep.equal([
      closing("a b", "services.c.calls.a"),
    ]);
  });

  it("see no cycle where ways only meet, where replicas ask each other, or without requests", () => {
    expect(cycles(shop({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] }))).to.deep.equal([]);
    expect(cycles(shop({ a: ["a"] }))).to.deep.equal([]);
    expect(cycles(shop({ a: ["b"], b: ["a"] }, { tcp }))).to.deep.equal([]);
  });

  it("walk chains that are longer than the stack is deep", () => {
    const chain = Array.from({ length: 15_000 }, (_, i): [string, string[]] => [`s${i}`, [`s${i + 1}`]]);
    expect(cycles(shop(Object.fromEntries([...chain, ["s15000", []]])))).to.deep.equal([]);
  });

  it("leave no cycle where the calls that they name are removed", () => {
    const names = ["a", "b", "c", "d", "e"];
    const calls = fc.record(Object.fromEntries(names.map((name) => [name, fc.subarray(names)])));
    fc.assert(
      fc.property(calls, (given: Calls) => {
        const closing = new Set(
          cycles(shop(given)).flatMap((line) => line.match(/services\.\w+\.calls\.\w+/g) ?? []),
        );
        const rest = Object.entries(given).map(([name, callees]): [string, string[]] => [
          name,
          callees.filter((callee) => callee !== name && !closing.has(`services.${name}.calls.${callee}`)),
        ]);
        expect(hasOrder(new Map(rest))).to.equal(true);
      }),
    );
  });
});

/** Whether services can be taken away, one after the other, each when nobody left calls it. */
function hasOrder(calls: ReadonlyMap<string, readonly string[]>): boolean {
  const rest = new Map(calls);
  for (;;) {
    const called = new Set([...rest.values()].flat());
    const free = [...rest.keys()].filter((name) => !called.has(name));
    if (free.length === 0) return rest.size === 0;
    for (const name of free) rest.delete(name);
  }
}
