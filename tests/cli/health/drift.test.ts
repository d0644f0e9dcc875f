import { expect } from "chai";
import type { LiveObject } from "../../../cli/drift/objects";
import { objectDrift } from "../../../cli/drift/objects";
import { asResources, driftProblems, pendingProblems } from "../../../cli/health/drift";
import type { Manifest } from "../../../mesh";

const policy = {
  apiVersion: "security.istio.io/v1",
  kind: "AuthorizationPolicy",
  metadata: { name: "web", namespace: "shop" },
  spec: { action: "ALLOW" },
} as unknown as Manifest;
const fix = "pulumi up";
const culprit = "AuthorizationPolicy shop/web";

describe("cli/health/drift", () => {
  const problems = (live: object | undefined) => {
    const found = new Map<string, LiveObject>(
      live === undefined ? [] : [["shop/web", { metadata: { resourceVersion: "1" }, ...live }]],
    );
    const objects = objectDrift(asResources([policy]), () => found);
    return driftProblems({ objects, releases: [] }, fix);
  };

  it("compares rendered objects with a cluster", () => {
    const metadata = { ...policy.metadata, resourceVersion: "1", uid: "2" };
    expect(problems({ metadata, spec: { action: "ALLOW" } })).to.deep.equal([]);
    expect(problems(undefined)).to.deep.equal([
      { severity: "error", culprit, problem: "It does not exist, although it should.", fix },
    ]);
    expect(problems({ metadata, spec: { action: "ALLOW", rules: [{}] } })).to.deep.equal([
      { severity: "error", culprit, problem: "It differs from what should be there: spec.rules.", fix },
    ]);
  });

  it("reports releases, Secrets and interrupted operations", () => {
    const release = { urn: "", namespace: "a", name: "b", difference: "missing", missing: [] } as const;
    const key = { apiVersion: "v1", kind: "Secret", namespace: "a", name: "c" };
    const secret = { urn: "", key, difference: "changed", fields: [] } as const;
    expect(
      driftProblems({ objects: [secret], releases: [{ ...release, detail: "does not exist" }] }, fix),
    ).to.deep.equal([
      {
        ...{ severity: "error", culprit: "Secret a/c", fix },
        problem: "Another tool has written to it since it was deployed.",
      },
      { severity: "error", culprit: "Helm release a/b", problem: "It does not exist.", fix },
    ]);
    const resource = { urn: "urn:pulumi:local::shop::type::istio-istiod", type: "type" };
    expect(pendingProblems([{ type: "creating", resource }], fix)).to.deep.equal([
      {
        ...{ severity: "error", culprit: "istio-istiod", fix },
        problem: "The last run ended while it was creating this resource, or is still at work.",
      },
    ]);
  });
});
