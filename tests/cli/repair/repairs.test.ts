import { expect } from "chai";
import type { FullRecord, InstalledRelease } from "../../../cli/repair/helmRecords";
import {
  hasOpenCreations,
  type LiveObject,
  pendingObjects,
  repairedStack,
  repairsOf,
  unrecordedReleases,
} from "../../../cli/repair/repairs";
import type { ExportedStack, StateResource } from "../../../program/stackState";
import { UserError } from "../../../errors/userError";

const namespace = "istio-system";
const values = { global: { tag: "1.31.0" }, env: { A: "1" } };
const installed: InstalledRelease = { chart: "istiod", version: "1.31.0", values, manifest: "" };
const record = (revision: number, status: string, name = "istiod"): FullRecord => ({
  ...{ namespace, release: name, revision, status, installed },
  secret: `sh.helm.release.v1.${name}.v${revision}`,
});
const release = (name = "istiod"): StateResource => ({
  urn: `urn:${name}`,
  type: "kubernetes:helm.sh/v3:Release",
  inputs: { name, namespace, chart: "istiod", version: "1.31.0", values },
});
const secret = (revision: number) => ({ namespace, name: `sh.helm.release.v1.istiod.v${revision}` });
const leftBehind = (status: string) =>
  `The Helm release istio-system/istiod was left ${status} by a killed run.`;
const withoutRecord =
  "The record of the interrupted operation is removed. The next run continues with the objects that are there.";

const stack = (resources: StateResource[], creating: StateResource[] = []): ExportedStack => ({
  version: 3,
  deployment: {
    resources,
    pending_operations: creating.map((resource) => ({ type: "creating", resource })),
  },
});

const policy: StateResource = {
  urn: "urn:policy",
  type: "kubernetes:security.istio.io/v1:AuthorizationPolicy",
  inputs: {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: { name: "web", namespace: "shop" },
    spec: {},
  },
};
const key = {
  apiVersion: "security.istio.io/v1",
  kind: "AuthorizationPolicy",
  namespace: "shop",
  name: "web",
};

