import { expect } from "chai";
import { toItself, toWeighted } from "../../checks/rules/mirrorElsewhere";
import { foundBy } from "./found";

const http = { port: 8080, protocol: "http" };

function found(traffic: object, versions: object = { v1: {}, v2: {} }): string[] {
  return foundBy("MW206", {
    name: "shop",
    services: {
      web: { ports: { http }, ...(Object.keys(versions).length > 0 && { versions }), traffic },
      shadow: { ports: { http } },
    },
  });
}

describe("the check of a mirror's target", () => {
  it("finds a version that receives the requests, with its weight", () => {
    const at = "services.web.traffic.mirror.version";
    const mirror = { version: "v2", percentage: 5 };
    for (const weight of [1, 100]) {
      expect(found({ mirror, weights: { v1: 100 - weight, v2: weight } })).to.deep.equal([
        `${at}: ${toWeighted("web", "v2", weight).message}`,
      ]);
    }
    expect(found({ mirror, weights: { v1: 100, v2: 0 } })).to.deep.equal([]);
    expect(found({ mirror, weights: { v1: 100 } })).to.deep.equal([]);
    // The only version receives all requests.
    expect(found({ mirror }, { v2: {} })).to.deep.equal([`${at}: ${toWeighted("web", "v2", 100).message}`]);
  });

  it("finds the service itself, and accepts another one", () => {
    const to = (service: string): string[] => found({ mirror: { service, percentage: 5 } }, {});
    expect(to("web")).to.deep.equal([`services.web.traffic.mirror.service: ${toItself("web").message}`]);
    expect(to("shadow")).to.deep.equal([]);
    expect(found({ fault: { abort: { percentage: 1, httpStatus: 503 } } }, {})).to.deep.equal([]);
  });
});
