import { expect } from "chai";
import { changedCases, changedCatalog, withoutCase } from "../../docs/parity/changed";
import { istioctl } from "../../docs/parity/istioctl";
import { kiali } from "../../docs/parity/kiali";
import { kialiCases, withoutKialiCase } from "../../docs/parity/kialiCases";
import { suppressions } from "../../docs/parity/page";
import { checkMesh } from "../../mesh";
import { audited } from "../cli/audit/audited";
import { changedYaml, renderedManifests, yamlOf } from "./changedManifests";

const all = [...changedCases, ...kialiCases];

function auditOf(yaml: string): Set<string> {
  const { findings } = audited(yaml, { complete: true });
  return new Set(findings.map(({ code, object }) => `${code} ${object?.kind ?? ""} ${object?.name ?? ""}`));
}

/** What audit finds before a mistake, keyed by the objects that are added for it: most cases add none. */
const before = new Map<string, Set<string>>();

function auditBefore(given: readonly object[]): Set<string> {
  const key = JSON.stringify(given);
  const found = before.get(key) ?? auditOf(yamlOf([...renderedManifests(), ...given]));
  before.set(key, found);
  return found;
}

describe("mistakes in the objects themselves", () => {
  it("have a catalog without findings, and messages of the analyzer", () => {
    expect(checkMesh(changedCatalog).findings).to.deep.equal([]);
    const ids = [...istioctl, ...kiali].map(({ id }) => id);
    for (const { id } of all) expect(ids).to.include(id);
  });

  it("are about each message of the analyzer and each validation of Kiali, or it is said why not", () => {
    const reasons = [...withoutCase, ...withoutKialiCase].map(([id]) => id);
    const made = all.map(({ id }) => id);
    const ids = [...istioctl, ...kiali].map(({ id }) => id);
    expect([...new Set([...made, ...reasons])]).to.have.members(ids);
    for (const id of reasons) expect(made).not.to.include(id);
  });

  it("are explained if neither check nor audit finds them", () => {
    for (const { id, check, audit, why } of all) {
      if (check.length + audit.length === 0) expect(why, id).to.be.a("string");
    }
  });

  for (const { id, kind, name, patch, added, given = [], check, audit } of all) {
    const title = `${id} in ${kind} ${name}`;
    if (!added)
      it(`${title} is found by check as an override: ${check.join(", ") || "not found"}`, () => {
        const { findings } = checkMesh({ ...changedCatalog, overrides: { [kind]: { [name]: patch } } });
        expect([...new Set(findings.map(({ code }) => code))].sort()).to.deep.equal(check);
      });

    it(`${title} is found by audit as YAML: ${audit.join(", ") || "not found"}`, () => {
      const without = auditBefore(given);
      const found = [...auditOf(changedYaml({ kind, name, patch, given, ...(added && { added }) }))].filter(
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
