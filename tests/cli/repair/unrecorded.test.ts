import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { PlannedResource, SavedPlan } from "../../../cli/update/savedPlan";
import {
  forgetUnrecorded,
  readUnrecorded,
  withUnrecorded,
  writeUnrecorded,
} from "../../../cli/repair/unrecorded";
import type { ExportedStack } from "../../../program/stackState";

const provider = "urn:pulumi:local::shop::pulumi:providers:kubernetes::default";
const planned = (steps: string[], dependencies: string[] = []): PlannedResource => ({
  ...{
    type: "kubernetes:core/v1:ConfigMap",
    steps,
    dependencies,
    propertyDependencies: { data: dependencies },
  },
  inputs: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "shop" } },
  parent: "urn:mesh",
  provider: `${provider}::04da6b54-80e4-46f7-96ec-b56ff0331ba9`,
});
const objects: SavedPlan = new Map([
  ["urn:a", planned(["create"], ["urn:b"])],
  ["urn:b", planned(["create"])],
  ["urn:c", planned(["update"])],
]);
const stack = (...urns: string[]): ExportedStack => ({
  version: 3,
  deployment: {
    resources: [
      { urn: provider, type: "pulumi:providers:kubernetes", id: "1-2" },
      ...urns.map((urn) => ({ urn, type: "kubernetes:core/v1:ConfigMap" })),
    ],
  },
});

describe("cli/repair/unrecorded", () => {
  it("is written down until it is forgotten", () => {
    const state = mkdtempSync(join(tmpdir(), "state-"));
    try {
      expect(readUnrecorded(state)).to.deep.equal(new Map());
      writeUnrecorded(state, objects);
      expect(readUnrecorded(state)).to.deep.equal(objects);
      forgetUnrecorded(state);
      expect(readUnrecorded(state)).to.deep.equal(new Map());
    } finally {
      rmSync(state, { recursive: true });
    }
  });

  it("adds pending creations in the order of their dependencies, with the provider that exists", () => {
    const { pending_operations: pending = [] } = withUnrecorded(stack("urn:c"), objects).deployment;
    expect(pending.map(({ type, resource }) => [type, resource.urn])).to.deep.equal([
      ["creating", "urn:b"],
      ["creating", "urn:a"],
    ]);
    expect(pending[1]?.resource).to.deep.equal({
      urn: "urn:a",
      custom: true,
      type: "kubernetes:core/v1:ConfigMap",
      inputs: objects.get("urn:a")?.inputs,
      parent: "urn:mesh",
      dependencies: ["urn:b"],
      propertyDependencies: { data: ["urn:b"] },
      provider: `${provider}::1-2`,
    });
  });

  it("changes nothing if the state has the objects, or no provider that could have created them", () => {
    const recorded = stack("urn:a", "urn:b", "urn:c");
    expect(withUnrecorded(recorded, objects)).to.equal(recorded);
    const empty: ExportedStack = { deployment: {} };
    expect(withUnrecorded(empty, objects)).to.equal(empty);
  });
});
