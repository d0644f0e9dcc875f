import { expect } from "chai";
import { text } from "../../checks/rules/ejectionSpared";
import { text as faultText } from "../../checks/rules/faultOutsideProd";
import { foundBy } from "./found";

const http = { port: 8080, protocol: "http" };
const outlierDetection = { consecutive5xxErrors: 3 };

/** The findings of a check about `api`, in an environment. */
function found(code: string, environment: string | undefined, api: object): string[] {
  return foundBy(code, {
    name: "shop",
    ...(environment !== undefined && { environment }),
    services: { web: { ports: { http }, calls: { api: {} } }, api: { ports: { http }, ...api } },
  });
}

describe("the checks of production", () => {
  it("find a service with outlier detection and fewer than three pods", () => {
    const running = (replicas: number, environment?: string): string[] =>
      found("MW508", environment, {
        circuitBreaker: { outlierDetection },
        workload: { image: "api:1", replicas },
      });
    for (const pods of [0, 1, 2]) {
      const expected = [`services.api.workload.replicas: ${text("api", pods).message}`];
      expect(running(pods), String(pods)).to.deep.equal(expected);
      expect(running(pods, "prod"), String(pods)).to.deep.equal(expected);
      for (const other of ["dev", "staging"]) expect(running(pods, other), other).to.deep.equal([]);
    }
    expect(running(3)).to.deep.equal([]);
    // An invalid environment may be another one.
    expect(running(1, "qa")).to.deep.equal([]);
  });

  it("count the pods of all versions, and none of other tools", () => {
    const circuitBreaker = { outlierDetection };
    const versions = { v1: { replicas: 2 }, v2: { replicas: 1 } };
    const traffic = { weights: { v1: 50, v2: 50 } };
    const workload = { image: "api:1", replicas: 1 };
    expect(found("MW508", "prod", { circuitBreaker, workload, versions, traffic })).to.deep.equal([]);
    expect(found("MW508", "prod", { circuitBreaker })).to.deep.equal([]);
    expect(found("MW508", "prod", { workload })).to.deep.equal([]);
  });

  it("say how many pods there are", () => {
    expect(text("api", 0).message).to.match(/^"api" has no pods: /);
    expect(text("api", 1).message).to.match(/^"api" has one pod: /);
    expect(text("api", 2).message).to.match(/ eject one of the 2 pods of "api"/);
  });

  it("find faults, in no other environment", () => {
    const traffic = { fault: { abort: { percentage: 1, httpStatus: 503 } } };
    const expected = [`services.api.traffic.fault: ${faultText("api").message}`];
    for (const environment of [undefined, "prod"]) {
      expect(found("MW203", environment, { traffic }), environment).to.deep.equal(expected);
    }
    for (const other of ["dev", "staging", "qa"])
      expect(found("MW203", other, { traffic }), other).to.deep.equal([]);
  });
});
