import { expect } from "chai";
import fc from "fast-check";
import { mayCall, principalClasses, readObjects } from "../../effect";
import { principalOf } from "../../effect/request";
import { object } from "./objects";
import { policies, requests, services, workloads } from "./randomPolicies";

const identities = ["cluster.local", "other.domain"].flatMap((trustDomain) =>
  ["shop", "bank", "banking"].flatMap((namespace) =>
    ["web", "api", "ledger"].map((serviceAccount) => ({ trustDomain, namespace, serviceAccount })),
  ),
);

/** A rule that admits one service account of the namespace shop. */
function ruleFor(account: string, operation: object): object {
  return {
    from: [{ source: { principals: [`cluster.local/ns/shop/sa/${account}`] } }],
    to: [{ operation }],
  };
}

describe("classes of principals", () => {
  it("have the same decision about each request", () => {
    let [alike, different] = [0, 0];
    fc.assert(
      fc.property(policies, fc.array(requests, { minLength: 10, maxLength: 10 }), (objects, all) => {
        const model = readObjects([...services, ...objects], { workloads });
        for (const workload of workloads) {
          const { nameOf, keys } = principalClasses(model, [workload]);
          const groups = Map.groupBy(identities, (identity) => nameOf(principalOf(identity)));
          if (groups.size > 1) different += 1;
          const unnamed = identities.map(principalOf).filter((one) => keys?.has(one) === false);
          expect(new Set(unnamed.map(nameOf)).size, "principals without a key").to.be.at.most(1);
          for (const group of groups.values()) {
            for (const request of all) {
              const [first, ...others] = group.map((identity) => {
                const { answer, reason, by, provider } = mayCall(model, workload, { ...request, identity });
                // Which rule admits a request is not part of the answer, but what is not read is.
                return { answer, reason, provider, ...(answer === "unknown" && { by: by?.name }) };
              });
              for (const other of others) {
                expect(other, JSON.stringify({ request, group, objects })).to.deep.equal(first);
                alike += 1;
              }
            }
          }
        }
      }),
      { numRuns: 60 },
    );
    expect(alike).to.be.above(5_000);
    expect(different).to.be.above(20);
  });

  it("are one for principals with the same rules, and others for those with other rules", () => {
    const get = { methods: ["GET"], paths: ["/api/*"] };
    const rules = [
      ...["web", "api"].map((account) => ruleFor(account, get)),
      ruleFor("ledger", { methods: ["GET"] }),
    ];
    const policy = object("AuthorizationPolicy", "shop/one", { action: "ALLOW", rules });
    const model = readObjects([...services, policy], { workloads });
    const { nameOf, keys } = principalClasses(model, workloads.slice(0, 1));
    const [web, api, ledger, stranger] = ["web", "api", "ledger", "stranger"].map((account) =>
      nameOf(`cluster.local/ns/shop/sa/${account}`),
    );
    expect(web).to.equal(api);
    expect(new Set([web, ledger, stranger]).size).to.equal(3);
    expect([...(keys ?? [])].map((one) => one.split("/").at(-1))).to.have.members(["web", "api", "ledger"]);
  });

  it("are apart for principals whose requests other external authorizers decide", () => {
    const custom = ["one", "two"].map((name) =>
      object("AuthorizationPolicy", `shop/${name}`, {
        action: "CUSTOM",
        provider: { name },
        rules: [ruleFor(name === "one" ? "web" : "api", { paths: ["/"] })],
      }),
    );
    const model = readObjects([...services, ...custom], { workloads });
    const { nameOf } = principalClasses(model, workloads.slice(0, 1));
    const [web, api] = ["web", "api"].map((account) => nameOf(`cluster.local/ns/shop/sa/${account}`));
    expect(web).not.to.equal(api);
  });
});
