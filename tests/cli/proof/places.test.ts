import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { located, overrideText } from "../../../cli/proof/places";
import { subjectOf } from "../../../cli/proof/subject";
import { loadSubject } from "../../../cli/subject";
import { combine, type Proof, proveStatically } from "../../../prove";
import { wrongOverrides } from "../../prove/wrongOverrides";

describe("located", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "places-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("names the lines of refuted claims, and the override by which each fails", async () => {
    const file = join(folder, "catalog.yaml");
    writeFileSync(file, wrongOverrides);
    const subject = await loadSubject(file, undefined);
    const proofs = await located(subject, combine({ static: await proveStatically(subjectOf(subject)) }));
    const refuted = proofs.filter(({ verdict }) => verdict === "refuted");
    expect(
      refuted.map(({ claim, counterexample, place }) => ({
        claim,
        expected: counterexample?.expected,
        catalog: place?.catalog,
        override: place?.override && overrideText(place.override),
      })),
    ).to.deep.equal([
      {
        claim: "api:http denies every identity without a call",
        expected: "denied",
        catalog: `${file}:10`,
        override: `AuthorizationPolicy shop/api (shop/authorizationpolicy-api.yaml:14, ${file}:18)`,
      },
      {
        claim: "requests to api are divided: 80 % to v1, 20 % to v2",
        expected: "80 % to v1, 20 % to v2",
        catalog: `${file}:13`,
        override: `VirtualService shop/api (shop/virtualservice-api.yaml:15, ${file}:24)`,
      },
    ]);
    expect(proofs.some(({ place, verdict }) => verdict !== "refuted" && place !== undefined)).to.equal(false);
  });

  it("names the first of several overrides that are each enough", async () => {
    const file = join(folder, "several.yaml");
    const policies = "overrides:\n  AuthorizationPolicy:\n";
    const open =
      '    shop/default-deny: { spec: { rules: [{ from: [{ source: { principals: ["*"] } }] }] } }\n';
    writeFileSync(file, wrongOverrides.replace(policies, policies + open));
    const subject = await loadSubject(file, undefined);
    const claim = "api:http denies every identity without a call";
    const all = combine({ static: await proveStatically(subjectOf(subject), claim) });
    const proofs = await located(subject, all);
    expect(proofs.map(({ verdict, place }) => [verdict, place?.override?.object])).to.deep.equal([
      ["refuted", "AuthorizationPolicy shop/default-deny"],
    ]);
  });

  it("names the override of an object that is rendered from the claim's place, if the model proves the claim", async () => {
    const file = join(folder, "others.yaml");
    writeFileSync(file, wrongOverrides);
    const counterexample = { request: "GET /", expected: "denied", seen: "200" };
    const refuted = (path: string): Proof => ({
      path,
      claim: "by requests",
      verdict: "refuted",
      requests: 1,
      counterexample,
    });
    const proofs = await located(
      await loadSubject(file, undefined),
      combine({ traffic: [refuted("services.api"), refuted("services.web.ports.http")] }),
    );
    expect(proofs.map(({ place }) => [place?.catalog, place?.override?.object])).to.deep.equal([
      [`${file}:9`, "VirtualService shop/api"],
      [`${file}:5`, undefined],
    ]);
  });
});
