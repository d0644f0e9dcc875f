import { expect } from "chai";
import fc from "fast-check";
import { accessSet, difference, mayCall, readObjects, spaceOf, witnessIn } from "../../effect";
import { meet } from "../../effect/region";
import { policies, services, workloads } from "./randomPolicies";

describe("sets of requests", () => {
  it("contain exactly the requests that are allowed one by one", () => {
    let compared = 0;
    let allowed = 0;
    fc.assert(
      fc.property(policies, fc.array(fc.nat(), { minLength: 40, maxLength: 40 }), (objects, picks) => {
        const model = readObjects([...services, ...objects], { workloads });
        for (const workload of workloads) {
          const space = spaceOf([{ model, workload }]);
          const { sure, maybe } = accessSet(model, workload, space);
          expect(sure.length === 0, "nothing is unread here").to.equal(maybe.length === 0);
          for (const pick of picks) {
            const one = new Map<string, bigint>();
            one.set("port", 1n << BigInt(pick % space.ports.length));
            let rest = pick;
            for (const [dimension, values] of space.values) {
              one.set(dimension, 1n << BigInt(rest % values.length));
              rest = Math.floor((rest * 2654435761) % 4294967296);
            }
            const request = witnessIn(one, space);
            // A token without an issuer is none.
            if (request.claims && request.claims.iss === undefined) continue;
            const { answer } = mayCall(model, workload, request);
            const inSet = sure.some((box) => meet(box, one) !== undefined);
            compared += 1;
            if (answer === "allowed") allowed += 1;
            if (inSet !== (answer === "allowed")) {
              expect.fail(
                JSON.stringify({ answer, inSet, request, objects, workload: workload.name }, null, 1),
              );
            }
          }
        }
      }),
      { numRuns: 150 },
    );
    expect(compared).to.be.above(10_000);
    expect(allowed).to.be.above(compared / 10);
  });

  it("differ only where a request shows it", () => {
    let found = 0;
    fc.assert(
      fc.property(policies, policies, (some, others) => {
        const [before, after] = [some, others].map((objects) =>
          readObjects([...services, ...objects], { workloads }),
        );
        if (!before || !after) return;
        expect(difference(before, before)).to.deep.equal([]);
        for (const { kind, workload, witness } of difference(before, after)) {
          if (!kind.startsWith("access") || !witness) continue;
          found += 1;
          const answers = [before, after].map((model) => mayCall(model, workload, witness).answer);
          const wanted = kind === "access gained" ? ["denied", "allowed"] : ["allowed", "denied"];
          expect(answers, JSON.stringify({ workload, witness, some, others }, null, 1)).to.deep.equal(wanted);
        }
      }),
      { numRuns: 100 },
    );
    expect(found).to.be.above(50);
  });
});
