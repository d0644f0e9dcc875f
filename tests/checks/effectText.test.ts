import { expect } from "chai";
import type { Difference } from "../../effect";
import { atServers, differencesOf, workloadsText } from "../../checks/effectText";

const of = (kind: string, name: string, server?: string): Difference =>
  ({ kind, workload: { name }, ...(server && { server: { name: server } }) }) as unknown as Difference;

describe("checks/effectText", () => {
  it("names the first workload, and how many more", () => {
    const text = (...names: string[]): string =>
      workloadsText(names.map((name) => of("access gained", name)));
    expect(text("api")).to.equal('"api"');
    expect(text("api", "api")).to.equal('"api"');
    expect(text("api", "web", "api")).to.equal('"api" and 1 more workload');
    expect(text("api", "web", "cart")).to.equal('"api" and 2 more workloads');
  });

  it("has differences of callers as those of the workloads that they call", () => {
    const [first, ...others] = atServers([of("identity lost", "web", "api"), of("identity lost", "web")]);
    expect([first?.kind, first?.workload.name, others.length]).to.deep.equal(["identity lost", "api", 0]);
  });

  it("leaves out what follows from a lost proxy, and all of an object that refers to a missing one", () => {
    const differences = [of("proxy removed", "api"), of("access gained", "api"), of("access gained", "web")];
    const names = (kind: Difference["kind"], ...dangling: string[]): string[] =>
      differencesOf({ differences, dangling, refused: [] } as never, kind).map(
        ({ workload }) => workload.name,
      );
    expect(names("access gained")).to.deep.equal(["web"]);
    expect(names("proxy removed")).to.deep.equal(["api"]);
    expect(names("access gained", "no Secret")).to.deep.equal([]);
  });
});
