import { expect } from "chai";
import { changesOf } from "../../cli/cost/change";
import { memoryFor, proxyMemory } from "../../catalog";
import { exceededBy } from "../../cli/cost/budgets";
import { report } from "../../cli/cost/report";
import { sizeOf, sizeText } from "../../cli/cost/size";
import type { ProxyCost } from "../../prove";
import { istiodLimit, proxyLimit } from "../../prove/xds/memoryLimits";
import { inProcess } from "./inProcess";

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
      expect(Math.abs(modelled / megabytes - 1) * 100, configuration).to.be.at.most(proxyMemory.error);
    }
  });

  it("names the proxies that a change reaches, and what it adds to all their pods", () => {
    const before = { proxies: [proxy("api", 1000, 40), proxy("web", 1000), proxy("gone", 1000)] };
    const after = { proxies: [proxy("api", 11_000, 40), proxy("web", 1000), proxy("new", 1000, 1)] };
    const changes = changesOf(before, after);
    expect(changes.map(({ name, kind, bytes, memory }) => [name, kind, bytes, memory])).to.deep.equal([
      ["gone", "removed", -1000, -2 * memoryFor(1000)],
      ["new", "added", 1000, memoryFor(1000)],
      ["api", "changed", 10_000, 40 * 10_000 * proxyMemory.perByte],
    ]);
    const grown = changes.filter(({ kind }) => kind === "changed");
    const exceeded = exceededBy(after, grown, { budget: 2000, budgetAdded: 1e6 });
    expect(exceededBy(after, changes, { budgetAdded: 1e6 })).to.deep.equal([]);
    const text = report(after, changes, exceeded);
    expect(text).to.match(/The change reaches 41 of 43 proxies/);
    expect(text).to.match(/shop\/api +changed +\+10\.0 kB +~\+430\.0 kB × 40 pods/);
    expect(text.split("\n").slice(-4)).to.deep.equal([
      "over budget: shop/api gets 11.0 kB of configuration, more than 2.0 kB; most of it CDS: 1 resource of 10.9 kB",
      "  fix: remove calls that it does not make: each host adds clusters; or raise --budget",
      "over budget: the change adds about 17.2 MB to all proxies, more than 1.0 MB; most of it, 17.2 MB, to shop/api",
      "  fix: reduce what the change adds to shop/api, or raise --budget-added",
    ]);
    expect(report(after, changesOf(after, after), [])).to.include("The change reaches no proxy.");
  });

  it("finds proxies and an istiod that need more memory than their containers may have", () => {
    const limited = (name: string, memoryLimit: number): ProxyCost => ({ ...proxy(name, 1e6), memoryLimit });
    const cost = {
      proxies: [limited("api", 107e6), limited("web", 109e6), proxy("free", 1e6)],
      istiod: 300e6,
      istiodLimit: 256e6,
    };
    const found = exceededBy(cost, undefined, {});
    expect(found.map(({ kind, culprit, value, limit }) => [kind, culprit, value, limit])).to.deep.equal([
      ["memory", "shop/api", 108e6, 107e6],
      ["istiod", "istiod", 300e6, 256e6],
    ]);
    expect(found[0]?.message).to.equal(
      "shop/api needs about 108.0 MB of memory, and its limit is 107.0 MB, so the kernel kills its proxy; most of it CDS: 1 resource of 999.9 kB",
    );
    expect(found[0]?.fix).to.match(/^raise sidecar\.resources\.limits\.memory of its service/);
    expect(found[1]?.fix).to.equal("raise resources.limits.memory of istiod's values");
    expect(exceededBy({ ...cost, proxies: [], istiodLimit: 300e6 }, undefined, {})).to.deep.equal([]);
  });

  it("takes the limits from pods' annotations, and from the values of gateways and istiod", () => {
    const memory = (text: string): object => ({ resources: { limits: { memory: text } } });
    const release = (chart: string, name: string, values: object) => ({
      ...{ chart, name, namespace: "istio-system" },
      values: values as Record<string, unknown>,
    });
    const releases = [
      release("istiod", "istiod", { ...memory("2Gi"), global: { proxy: memory("256Mi") } }),
      release("gateway", "edge", memory("512Mi")),
    ];
    const workload = (name: string, rest: object = {}) => ({
      ...{ name, namespace: "istio-system", labels: {} },
      ...rest,
    });
    const annotations = { "sidecar.istio.io/proxyMemoryLimit": "128Mi" };
    expect(proxyLimit(workload("api", { annotations }), releases)).to.equal(128 * 2 ** 20);
    expect(proxyLimit(workload("api"), releases)).to.equal(256 * 2 ** 20);
    // With an annotation of other resources, istiod's values do not apply, so there is no limit.
    const cpu = { annotations: { "sidecar.istio.io/proxyCPU": "100m" } };
    expect(proxyLimit(workload("api", cpu), releases)).to.equal(undefined);
    expect(proxyLimit(workload("edge", { proxy: "gateway" }), releases)).to.equal(512 * 2 ** 20);
    expect(proxyLimit(workload("other", { proxy: "gateway" }), releases)).to.equal(undefined);
    expect(proxyLimit(workload("api"), [])).to.equal(undefined);
    expect([istiodLimit(releases), istiodLimit([])]).to.deep.equal([2 ** 31, undefined]);
  });

  it("refuses a size that it does not read, and a budget of a change without a base", async () => {
    const size = await inProcess(["cost", "alfred", "--budget", "much"]);
    expect([size.exitCode, size.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && text.includes("such as 500kB"),
    );
    const added = await inProcess(["cost", "alfred", "--budget-added", "1MB"]);
    expect(added.exitCode).to.equal(2);
    expect(added.stderr).to.include("--budget-added limits what a change adds, and there is no --base");
  });
});
