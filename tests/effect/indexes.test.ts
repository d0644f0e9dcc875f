import { expect } from "chai";
import fc from "fast-check";
import { readObjects } from "../../effect";
import { hostIndex, overlap } from "../../effect/host";
import { principalsAlike } from "../../effect/identities";
import { matches, type Pattern, policyPattern } from "../../effect/pattern";
import { workload } from "./objects";

const names = fc.uniqueArray(fc.constantFrom("a/x", "a/y", "a/xy", "b/x", "b/yx", "c/x"), { minLength: 1 });
const of = (own: readonly string[]) => readObjects([], { workloads: own.map((name) => workload(name)) });
const texts = ["*", "*/sa/x", "cluster.local/ns/a/*", "cluster.local/ns/a/sa/x*"].concat(
  ["a/x", "b/x", "z/z"].map((name) => `cluster.local/ns/${name.replace("/", "/sa/")}`),
);
const patterns = fc
  .array(fc.constantFrom(...texts), { maxLength: 4 })
  .map((all) => all.map((one) => policyPattern(one)));
const hosts = fc.constantFrom("*", "*.com", "*.a.com", "a.com", "b.a.com", "x.b.a.com", "b.org", "*.org");

describe("effect: what is found by an index is what a search finds", () => {
  it("principals that no pattern distinguishes", () => {
    const search = (all: readonly string[], own: readonly Pattern[]): string[][] => {
      const key = (text: string): string => own.map((one) => String(matches(one, text))).join();
      return [...Map.groupBy(all, key).values()];
    };
    let divided = 0;
    fc.assert(
      fc.property(names, names, patterns, (one, other, own) => {
        const all = [...new Set([...one, ...other])].map(
          (name) => `cluster.local/ns/${name.replace("/", "/sa/")}`,
        );
        const models = [of(one), of(other)];
        const sorted = models.flatMap(({ workloads }) =>
          workloads.map(({ namespace, name }) => `cluster.local/ns/${namespace}/sa/${name}`),
        );
        const found = [...principalsAlike(models, own)].map(([first, group]) => [first, group()]);
        // A principal that a pattern names alone is apart from others of its class.
        const exact = new Set(own.flatMap((one) => (one.form === "exact" ? [one.text] : [])));
        const wide = own.filter(({ form }) => form !== "exact");
        const expected = search([...new Set(sorted)], wide).flatMap((group) => {
          const rest = group.filter((text) => !exact.has(text));
          return [
            ...(rest.length > 0 ? [rest] : []),
            ...group.flatMap((text) => (exact.has(text) ? [[text]] : [])),
          ];
        });
        const order = [...new Set(sorted)];
        expected.sort(([a = ""], [b = ""]) => order.indexOf(a) - order.indexOf(b));
        expect(found).to.deep.equal(expected.map((group) => [group[0], group]));
        expect(found.flatMap(([, group]) => group).sort()).to.deep.equal(all.sort());
        if (found.length > 1) divided += 1;
      }),
      { numRuns: 500 },
    );
    expect(divided).to.be.greaterThan(100);
  });

  it("hosts that have a name in common", () => {
    let common = 0;
    fc.assert(
      fc.property(fc.array(hosts, { maxLength: 6 }), hosts, (all, host) => {
        const list = all.map((one, number) => ({ host: one, number }));
        const found = hostIndex(list)(host);
        expect(found).to.deep.equal(list.filter((one) => overlap(one.host, host)));
        common += found.length;
      }),
      { numRuns: 500 },
    );
    expect(common).to.be.greaterThan(100);
  });
});
