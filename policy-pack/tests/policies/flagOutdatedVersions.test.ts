import { expect } from "chai";
import { clock } from "../../clock";
import { flagOutdatedVersions, messages } from "../../policies/flagOutdatedVersions";
import { type Resource, unknown, validateResource } from "../engine";
import { gatewayRelease, istiod } from "../resources";
import { said } from "../said";

const judge = (resource: Resource) => validateResource(flagOutdatedVersions, resource);
const version = (version: unknown) => judge(gatewayRelease({}, { version }));
const use = "1.31.4 or newer";
const outdated = (version: string, problem: string) =>
  said("Release istio-ingress/istio-ingress")("version", messages.outdated(version, { problem, use }));

describe("flag-outdated-versions", () => {
  const { now } = clock;
  const on = (day: string): void => {
    clock.now = () => Date.parse(`${day}T12:00:00Z`);
  };
  after(() => {
    clock.now = now;
  });

  it("is advisory", () => {
    expect(flagOutdatedVersions.enforcementLevel).to.equal("advisory");
  });

  it("warns in the last 30 days of a minor version's support, and not after its end", async () => {
    on("2026-09-12");
    expect(await version("1.29.9")).to.deep.equal({ violations: [] });
    for (const day of ["2026-09-13", "2026-10-12"]) {
      on(day);
      expect(await version("1.29.9")).to.deep.equal({
        violations: [
          "Release istio-ingress/istio-ingress: version is 1.29.9, which is of 1.29, whose support ends on 2026-10-12. Use " +
            "1.31.4 or newer.",
        ],
      });
    }
    on("2026-10-13");
    expect(await version("1.29.9")).to.deep.equal({ violations: [] });
  });

  it("still warns after an end of support that Istio has not confirmed", async () => {
    on("2027-01-01");
    expect(await version("1.30.8")).to.deep.equal({
      violations: [outdated("1.30.8", "is of 1.30, whose support was expected to end by 2026-12-31")],
    });
  });

  it("warns of patches that are older than a security bulletin", async () => {
    on("2026-11-26");
    const text = "was released before the fix of ISTIO-SECURITY-2026-007 (fixed in 1.31.2 or later)";
    expect(await version("1.31.1")).to.deep.equal({
      violations: [outdated("1.31.1", text)],
    });
    expect(await judge(istiod({ global: { tag: "1.31.1" } }))).to.deep.equal({
      violations: [
        said("Release istio-system/istiod")(
          "values.global.tag",
          messages.outdated("1.31.1", { problem: text, use }),
        ),
      ],
    });
    for (const fine of ["1.31.2", "1.31.4", "1.30.8", "1.99.0"]) {
      expect(await version(fine), fine).to.deep.equal({ violations: [] });
    }
  });

  it("does not report versions with known vulnerabilities, which require-supported-versions refuses", async () => {
    on("2026-11-26");
    for (const holed of ["1.31.0", "1.30.3", "1.20.0"]) {
      expect(await version(holed), holed).to.deep.equal({ violations: [] });
    }
  });

  it("reports unknown values as undecided", async () => {
    on("2026-11-26");
    expect((await version(unknown)).undecided).to.be.a("string");
  });
});
