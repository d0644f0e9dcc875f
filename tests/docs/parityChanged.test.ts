import { expect } from "chai";
import { changedCases, changedCatalog } from "../../docs/parity/changed";
import { istioctl } from "../../docs/parity/istioctl";
import { suppressions } from "../../docs/parity/page";
import { checkMesh } from "../../mesh";
import { audited } from "../cli/audit/audited";
import { changedYaml, renderedManifests, yamlOf } from "./changedManifests";

function auditOf(yaml: string): Set<string> {
  const { findings } = audited(yaml, { complete: true });
  return new Set(findings.map(({ code, object }) => `${code} ${object?.kind ?? ""} ${object?.name ?? ""}`));
}

describe("mistakes in the objects themselves", () => {
  it("have a catalog without findings, and messages of the analyzer", () => {
    expect(checkMesh(changedCatalog).findings).to.deep.equal([]);
    const ids = istioctl.map(({ id }) => id);
    for (const { id } of changedCases) expect(ids).to.include(id);
  });

  for (const { id, kind, name, patch, check, audit } of changedCases) {
    const title = `${id} in ${kind} ${name}`;
    it(`${title} is found by check as an override: ${check.join(", ") || "not found"}`, () => {
      const { findings } = checkMesh({ ...changedCatalog, overrides: { [kind]: { [name]: patch } } });
      expect([...new Set(findings.map(({ code }) => code))].sort()).to.deep.equal(check);
    });

    it(`${title} is found by audit as YAML: ${audit.join(", ") || "not found"}`, () => {
      const without = auditOf(yamlOf(renderedManifests()));
      const found = [...auditOf(changedYaml({ kind, name, patch }))].filter((one) => !without.has(one));
      const codes = [...new Set(found.map((one) => one.split(" ", 1)[0]))].sort();
      expect(codes).to.deep.equal(audit);
    });
  }

  it("are those that rendered objects suppress only with a reason", () => {
    const listed = new Set<string>(suppressions.map(([code]) => code));
    const used = renderedManifests().flatMap(
      ({ metadata: { annotations = {} } }) =>
        annotations["galley.istio.io/analyze-suppress"]?.split(",") ?? [],
    );
    expect(used).to.not.be.empty;
    for (const code of used) expect(listed).to.include(code);
  });
});
