import { expect } from "chai";
import { durationMessages } from "../../bounds";
import type { Message } from "../../policy";
import { boundTimeouts, messages } from "../../policies/boundTimeouts";
import { type Resource, unknown, validateResource } from "../engine";
import { asPatch, istio, route, virtualService } from "../resources";
import { said } from "../said";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(boundTimeouts, resource, configuration);
const timeout = (timeout: unknown, configuration = {}) =>
  judge(virtualService([route({ timeout })]), configuration);
const inRule = said("VirtualService shop/catalog");
const at = (message: Message) => ({ violations: [inRule("spec.http[0].timeout", message)] });

describe("bound-timeouts", () => {
  it("states the field, the problem and the fix", async () => {
    expect(await timeout(undefined)).to.deep.equal({
      violations: [
        "VirtualService shop/catalog: spec.http[0].timeout is not set, so a request has no time limit. Set it to a duration of " +
          "at most 2m.",
      ],
    });
  });

  it("accepts timeouts within the limit", async () => {
    for (const value of ["10s", "2m", "120s", "1ms"]) {
      expect(await timeout(value), value).to.deep.equal({ violations: [] });
    }
  });

  it("refuses longer timeouts, 0, and values that are not durations", async () => {
    expect(await timeout("121s")).to.deep.equal(at(durationMessages.above("121s", "1ms", "2m")));
    expect(await timeout("0s")).to.deep.equal(at(messages.zero("2m")));
    expect(await timeout("hunter2")).to.deep.equal(at(durationMessages.notADuration("1ms", "2m")));
    expect(await timeout("31s", { longestTimeout: "30s" })).to.deep.equal(
      at(durationMessages.above("31s", "1ms", "30s")),
    );
  });

  it("requires one in prod, not in dev", async () => {
    expect(await timeout(undefined)).to.deep.equal(at(messages.missing("2m")));
    expect(await timeout(undefined, { environment: "dev" })).to.deep.equal({ violations: [] });
    expect(await timeout("3m", { environment: "dev" }))
      .to.have.property("violations")
      .with.length(1);
  });

  it("requires no timeout of routes that do not forward, nor of patches that set none", async () => {
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

  it("judges the time limits of an HTTPRoute, and requires none", async () => {
    const judged = (...requests: unknown[]) =>
      judge(
        istio(
          "gateway.networking.k8s.io/v1",
          "HTTPRoute",
          { namespace: "shop", name: "web" },
          { rules: requests.map((request) => ({ timeouts: { request } })) },
        ),
      );
    const inRoute = said("HTTPRoute shop/web");
    const refused = (message: Message) => ({
      violations: [inRoute("spec.rules[1].timeouts.request", message)],
    });
    expect(await judged(undefined, "1ms", "2m")).to.deep.equal({ violations: [] });
    expect(await judged("10s", "0s")).to.deep.equal(refused(messages.zero("2m")));
    expect(await judged("10s", "3m")).to.deep.equal(refused(durationMessages.above("3m", "1ms", "2m")));
    expect(await judged("10s", "0.5ms")).to.deep.equal(refused(durationMessages.below("0.5ms", "1ms", "2m")));
  });

  it("reports unknown values as undecided", async () => {
    expect(
      await judge(virtualService([route({ timeout: "1h" }), route({ timeout: unknown })])),
    ).to.deep.equal({
      ...at(durationMessages.above("1h", "1ms", "2m")),
      undecided:
        "VirtualService shop/catalog: string value at .spec.http.1.timeout can't be known during preview",
    });
  });
});
