import { expect } from "chai";
import { parseAllDocuments } from "yaml";
import { kwokStages } from "../../sandbox/kwok";

interface Stage {
  kind: string;
  metadata: { name: string };
  spec: {
    selector: { matchExpressions: { key: string; operator: string; values?: string[] }[] };
    next: { statusTemplate?: string; delete?: boolean };
  };
}

describe("sandbox/kwok", () => {
  const stages = parseAllDocuments(kwokStages()).map((document) => document.toJS() as Stage);
  const stage = (name: string): Stage | undefined => stages.find(({ metadata }) => metadata.name === name);

  it("plays nodes, and pods from ready to gone", () => {
    expect(stages.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).to.deep.equal([
      "Stage node-heartbeat",
      "Stage pod-ready",
      "Stage pod-complete",
      "Stage pod-delete",
    ]);
    expect(stage("pod-delete")?.spec.next).to.deep.equal({ delete: true });
  });

  it("leaves the readiness of istiod's pods to the process behind them", () => {
    expect(stage("pod-ready")?.spec.selector.matchExpressions).to.deep.include({
      key: ".metadata.labels.app",
      operator: "NotIn",
      values: ["istiod"],
    });
  });
});
