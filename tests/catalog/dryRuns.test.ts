import { expect } from "chai";
import type { Service } from "../../catalog";
import { hasDryRuns, isDryRun } from "../../catalog/dryRuns";

const service = (authorization: Service["authorization"], ...dryRuns: unknown[]): Service =>
  ({ authorization, incoming: dryRuns.map((dryRun) => ({ dryRun })) }) as unknown as Service;

describe("catalog/dryRuns", () => {
  it("are those of a service, or of any call to it", () => {
    expect(isDryRun(service("enforced"))).to.equal(false);
    expect(isDryRun(service("enforced", undefined))).to.equal(false);
    expect(isDryRun(service("enforced", undefined, "denied"))).to.equal(true);
    expect(isDryRun(service("dryRun"))).to.equal(true);
  });

  it("are those of the mesh, or of any service", () => {
    const enforced = service("enforced");
    const mesh = (authorization: Service["authorization"], ...services: Service[]): boolean =>
      hasDryRuns({ authorization, services });
    expect(mesh("enforced", enforced)).to.equal(false);
    expect(mesh("enforced", enforced, service("dryRun"))).to.equal(true);
    expect(mesh("dryRun", enforced)).to.equal(true);
  });
});
