import { expect } from "chai";
import { releaseProblems } from "../../../cli/health/releases";
import type { FullRecord } from "../../../cli/repair/helmRecords";

const record = (revision: number, status: string, version = "1.31.0"): FullRecord => ({
  ...{ namespace: "istio-system", release: "istiod", revision, status, secret: `v${revision}` },
  installed: { chart: "istiod", version, values: {}, manifest: "" },
});
const culprit = "Helm release istio-system/istiod";
const expected = [{ namespace: "istio-system", name: "istiod", version: "1.31.0" }];
const problems = (...args: Parameters<typeof releaseProblems>) =>
  releaseProblems(...args).map((one) => `${one.severity} ${one.culprit}: ${one.problem}`);

describe("cli/health/releases", () => {
  it("finds nothing in a deployed release of the expected version", () => {
    expect(problems([record(1, "superseded", "1.30.0"), record(2, "deployed")], expected)).to.deep.equal([]);
  });

  it("finds releases whose last operation was interrupted or failed", () => {
    expect(problems([record(1, "deployed"), record(2, "pending-upgrade")], [])).to.deep.equal([
      `error ${culprit}: It is pending-upgrade: a run is at work on it, or was killed.`,
    ]);
    expect(problems([record(1, "failed")], [])).to.deep.equal([
      `error ${culprit}: Its last operation failed.`,
    ]);
  });

  it("finds releases that are missing, or of another version", () => {
    expect(problems([], expected)).to.deep.equal([`error ${culprit}: It does not exist.`]);
    expect(problems([record(1, "deployed", "1.30.2")], expected)).to.deep.equal([
      `error ${culprit}: Its version is 1.30.2, but the platform declares 1.31.0.`,
    ]);
  });
});
