import { expect } from "chai";
import { changedCases, changedCatalog, withoutCase } from "../../docs/parity/changed";
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

  it("are about each message of the analyzer, or it is said why not", () => {
    const ids = [...new Set([...changedCases, ...withoutCase.map(([id]) => ({ id }))].map(({ id }) => id))];
    expect(ids).to.have.members(istioctl.map(({ id }) => id));
    for (const [id, why] of withoutCase)
      expect(
        changedCases.map((one) => one.id),
        why,
      ).not.to.include(id);
  });

  it("are explained if neither check nor audit finds them", () => {
    for (const { id, check, audit, why } of changedCases) {
      if (check.length + audit.length === 0) expect(why, id).to.be.a("string");
    }
  });

  for (const { id, kind, name, patch, added, check, audit } of changedCases) {
    const title = `${id} in ${kind} ${name}`;
    if (!added)
      it(`${title} is found by check as an override: ${check.join(", ") || "not found"}`, () => {
        const { findings } = checkMesh({ ...changedCatalog, overrides: { [kind]: { [name]: patch } } });
        expect([...new Set(findings.map(({ code }) => code))].sort()).to.deep.equal(check);
      });

    it(`${title} is found by audit as YAML: ${audit.join(", ") || "not found"}`, () => {
      const without = auditOf(yamlOf(renderedManifests()));
      const found = [...auditOf(changedYaml({ kind, name, patch, ...(added && { added }) }))].filter(
        (one) => !without.has(one),
      );
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
