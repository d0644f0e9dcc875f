import { expect } from "chai";
import { facts, minorOf, supportedKubernetes, supportProblems } from "../../facts";

const at = (day: string) => Date.parse(`${day}T12:00:00Z`);
const quiet = at("2026-09-01");

describe("policy-pack/facts/support", () => {
  it("has no problem with the newest patches of minor versions that are supported", () => {
    for (const version of ["1.31.4", "v1.31.4", "1.31.4-distroless", "1.30.8", "1.31.2", "1.30.6"]) {
      expect(supportProblems(version, quiet), version).to.deep.equal([]);
    }
    expect(supportProblems(facts.istio.version, at("2026-11-26"))).to.deep.equal([]);
  });

  it("finds patches with known vulnerabilities, and lists all bulletins", () => {
    const level = "unsupported" as const;
    expect(supportProblems("1.31.0", quiet)[0]).to.deep.equal({
      level,
      cause: "patch",
      problem: "has known vulnerabilities: GHSA-qm8v-g4f9-qhjx (fixed in 1.31.1)",
      use: "1.31.4 or newer",
    });
    expect(supportProblems("1.30.3", quiet)[0]).to.deep.equal({
      level,
      cause: "patch",
      problem:
        "has known vulnerabilities: GHSA-qm8v-g4f9-qhjx (fixed in 1.30.4), ISTIO-SECURITY-2026-006 (fixed in 1.30.4)",
      use: "1.30.8 or newer",
    });
    for (const version of ["1.30.0", "1.30.1", "1.30.2", "1.30.3-debug", "1.31.0-rc.1", "1.29.6"]) {
      expect(supportProblems(version, quiet)[0]?.level, version).to.equal(level);
    }
  });

  it("warns about patches that are older than a fix with an unknown patch", () => {
    for (const version of ["1.31.1", "1.30.4", "1.30.5"]) {
      expect(
        supportProblems(version, quiet).map(({ level }) => level),
        version,
      ).to.deep.equal(["outdated"]);
    }
    expect(supportProblems("1.31.1", quiet)).to.deep.equal([
      {
        level: "outdated",
        cause: "patch",
        problem: "was released before the fix of ISTIO-SECURITY-2026-007 (fixed in 1.31.2 or later)",
        use: "1.31.4 or newer",
      },
    ]);
  });

  it("warns 30 days before the confirmed end of support, and refuses after it", () => {
    const end = (day: string) => supportProblems("1.29.9", at(day));
    expect(end("2026-09-12")).to.deep.equal([]);
    const warning = {
      level: "outdated",
      cause: "date",
      problem: "is of 1.29, whose support ends on 2026-10-12",
      use: "1.31.4 or newer",
    };
    expect(end("2026-09-13")).to.deep.equal([warning]);
    expect(end("2026-10-12")).to.deep.equal([warning]);
    const refusal = {
      level: "unsupported",
      cause: "date",
      problem: "is of 1.29, whose support ended on 2026-10-12",
      use: "1.31.4 or newer",
    };
    expect(end("2026-10-13")).to.deep.equal([refusal]);
    expect(supportProblems("1.29.0", at("2026-10-13")).map(({ cause }) => cause)).to.deep.equal([
      "patch",
      "date",
    ]);
  });

  it("only warns about an end that Istio has not confirmed, also after that day", () => {
    const end = (day: string) => supportProblems("1.30.8", at(day));
    expect(end("2026-12-01")).to.deep.equal([]);
    expect(end("2026-12-02")).to.deep.equal([
      {
        level: "outdated",
        cause: "date",
        problem: "is of 1.30, whose support is expected to end by 2026-12-31",
        use: "1.31.4 or newer",
      },
    ]);
    expect(end("2027-06-01")).to.deep.equal([
      {
        level: "outdated",
        cause: "date",
        problem: "is of 1.30, whose support was expected to end by 2026-12-31",
        use: "1.31.4 or newer",
      },
    ]);
  });

  it("refuses versions older than all it has, and has nothing against newer ones", () => {
    expect(supportProblems("1.20.0", quiet)).to.deep.equal([
      {
        level: "unsupported",
        cause: "date",
        problem: "is no longer supported",
        use: "1.31.4 or newer",
      },
    ]);
    expect(supportProblems("1.99.0", quiet)).to.deep.equal([]);
    for (const text of ["latest", "1.31", "", "${version}"]) {
      expect(supportProblems(text, quiet), text).to.deep.equal([]);
    }
  });

  it("has the minor versions of Kubernetes that Istio supports", () => {
    expect(supportedKubernetes("1.30.8")).to.deep.equal(["1.32", "1.33", "1.34", "1.35", "1.36"]);
    expect(supportedKubernetes("1.31.0")?.at(-1)).to.equal("1.37");
    expect(supportedKubernetes("1.99.0")).to.equal(undefined);
    expect(minorOf("v1.31.4-distroless")).to.equal("1.31");
    expect(minorOf("latest")).to.equal(undefined);
  });
});
