import { expect } from "chai";
import { normalize } from "../../catalog";
import { normalizeResilience } from "../../catalog/resilience";
import { noRetries } from "../../catalog/retries";

describe("catalog/resilience", () => {
  it("has times in milliseconds, and none that is not declared", () => {
    expect(normalizeResilience({}, false)).to.deep.equal({ retries: noRetries });
    expect(
      normalizeResilience({ timeout: "1s", connectTimeout: "2s", idleTimeout: "3s" }, false),
    ).to.deep.equal({ timeout: 1000, connectTimeout: 2000, idleTimeout: 3000, retries: noRetries });
  });
});

describe("catalog/mesh", () => {
  it("has a revision and the version of a canary only if they are declared", () => {
    const revisions = { revision: "a", canaryIstioVersion: "9.9.9" };
    expect(normalize({ name: "shop", services: {}, ...revisions } as never)).to.deep.include(revisions);
    expect(normalize({ name: "shop", services: {} })).not.to.have.any.keys("revision", "canaryIstioVersion");
  });
});
