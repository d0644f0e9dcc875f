import { expect } from "chai";
import { subjectOf } from "../../cli/proof/subject";
import { loadSubject } from "../../cli/subject";
import { combine, type Proof, proveStatically } from "../../prove";
import { foretoldTo } from "../../prove/proveByOracle";
import type { Caller } from "../../prove/question";
import { staticOracle } from "../../prove/static";
import { createTokenIssuer } from "../../prove/tokens";
import { deskWith, otherAnswers, provenClaims } from "./desk";
import { type Mutant, mutants, mutated, refutedClaims, subject } from "./shop";

describe("proveStatically", () => {
  it("proves every claim of a catalog", async () => {
    const proofs = await proveStatically(subject);
    expect(refutedClaims(proofs)).to.deep.equal([]);
    expect(proofs.filter(({ verdict }) => verdict === "not provable here")).to.deep.equal([]);
    expect(proofs.length).to.be.greaterThan(30);
  });

  for (const [mistake, mutant] of Object.entries<Mutant>(mutants)) {
    const { only, refuted, byModel = [] } = mutant;
    it(`refutes the claims that are wrong when ${mistake}`, async () => {
      const claims = refutedClaims(await proveStatically(mutated(mutant), only));
      expect(claims).to.have.members([...refuted, ...byModel]);
    });
  }

  it("does not know what an EnvoyFilter does that it does not read", async () => {
    const filter = {
      apiVersion: "networking.istio.io/v1alpha3",
      kind: "EnvoyFilter",
      metadata: { name: "lua", namespace: "shop" },
      spec: {
        workloadSelector: { labels: { app: "api" } },
        configPatches: [{ applyTo: "HTTP_FILTER", patch: { operation: "INSERT_BEFORE", value: {} } }],
      },
    };
    const proofs = await proveStatically(
      { ...subject, objects: [...subject.objects, filter] },
      "shop/web may call api",
    );
    expect(proofs.map(({ verdict, reason }) => [verdict, reason])).to.deep.equal([
      ["not provable here", "the model does not read EnvoyFilter shop/lua"],
      ["not provable here", "the model does not read EnvoyFilter shop/lua"],
    ]);
  });

  it("knows what a gateway answers itself: its status and its body", async () => {
    const proofs = await proveStatically(deskWith({}), "itself");
    expect(provenClaims(proofs)).to.deep.equal([
      "the gateway answers desk.example.com/robots.txt itself",
      "the gateway answers desk.example.com/closed itself",
    ]);
    for (const change of otherAnswers) {
      const claims = refutedClaims(await proveStatically(deskWith(change), "itself"));
      expect(claims).to.deep.equal(["the gateway answers desk.example.com/closed itself"]);
    }
  });

  it("translates the port of an outside host only for clients with a proxy", () => {
    const oracle = staticOracle(subject, createTokenIssuer());
    const bodies = (caller: Caller): string[] => {
      const target = { kind: "host", host: "pay.example.com", port: 80 } as const;
      const request = { method: "POST" };
      const asked = { path: "", claim: "", expect: "answered", scheme: "http", requestPath: "/" } as const;
      const { parts = [] } = foretoldTo(oracle, subject.mesh, { ...asked, caller, target, request }) ?? {};
      return parts.map(({ answer }) => (typeof answer === "object" && "body" in answer ? answer.body : ""));
    };
    expect(bodies({ kind: "unmeshed" })).to.deep.equal(['{"path":"/","port":80}']);
    expect(bodies({ kind: "workload", service: "web" })).to.deep.equal(['{"path":"/","port":443}']);
  });

  for (const platform of ["alfred", "autolytiq", "aikernel", "voicecore", "policycortex"]) {
    it(`proves ${platform}`, async () => {
      const proofs = await proveStatically(subjectOf(await loadSubject(platform, "prod")));
      expect(refutedClaims(proofs)).to.deep.equal([]);
      expect(proofs.filter(({ verdict }) => verdict === "not provable here")).to.deep.equal([]);
      expect(proofs.length).to.be.greaterThan(40);
    });
  }
});

describe("combine", () => {
  const proof = (claim: string, verdict: Proof["verdict"]): Proof => ({
    path: "p",
    claim,
    verdict,
    requests: 1,
  });

  it("takes a claim as refuted if one tier refutes it, and as proven if one proves it", () => {
    const proofs = combine({
      static: [proof("a", "proven"), proof("b", "refuted"), proof("c", "not provable here")],
      traffic: [proof("a", "refuted"), proof("b", "proven"), proof("c", "proven"), proof("d", "proven")],
    });
    expect(proofs.map(({ claim, verdict, tiers }) => [claim, verdict, tiers])).to.deep.equal([
      ["a", "refuted", { static: "proven", traffic: "refuted" }],
      ["b", "refuted", { static: "refuted", traffic: "proven" }],
      ["c", "proven", { static: "not provable here", traffic: "proven" }],
      ["d", "proven", { traffic: "proven" }],
    ]);
  });

  it("takes what istiod sends as one tier among others", () => {
    const proofs = combine({
      static: [proof("a", "proven")],
      xds: [proof("a", "refuted"), proof("b", "proven")],
    });
    expect(proofs.map(({ claim, verdict, tiers }) => [claim, verdict, tiers])).to.deep.equal([
      ["a", "refuted", { static: "proven", xds: "refuted" }],
      ["b", "proven", { xds: "proven" }],
    ]);
  });
});
