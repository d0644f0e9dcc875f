import { expect } from "chai";
import { shortDrain, shortGracePeriod } from "../../checks/rules/drainFits";
import { checkMesh } from "../../mesh";

const ports = { http: { port: 8080, protocol: "http" } };
const image = "registry.example.com/api:1.0.0";

function found(workload: object, timeout: string, more: object = {}): string[] {
  return checkMesh({
    name: "shop",
    services: {
      web: { ports, calls: { api: { timeout } } },
      api: { ports, workload: { image, ...workload }, ...more },
    },
  })
    .findings.filter(({ code }) => code === "MW344")
    .map(({ path, message }) => `${path}: ${message}`);
}

const drained = (drain: number, longest: number): string =>
  `services.api.workload.drain: ${shortDrain("api", drain, longest).message}`;

describe("the check of the time in which pods terminate", () => {
  it("finds a drain that is shorter than the longest call, in whole seconds", () => {
    expect(found({ drain: "5s" }, "20s")).to.deep.equal([drained(5, 20)]);
    expect(found({ drain: "5s" }, "5.5s")).to.deep.equal([drained(5, 6)]);
    expect(found({ drain: "20s" }, "20s")).to.deep.equal([]);
    expect(shortDrain("api", 5, 20)).to.deep.equal({
      message: 'the pods of "api" drain for 5s, and a call to it may take 20s: a rollout aborts such calls',
      fix: "set it to at least 20s, or omit it",
    });
  });

  it("reports the same times of several versions once, and none of pods that complete by themselves", () => {
    const versions = { versions: { v1: {}, v2: {} }, traffic: { weights: { v1: 50, v2: 50 } } };
    expect(found({ drain: "5s" }, "20s", versions)).to.deep.equal([drained(5, 20)]);
    expect(found({ drain: "5s", kind: "Job" }, "20s")).to.deep.equal([]);
  });

  it("finds a grace period that is shorter than preStop and drain", () => {
    const pods = (terminationGracePeriodSeconds: number): string[] =>
      found({ drain: "20s", pod: { terminationGracePeriodSeconds } }, "20s");
    const times = { gracePeriod: 10, preStop: 5, drain: 20 };
    expect(pods(10)).to.deep.equal([
      `services.api.workload.pod.terminationGracePeriodSeconds: ${shortGracePeriod("api", times).message}`,
    ]);
    expect(pods(25)).to.deep.equal([]);
  });
});
