import { expect } from "chai";
import fc from "fast-check";
import {
  exempting,
  type Exemption,
  forgetExemptions,
  grant,
  honouredExemptions,
  leaveOpen,
  unusedExemptions,
} from "../exemptions";
import { forbidWeakerMtls } from "../policies/forbidWeakerMtls";
import { requireDefaultDeny } from "../policies/requireDefaultDeny";
import { clusterOf } from "../reading/cluster";
import { type Outcome, validateResource, validateStack } from "./engine";
import { namespace, peerAuthentication } from "./resources";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const DAY = 24 * 60 * 60 * 1000;
const cluster = clusterOf(undefined);
const subject = { name: "legacy", namespace: "shop", labels: {} };
const exemption: Exemption = {
  namespace: "shop",
  name: "legacy",
  until: "2026-11-22T12:00:00Z",
  reason: "INC-7, decided by the CISO",
};
const at = (offset: number) => ({ ...exemption, until: new Date(NOW + offset).toISOString() });

function reported(granted: readonly Exemption[], messages = ["It is weak."]): string[] {
  const reports: string[] = [];
  const report = exempting("some-policy", cluster, granted, (message) => reports.push(message), NOW);
  for (const message of messages) report(subject, message);
  return reports;
}

describe("exemptions", () => {
  beforeEach(forgetExemptions);
  after(forgetExemptions);

  it("are honoured until they end, and counted", () => {
    expect(reported([exemption], ["It is weak.", "It is weak again.", "It is weak."])).to.deep.equal([]);
    expect(honouredExemptions(cluster)).to.deep.equal([
      {
        ...exemption,
        policy: "some-policy",
        cluster,
        tolerated: new Set(["It is weak.", "It is weak again."]),
      },
    ]);
  });

  it("are refused after their end", () => {
    expect(reported([at(0)])).to.deep.equal(["It is weak. Its exemption ended at 2026-11-21T12:00:00.000Z."]);
    expect(reported([{ ...exemption, until: "soon" }])).to.deep.equal([
      "It is weak. Its exemption ended at soon.",
    ]);
    expect(honouredExemptions(cluster)).to.deep.equal([]);
  });

  it("are refused if they last longer than an emergency", () => {
    expect(reported([at(30 * DAY)])).to.deep.equal([]);
    forgetExemptions();
    expect(reported([at(30 * DAY + 1)])).to.deep.equal([
      "It is weak. Its exemption until 2026-12-21T12:00:00.001Z is not applied, because it ends more than 30 days ahead.",
    ]);
    expect(honouredExemptions(cluster)).to.deep.equal([]);
  });

  it("are honoured exactly within their time", () => {
    fc.assert(
      fc.property(fc.integer({ min: -90 * DAY, max: 90 * DAY }), (offset) => {
        const honoured = reported([at(offset)]).length === 0;
        expect(honoured).to.equal(offset > 0 && offset <= 30 * DAY);
      }),
    );
  });

  it("cover one name in one namespace", () => {
    for (const other of [
      { ...exemption, namespace: "bank" },
      { ...exemption, name: "catalog" },
    ]) {
      expect(reported([other])).to.deep.equal(["It is weak."]);
    }
  });

  it("may be granted again after one has ended", () => {
    expect(reported([at(-DAY), at(DAY)])).to.deep.equal([]);
  });

  const granting = (name: string, offset: number) => ({
    exemptions: [{ ...exemption, name, until: new Date(Date.now() + offset).toISOString() }],
  });

  it("hold for every policy of resources: PERMISSIVE for one workload until a timestamp", async () => {
    const weak = peerAuthentication({ mtls: { mode: "PERMISSIVE" } }, "shop");
    const judge = (configuration: object): Promise<Outcome> =>
      validateResource(forbidWeakerMtls, weak, configuration as Record<string, unknown>);
    expect(await judge(granting("default", DAY))).to.deep.equal({ violations: [] });
    expect(honouredExemptions(cluster).map(({ policy }) => policy)).to.deep.equal(["forbid-weaker-mtls"]);
    const { violations } = await judge(granting("default", -DAY));
    expect(violations).to.have.length(1);
    expect(violations[0]).to.match(/Set it to STRICT\. Its exemption ended at \d{4}-.*Z\.$/);
    expect((await judge(granting("other", DAY))).violations).to.have.length(1);
  });

  it("hold for every policy of stacks", async () => {
    const judge = (configuration: object) =>
      validateStack(requireDefaultDeny, [namespace()], configuration as Record<string, unknown>);
    expect(await judge(granting("shop", DAY))).to.deep.equal({ violations: [] });
    expect(honouredExemptions(cluster)).to.have.length(1);
    expect((await judge(granting("shop", -DAY))).violations[0]).to.match(/ Its exemption ended at /);
  });

  describe("that nothing needs", () => {
    const inShop = new Set(["shop"]);
    const unused = (namespaces: Set<string>) =>
      unusedExemptions(namespaces).map(({ policy, until }) => [policy, until]);
    const other = { ...exemption, until: "2026-11-23T12:00:00Z" };
    beforeEach(() => {
      grant("some-policy", () => [exemption, other]);
    });

    it("are reported separately until they are needed", () => {
      expect(unused(inShop)).to.deep.equal([
        ["some-policy", exemption.until],
        ["some-policy", other.until],
      ]);
      reported([exemption, other]);
      expect(unused(inShop)).to.deep.equal([["some-policy", other.until]]);
    });

    it("are not reported in stacks without the namespace", () => {
      expect(unused(new Set(["bank"]))).to.deep.equal([]);
    });

    it("may be needed yet if the policy met unknown values", () => {
      leaveOpen("another-policy");
      expect(unused(inShop)).to.have.length(2);
      leaveOpen("some-policy");
      expect(unused(inShop)).to.deep.equal([]);
    });

    it("are known from every policy, also one that no resource concerns", async () => {
      const namespaceOnly = namespace();
      await validateResource(forbidWeakerMtls, namespaceOnly, granting("default", DAY));
      await validateStack(requireDefaultDeny, [namespaceOnly], granting("other", DAY));
      expect(unusedExemptions(inShop).map(({ policy, name }) => `${policy} ${name}`)).to.deep.equal([
        "some-policy legacy",
        "some-policy legacy",
        "forbid-weaker-mtls default",
        "require-default-deny other",
      ]);
    });
  });
});
