import { expect } from "chai";
import { forbidFaultInjection } from "../../policies/forbidFaultInjection";
import { unknown, validateResource } from "../engine";
import { route, virtualService } from "../resources";

const judge = (fault: unknown, configuration = {}) =>
  validateResource(forbidFaultInjection, virtualService([route(), route({ fault })]), configuration);
const abort = { percentage: { value: 5 }, httpStatus: 500 };
const delay = { percentage: { value: 10 }, fixedDelay: "7s" };

describe("forbid-fault-injection", () => {
  it("accepts routes without faults", async () => {
    for (const fault of [undefined, {}]) expect(await judge(fault)).to.deep.equal({ violations: [] });
  });

  it("refuses delays and aborts", async () => {
    expect(await judge({ delay, abort })).to.deep.equal({
      violations: [
        "VirtualService shop/catalog: spec.http[1].fault.delay delays requests on purpose. Remove it.",
        "VirtualService shop/catalog: spec.http[1].fault.abort aborts requests on purpose. Remove it.",
      ],
    });
  });

  it("does not apply to dev", async () => {
    expect(await judge({ delay, abort }, { environment: "dev" })).to.deep.equal({ violations: [] });
    expect((await judge({ abort }, { environment: "prod" })).violations).to.have.length(1);
  });

  it("reports unknown values as undecided", async () => {
    const routes = validateResource(forbidFaultInjection, virtualService(unknown));
    expect(await routes).to.deep.equal({
      violations: [],
      undecided: "VirtualService shop/catalog: string value at .spec.http can't be known during preview",
    });
  });
});
