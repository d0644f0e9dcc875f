import { expect } from "chai";
import { type Bulletin, facts, type IstioMinor, istioMinors, type Source } from "../../facts";

const minors: [string, IstioMinor][] = Object.entries(istioMinors);
const bulletins: readonly Bulletin[] = facts.istio.bulletins;

/** Every source in the data. */
function sourcesOf(value: unknown): Source[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "sources" ? (inner as Source[]) : sourcesOf(inner),
  );
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(text).toISOString().startsWith(text);
}

describe("policy-pack/facts", () => {
  it("has a source for every fact, and the day on which it was read", () => {
    const owners = [
      facts.istio.charts,
      facts.istio.images,
      facts.istio.retired,
      ...minors.map(([, minor]) => minor),
      ...bulletins,
      ...Object.values(facts.addOns),
    ];
    for (const owner of owners) expect(owner.sources, JSON.stringify(owner)).to.not.be.empty;
    for (const { url, read } of sourcesOf(facts)) {
      expect(url).to.match(/^https:\/\//);
      expect(isDay(read), `${url}: ${read}`).to.equal(true);
    }
  });

  it("has the addresses where Istio publishes charts and images since 1.31", () => {
    expect(facts.istio.charts.repository).to.equal("https://blob.istio.io/istio-release/charts");
    expect(facts.istio.charts.oci).to.equal("oci://ghcr.io/istio/release/charts");
    expect(facts.istio.images.hub).to.equal("docker.io/istio");
  });

  it("has the default version as the newest patch of a minor version", () => {
    expect(minors.map(([, { newest }]) => newest)).to.include(facts.istio.version);
  });

  it("has days, patches and Kubernetes versions in their form and order", () => {
    for (const [minor, { released, endOfSupport, newest, kubernetes }] of minors) {
      expect([isDay(released), isDay(endOfSupport), released < endOfSupport], minor).to.deep.equal(
        [true, true, true],
        minor,
      );
      expect(newest).to.match(new RegExp(`^${minor.replace(".", "\\.")}\\.\\d+$`));
      const numbers = kubernetes.map((version) => Number(version.split(".")[1]));
      expect(
        numbers.map((number, index) => number - index),
        minor,
      ).to.deep.equal(numbers.map(() => numbers[0]));
    }
  });

  it("has fixes only of known minor versions, none newer than the newest patch", () => {
    for (const { name, fixed, presumed } of bulletins) {
      for (const [minor, fix] of [...Object.entries(fixed), ...Object.entries(presumed ?? {})]) {
        const newest = istioMinors[minor]?.newest ?? "";
        expect(fix.startsWith(`${minor}.`), `${name}: ${fix}`).to.equal(true);
        expect(Number(fix.split(".")[2]), `${name}: ${fix}`).to.be.at.most(Number(newest.split(".")[2]));
      }
    }
  });
});
