import { expect } from "chai";
import { longestCall, terminationDefaults } from "../../catalog";
import { normalizeTermination } from "../../catalog/drain";
import type { Edge } from "../../catalog/edge";

const call = (own: Partial<Edge>): Edge => ({ mirrored: false, timeout: 1000, ...own }) as Edge;
const preStop = (seconds: number): object => ({ lifecycle: { preStop: { sleep: { seconds } } } });

describe("catalog/drain", () => {
  it("is as long as the longest call whose response the caller uses, which a mirrored request's is not", () => {
    expect(
      longestCall([call({ timeout: 2000 }), call({}), call({ timeout: 9000, mirrored: true })]),
    ).to.equal(2000);
    expect(longestCall([call({ timeout: 9000, mirrored: true })])).to.equal(0);
    expect(longestCall([])).to.equal(0);
  });

  it("rounds up to whole seconds, never below Istio's default", () => {
    const drainOf = (timeout: number): number =>
      normalizeTermination("web", undefined, [call({ timeout })], {}).drain;
    expect([1000, 5000, 5001, 6000].map(drainOf)).to.deep.equal([terminationDefaults.drain, 5, 6, 6]);
  });

  it("is what the catalog says, whatever calls there are", () => {
    expect(normalizeTermination("web", "7s", [call({ timeout: 60_000 })], {}).drain).to.equal(7);
  });

  it("begins after the preStop hook of the application's own container, and of no other", () => {
    const containers = [
      { name: "agent", ...preStop(20) },
      { name: "web", ...preStop(9) },
    ];
    const called = [call({})];
    expect(normalizeTermination("web", undefined, called, { containers }).preStop).to.equal(9);
    const defaults = normalizeTermination("web", undefined, called, {}).preStop;
    expect(defaults).to.be.greaterThan(0);
    for (const others of [[{ name: "agent", ...preStop(20) }], [{ name: "web" }]]) {
      expect(normalizeTermination("web", undefined, called, { containers: others }).preStop).to.equal(
        defaults,
      );
    }
    expect(normalizeTermination("web", undefined, [], {}).preStop).to.equal(0);
  });

  it("ends before the pod is killed", () => {
    const { preStop: waited, drain, gracePeriod } = normalizeTermination("web", "60s", [call({})], {});
    expect(gracePeriod).to.equal(waited + drain);
    expect(normalizeTermination("web", "1s", [], {}).gracePeriod).to.equal(terminationDefaults.gracePeriod);
    expect(
      normalizeTermination("web", "60s", [], { terminationGracePeriodSeconds: 10 }).gracePeriod,
    ).to.equal(10);
  });
});
