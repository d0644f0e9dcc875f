import { expect } from "chai";
import { repairsOf, stackReleases } from "../../cli/repair";

const record = (release: string, revision: number, status: string) => ({
  ...{ namespace: "istio-system", release, revision, status },
  secret: `sh.helm.release.v1.${release}.v${revision}`,
});
const key = (name: string) => ({ namespace: "istio-system", name });
const secret = (name: string) => ({ namespace: "istio-system", name });
const problem = (status: string) =>
  `The Helm release istio-system/istiod was left ${status} by a killed run.`;

describe("cli/repair", () => {
  const present = { present: [key("istiod")], pending: [] };
  const pending = { present: [], pending: [key("istiod")] };

  for (const status of ["pending-install", "pending-upgrade", "pending-rollback"]) {
    it(`removes the record of a release that is ${status}, and leaves the complete ones`, () => {
      const records = [record("istiod", 1, "deployed"), record("istiod", 2, status)];
      expect(repairsOf(present, records)).to.deep.equal([
        { problem: problem(status), secrets: [secret("sh.helm.release.v1.istiod.v2")] },
      ]);
    });
  }

  it("removes all records of a release whose creation the state doesn't know to have ended", () => {
    const records = [record("istiod", 1, "superseded"), record("istiod", 2, "deployed")];
    expect(repairsOf(pending, records)).to.deep.equal([
      {
        problem: problem("deployed"),
        secrets: [secret("sh.helm.release.v1.istiod.v2"), secret("sh.helm.release.v1.istiod.v1")],
      },
    ]);
  });

  it("ends an interrupted removal", () => {
    expect(repairsOf(present, [record("istiod", 1, "uninstalling")])).to.deep.equal([
      { problem: problem("uninstalling"), secrets: [], uninstall: key("istiod") },
    ]);
  });

  it("leaves complete releases alone, and those of others", () => {
    expect(
      repairsOf(present, [record("istiod", 1, "pending-install"), record("istiod", 2, "deployed")]),
    ).to.deep.equal([]);
    expect(repairsOf(present, [record("other", 1, "pending-install")])).to.deep.equal([]);
    expect(repairsOf(pending, [])).to.deep.equal([]);
  });

  it("reads the releases of a stack's state, those being created apart", () => {
    const release = (name: string) => ({
      type: "kubernetes:helm.sh/v3:Release",
      inputs: { name, namespace: "istio-system", chart: name },
    });
    const deployment = {
      resources: [
        { type: "pulumi:pulumi:Stack" },
        release("istio-base"),
        { type: "kubernetes:core/v1:Namespace", inputs: {} },
      ],
      pending_operations: [
        { type: "creating", resource: release("istiod") },
        { type: "updating", resource: release("istio-base") },
      ],
    };
    expect(stackReleases(JSON.stringify({ version: 3, deployment }))).to.deep.equal({
      present: [key("istio-base")],
      pending: [key("istiod")],
    });
    expect(stackReleases(JSON.stringify({ version: 3, deployment: {} }))).to.deep.equal({
      present: [],
      pending: [],
    });
  });
});