describe("cli/repair/repairs", () => {
  for (const status of ["pending-install", "pending-upgrade", "pending-rollback"]) {
    it(`removes the record of a release that is ${status}, and leaves the complete ones`, () => {
      const records = [record(1, "deployed"), record(2, status)];
      expect(repairsOf(stack([release()]), records, [])).to.deep.equal([
        { problem: leftBehind(status), step: withoutRecord, secrets: [secret(2)] },
      ]);
    });
  }

  it("makes the record before the deployed one again, if an upgrade was killed between Helm's two last writes", () => {
    const repair = { problem: leftBehind("pending-upgrade"), step: withoutRecord, secrets: [secret(3)] };
    const killed = (...before: FullRecord[]) =>
      repairsOf(stack([release()]), [...before, record(3, "pending-upgrade")], []);
    expect(killed(record(1, "superseded"), record(2, "superseded"))).to.deep.equal([
      { ...repair, restore: secret(2) },
    ]);
    expect(killed(record(1, "superseded"), record(2, "deployed"))).to.deep.equal([repair]);
    expect(killed(record(1, "deployed"), record(2, "failed"))).to.deep.equal([repair]);
  });

  it("removes all records of a release whose first installation was interrupted", () => {
    const records = [record(1, "failed"), record(2, "pending-install")];
    expect(repairsOf(stack([], [release()]), records, [])).to.deep.equal([
      { problem: leftBehind("pending-install"), step: withoutRecord, secrets: [secret(2), secret(1)] },
    ]);
  });

  it("takes a deployed release of the same chart and values into the state", () => {
    const repairs = repairsOf(stack([], [release()]), [record(1, "deployed")], []);
    expect(repairs).to.deep.equal([
      {
        problem:
          "The Helm release istio-system/istiod was deployed by a killed run, which did not record it.",
        step: "It has the same chart and values, so it is taken into the stack's state.",
        adopt: {
          ...release(),
          id: "istio-system/istiod",
          outputs: {
            ...release().inputs,
            status: { name: "istiod", namespace, revision: 1, status: "deployed", chart: "istiod" },
          },
        },
        refresh: "urn:istiod",
      },
    ]);
  });

  it("takes it whatever an encrypted value is, and with a null that Helm leaves out", () => {
    const encrypted = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      ciphertext: "x",
    };
    const own = { ...values, env: { A: encrypted, B: null } };
    const resource = { ...release(), inputs: { ...release().inputs, values: own } };
    expect(repairsOf(stack([], [resource]), [record(1, "deployed")], [])).to.have.length(1);
  });

  for (const [what, other] of [
    ["other values", { ...installed, values: { ...values, global: { tag: "1.30.0" } } }],
    ["further values", { ...installed, values: { ...values, pilot: {} } }],
    ["another chart", { ...installed, chart: "gateway" }],
    ["another version", { ...installed, version: "1.30.0" }],
    ["content that can't be read", undefined],
  ] as const) {
    it(`refuses a deployed release with ${what}`, () => {
      const { namespace, release: name, revision, status, secret } = record(1, "deployed");
      const records = [
        { namespace, release: name, revision, status, secret, ...(other && { installed: other }) },
      ];
      expect(() => repairsOf(stack([], [release()]), records, []))
        .to.throw(UserError)
        .with.property(
          "problem",
          "The Helm release istio-system/istiod is deployed, but with another chart or other values than the killed run was installing. Nothing was changed.",
        );
    });
  }

  it("ends an interrupted removal, and reads it again if the state has the release", () => {
    const problem = leftBehind("uninstalling");
    const removal = {
      ...{ problem, step: "Its removal is ended." },
      uninstall: { namespace, name: "istiod" },
    };
    expect(repairsOf(stack([release()]), [record(1, "uninstalling")], [])).to.deep.equal([
      { ...removal, refresh: "urn:istiod" },
    ]);
    expect(repairsOf(stack([], [release()]), [record(1, "uninstalling")], [])).to.deep.equal([removal]);
  });

  it("leaves complete releases alone, those of others, and those of which nothing exists", () => {
    const records = [record(1, "pending-install"), record(2, "deployed")];
    expect(repairsOf(stack([release()]), records, [])).to.deep.equal([]);
    expect(repairsOf(stack([release()]), [record(1, "pending-install", "other")], [])).to.deep.equal([]);
    expect(repairsOf(stack([], [release()]), [], [])).to.deep.equal([]);
    // An update of a release is repeated by the next run.
    const updating = { type: "updating", resource: release() };
    const { deployment } = stack([release()]);
    const interrupted = { deployment: { ...deployment, pending_operations: [updating] } };
    expect(repairsOf(interrupted, [record(2, "deployed")], [])).to.deep.equal([]);
  });

  describe("a release of which the state has nothing, because its provider was killed", () => {
    const home: StateResource = { urn: "urn:ns", type: "kubernetes:core/v1:Namespace", id: namespace };
    const own = { namespace, name: "istiod", chart: "oci://registry.example.com/charts/istiod" };
    const declared = [own];
    for (const status of ["pending-install", "deployed", "failed"]) {
      it(`loses its records if it is ${status}, so that it is installed again`, () => {
        const records = [record(1, "superseded"), record(2, status)];
        expect(repairsOf(stack([home]), records, [], declared)).to.deep.equal([
          {
            problem: leftBehind(status),
            step: "The stack's state does not have it, so its record is removed. The next run installs it over the objects that are there.",
            secrets: [secret(2), secret(1)],
          },
        ]);
      });
    }

    it("stays as it is if the program does not declare it, or in a namespace of others", () => {
      const records = [record(1, "pending-install")];
      expect(repairsOf(stack([home]), records, [], [])).to.deep.equal([]);
      expect(repairsOf(stack([home]), records, [], [{ ...own, chart: "base" }])).to.deep.equal([]);
      expect(repairsOf(stack([]), records, [], declared)).to.deep.equal([]);
      expect(unrecordedReleases(stack([home, release()]), records)).to.deep.equal([]);
      expect(unrecordedReleases(stack([home], [release()]), records)).to.deep.equal([]);
      expect(unrecordedReleases(stack([home]), records)).to.deep.equal(records);
    });
  });

  it("takes an object that Pulumi has created into the state, under the field manager that created it", () => {
    const live: LiveObject = { ...key, manager: "pulumi-kubernetes-1a2b3c4d" };
    expect(pendingObjects(stack([], [policy]))).to.deep.equal([key]);
    expect(repairsOf(stack([], [policy]), [], [live])).to.deep.equal([
      {
        problem: "AuthorizationPolicy shop/web was created by a killed run, which did not record it.",
        step: "It is taken into the stack's state.",
        adopt: {
          ...policy,
          id: "shop/web",
          outputs: {
            ...policy.inputs,
            __fieldManager: "pulumi-kubernetes-1a2b3c4d",
            __initialApiVersion: "security.istio.io/v1",
          },
        },
        refresh: "urn:policy",
      },
    ]);
  });

  it("takes an object that was read as a whole into the state without reading it again", () => {
    const content = { ...policy.inputs, metadata: { name: "web", resourceVersion: "7" } };
    const [repair] = repairsOf(
      stack([], [policy]),
      [],
      [{ ...key, manager: "pulumi-kubernetes-1a2b3c4d", content }],
    );
    expect(repair?.refresh).to.equal(undefined);
    expect(repair?.adopt?.outputs).to.deep.equal({
      ...content,
      __fieldManager: "pulumi-kubernetes-1a2b3c4d",
      __initialApiVersion: "security.istio.io/v1",
      __inputs: policy.inputs,
    });
  });

  it("leaves dependencies out that do not exist", () => {
    const urns = ["urn:istiod", "urn:gone"];
    const dependent = { ...policy, dependencies: urns, propertyDependencies: { spec: urns, kind: null } };
    const before = stack([release()], [dependent]);
    const repairs = repairsOf(before, [], [{ ...key, manager: "pulumi-kubernetes-1a2b3c4d" }]);
    expect(repairedStack(before, repairs).deployment.resources?.at(-1)).to.deep.include({
      dependencies: ["urn:istiod"],
      propertyDependencies: { spec: ["urn:istiod"], kind: [] },
    });
  });

  it("leaves objects of others, and those that the state has already", () => {
    expect(repairsOf(stack([], [policy]), [], [key])).to.deep.equal([]);
    const live = [{ ...key, manager: "pulumi-kubernetes-1a2b3c4d" }];
    expect(repairsOf(stack([policy], [policy]), [], live)).to.deep.equal([]);
    expect(pendingObjects(stack([policy], [policy]))).to.deep.equal([]);
    const patch = { ...policy, type: "kubernetes:core/v1:ServicePatch" };
    expect(pendingObjects(stack([], [patch]))).to.deep.equal([]);
  });

  it("puts what it takes into the state behind the others, and keeps operations whose outcome it can't know", () => {
    const bucket: StateResource = { urn: "urn:bucket", type: "aws:s3/bucket:Bucket" };
    const before = stack([release()], [policy, bucket]);
    const live = [{ ...key, manager: "pulumi-kubernetes-1a2b3c4d" }];
    const repairs = repairsOf(before, [record(1, "deployed")], live);
    expect(hasOpenCreations(before)).to.equal(true);
    const after = repairedStack(before, repairs);
    expect(after.version).to.equal(3);
    expect(after.deployment.resources?.map(({ urn }) => urn)).to.deep.equal(["urn:istiod", "urn:policy"]);
    expect(after.deployment.pending_operations).to.deep.equal([{ type: "creating", resource: bucket }]);
    expect(hasOpenCreations(after)).to.equal(false);
    expect(repairedStack(stack([], [policy]), []).deployment).to.deep.equal({ resources: [] });
  });
});
