import { expect } from "chai";
import { changesOf } from "../../cli/cost/change";
import { coefficients, memoryFor } from "../../cli/cost/memory";
import { report } from "../../cli/cost/report";
import { sizeOf, sizeText } from "../../cli/cost/size";
import type { ProxyCost } from "../../prove";
import { meshwright } from "./run";

function proxy(name: string, bytes: number, pods = 2): ProxyCost {
  const part = (size: number) => ({ resources: 1, bytes: size, fingerprint: String(size) });
  const sent = { LDS: part(100), RDS: part(0), CDS: part(bytes - 100), EDS: part(0) };
  return { namespace: "shop", name, proxy: "sidecar", pods, sent, bytes };
}

describe("meshwright cost", () => {
  it("reads and writes sizes", () => {
    expect(["12B", "1.5 kB", "500kB", "2MB", "1gb"].map(sizeOf)).to.deep.equal([12, 1500, 500e3, 2e6, 1e9]);
    for (const wrong of ["", "12", "kB", "1 TB", "-1kB"])
      expect(() => sizeOf(wrong)).to.throw("such as 500kB");
    expect([12, 1499, 2_000_000, -1500].map(sizeText)).to.deep.equal(["12 B", "1.5 kB", "2.0 MB", "-1.5 kB"]);
  });

  it("models the memory within the stated error of what bench/sidecarMemory.ts has measured", () => {
    const measured = { 0: 65, 0.89: 103, 1.79: 142, 3.58: 217, 7.2: 369 };
    for (const [configuration, megabytes] of Object.entries(measured)) {
      const modelled = memoryFor(Number(configuration) * 1e6) / 1e6;
      expect(Math.abs(modelled / megabytes - 1) * 100, configuration).to.be.at.most(coefficients.error);
    }
  });

  it("names the proxies that a change reaches, and what it adds to all their pods", () => {
    const before = { proxies: [proxy("api", 1000, 40), proxy("web", 1000), proxy("gone", 1000)] };
    const after = { proxies: [proxy("api", 11_000, 40), proxy("web", 1000), proxy("new", 1000, 1)] };
    const changes = changesOf(before, after);
    expect(changes.map(({ name, kind, bytes, memory }) => [name, kind, bytes, memory])).to.deep.equal([
      ["gone", "removed", -1000, -2 * memoryFor(1000)],
      ["new", "added", 1000, memoryFor(1000)],
      ["api", "changed", 10_000, 40 * 10_000 * coefficients.perByte],
    ]);
    const text = report(after, changes, ["shop/api gets 11.0 kB of configuration, more than 2.0 kB"]);
    expect(text).to.match(/The change reaches 41 of 43 proxies/);
    expect(text).to.match(/shop\/api +changed +\+10\.0 kB +~\+430\.0 kB × 40 pods/);
    expect(text).to.include("over budget: shop/api gets 11.0 kB of configuration, more than 2.0 kB");
    expect(report(after, changesOf(after, after), [])).to.include("The change reaches no proxy.");
  });

  it("refuses a size that it does not read, and a budget of a change without a base", async () => {
    const size = await meshwright(["cost", "alfred", "--budget", "much"]);
    expect([size.exitCode, size.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && text.includes("such as 500kB"),
    );
    const added = await meshwright(["cost", "alfred", "--budget-added", "1MB"]);
    expect(added.exitCode).to.equal(2);
    expect(added.stderr).to.include("--budget-added limits what a change adds, and there is no --base");
  });
});
