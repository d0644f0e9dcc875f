import { expect } from "chai";
import { boundTimeouts } from "../../policies/boundTimeouts";
import { type Resource, unknown, validateResource } from "../engine";
import { asPatch, route, virtualService } from "../resources";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(boundTimeouts, resource, configuration);
const timeout = (timeout: unknown, configuration = {}) =>
  judge(virtualService([route({ timeout })]), configuration);
const at = (text: string) => ({ violations: [`VirtualService shop/catalog: spec.http[0].timeout ${text}.`] });

describe("bound-timeouts", () => {
  it("accepts timeouts within the limit", async () => {
    for (const value of ["10s", "2m", "120s", "1ms"]) {
      expect(await timeout(value), value).to.deep.equal({ violations: [] });
    }
  });

  it("refuses longer ones, none at all, and what is no duration", async () => {
    expect(await timeout("121s")).to.deep.equal(
      at("is 121s, above the limit of 2m. Set it to a duration from 1ms to 2m"),
    );
    expect(await timeout("0s")).to.deep.equal(
      at("is 0, which Istio reads as no timeout. Set it to a duration of at most 2m"),
    );
    expect(await timeout("hunter2")).to.deep.equal(
      at("is not a duration. Set it to a duration from 1ms to 2m"),
    );
    expect(await timeout("31s", { longestTimeout: "30s" })).to.deep.equal(
      at("is 31s, above the limit of 30s. Set it to a duration from 1ms to 30s"),
    );
  });

  it("requires one in prod, not in dev", async () => {
    expect(await timeout(undefined)).to.deep.equal(
      at("is not set, so a caller waits for ever. Set it to a duration of at most 2m"),
    );
    expect(await timeout(undefined, { environment: "dev" })).to.deep.equal({ violations: [] });
    expect(await timeout("3m", { environment: "dev" }))
      .to.have.property("violations")
      .with.length(1);
  });

  it("asks nothing of routes that send no request on, nor of patches that say nothing", async () => {
    const others = [
      { redirect: { uri: "/" } },
      { directResponse: { status: 404 } },
      { delegate: { name: "x" } },
    ];
    expect(await judge(virtualService(others))).to.deep.equal({ violations: [] });
    expect(await judge(virtualService(undefined, { http: undefined, tcp: [{}] }))).to.deep.equal({
      violations: [],
    });
    expect(await judge(asPatch(virtualService([{}])))).to.deep.equal({ violations: [] });
  });

  it("says what is open because of unknown values", async () => {
    expect(
      await judge(virtualService([route({ timeout: "1h" }), route({ timeout: unknown })])),
    ).to.deep.equal({
      ...at("is 1h, above the limit of 2m. Set it to a duration from 1ms to 2m"),
      undecided:
        "VirtualService shop/catalog: string value at .spec.http.1.timeout can't be known during preview",
    });
  });
});
