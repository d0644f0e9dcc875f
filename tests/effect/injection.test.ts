import { expect } from "chai";
import { readObjects } from "../../effect";
import { injectionCases } from "../mesh/injectionCases";
import { object } from "./objects";

describe("proxies of the model", () => {
  for (const { what, subject, by } of injectionCases) {
    it(`are those that istiod injects: ${what}`, () => {
      const {
        namespace: { name = "shop", labels: own = {} } = {},
        labels,
        annotations,
        hostNetwork,
      } = subject;
      const template = { metadata: { labels, annotations }, spec: { hostNetwork, containers: [] } };
      const { workloads } = readObjects([
        object("Namespace", name, {}, { labels: own }),
        object("Deployment", `${name}/web`, { template }),
      ]);
      expect(workloads.map(({ proxy }) => proxy)).to.deep.equal([by === undefined ? "none" : "sidecar"]);
    });
  }
});
