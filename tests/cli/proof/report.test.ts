import { expect } from "chai";
import { junit } from "../../../cli/proof/junit";
import { provenFields } from "../../../cli/proof/fields";
import { type ProofReport, reportJson, summary } from "../../../cli/proof/report";
import type { CombinedProof } from "../../../prove";

const proof = (rest: Partial<CombinedProof>): CombinedProof => ({
  path: 'hosts["a"]',
  claim: "x < y & z",
  verdict: "proven",
  requests: 1,
  tiers: {},
  ...rest,
});

describe("cli/proof/report", () => {
  const proofs = [
    proof({ requests: 3 }),
    proof({ verdict: "refuted" }),
    proof({ verdict: "not provable here" }),
  ];
  const counts = { claims: 3, proven: 1, refuted: 1, notProvableHere: 1, requests: 5 };

  it("counts the verdicts in JSON, with the laboratory's memory only if there was a laboratory", () => {
    const read = (report: ProofReport): unknown => JSON.parse(reportJson(report));
    const plain = JSON.parse(JSON.stringify(proofs)) as unknown;
    expect(read({ proofs, seconds: 7 })).to.deep.equal({ seconds: 7, ...counts, proofs: plain });
    const fields = { proven: ["name"], open: [] };
    expect(read({ proofs, seconds: 7, laboratoryBytes: 512_000_000, fields })).to.deep.equal({
      seconds: 7,
      laboratoryBytes: 512_000_000,
      fields,
      ...counts,
      proofs: plain,
    });
  });

  it("says the counts and the memory in its last line", () => {
    const line = "1 of 3 claims proven (33 %), 1 refuted, 1 not provable here; 5 requests, 7 s";
    expect(summary({ proofs, seconds: 7 })).to.equal(line);
    expect(summary({ proofs, seconds: 7, laboratoryBytes: 512_400_000 })).to.equal(
      `${line}, 512 MB at most in the laboratory`,
    );
    expect(summary({ proofs: [], seconds: 0 })).to.contain("0 of 0 claims proven (0 %)");
  });
});

describe("junit", () => {
  it("shows a refuted claim as a failure, one that is not provable as skipped, and escapes texts", () => {
    const counterexample = { request: "GET /", expected: "denied", seen: "200 \u0001" };
    const text = junit(
      "shop",
      [
        proof({ milliseconds: 1500 }),
        proof({ verdict: "refuted", counterexample }),
        proof({ verdict: "not provable here", reason: 'it is "far"' }),
      ],
      7,
    );
    expect(text.split("\n").slice(1)).to.deep.equal([
      '<testsuites name="meshwright prove" tests="3" failures="1" skipped="1" errors="0" time="7">',
      '<testsuite name="shop" tests="3" failures="1" skipped="1" errors="0" time="7">',
      '<testcase classname="hosts[&quot;a&quot;]" name="x &lt; y &amp; z" time="1.5"/>',
      '<testcase classname="hosts[&quot;a&quot;]" name="x &lt; y &amp; z" time="0"><failure message="expected denied, seen 200 ">catalog: hosts[&quot;a&quot;]',
      "request: GET /",
      "expected: denied",
      "seen: 200 </failure></testcase>",
      '<testcase classname="hosts[&quot;a&quot;]" name="x &lt; y &amp; z" time="0"><skipped message="it is &quot;far&quot;"/></testcase>',
      "</testsuite>",
      "</testsuites>",
      "",
    ]);
  });
});

describe("provenFields", () => {
  it("finds which fields a wrong value of which would be noticed, and which not", async () => {
    const http = { port: 80, targetPort: 8080, protocol: "http" };
    const catalog = {
      name: "shop",
      alerts: { errorRate: 0.1 },
      services: {
        web: { calls: { api: { methods: ["GET"], timeout: "2s" } } },
        api: { ports: { http }, circuitBreaker: { maxConnections: 50 } },
      },
      networkPolicies: { dnsPorts: [5353] },
    };
    const { proven, open } = await provenFields({ name: "shop", catalog });
    expect(proven).to.include.members([
      "services.web.calls.api.methods[0]",
      "services.web.calls.api.timeout",
      "services.api.ports.http.targetPort",
      "services.api.circuitBreaker.maxConnections",
      "networkPolicies.dnsPorts[0]",
    ]);
    // Alerts decide nothing.
    expect(open).to.deep.equal([]);
    // A catalog without NetworkPolicies demands nothing of them.
    const all = await provenFields({ name: "shop", catalog: { ...catalog, networkPolicies: {} } });
    expect(all.open).to.deep.equal(["networkPolicies"]);
  });
});
