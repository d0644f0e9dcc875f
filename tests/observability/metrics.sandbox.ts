import { readFileSync } from "node:fs";
import { expect } from "chai";
import { type Metric, metrics } from "../../observability/metrics";
import { ensureToolchain } from "../../toolchain";

const all: Readonly<Record<string, Metric>> = metrics;
const reportedBy = (reporter: Metric["reportedBy"]): string[] =>
  Object.keys(all).filter((name) => all[name]?.reportedBy === reporter);

describe("metrics of Istio's programs", () => {
  const programs: Record<string, Buffer> = {};
  before(async () => {
    const names = ["pilot-discovery", "pilot-agent"] as const;
    const toolchain = await ensureToolchain(names);
    for (const name of names) programs[name] = readFileSync(toolchain.program(name));
  });

  it("are known to istiod", () => {
    for (const name of reportedBy("istiod")) {
      expect(programs["pilot-discovery"]?.includes(name), name).to.equal(true);
    }
    expect(programs["pilot-discovery"]?.includes("pilot_total_nacks")).to.equal(false);
  });

  it("are known to the agent, which puts its own name before them", () => {
    for (const name of reportedBy("agent")) {
      expect(programs["pilot-agent"]?.includes(name.replace("istio_agent_", "")), name).to.equal(true);
    }
  });
});
