import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { facts, istioMinors } from "../policy-pack/facts";
import { programs } from "../toolchain/pins";

const root = join(__dirname, "..");

/** The owner of the facts, what is generated from it, its tests, and the history. */
const exempt = [
  "policy-pack/facts/facts.ts",
  "docs/versions.md",
  "policy-pack/tests/facts/",
  "tests/facts.test.ts",
  "CHANGELOG.md",
  "policy-pack/CHANGELOG.md",
  // What the pack offers, and examples that are judged on one day.
  "policy-pack/docs/offered.json",
  "policy-pack/docs/policies/",
  "policy-pack/docs/bulletins.md",
  "policy-pack/pages/",
];
/** Files with versions of packages, and those that others write: locks, Go's pins, and what is generated from charts and definitions. */
const foreign = /(^|\/)(package(-lock)?\.json|go\.(mod|sum))$|\.gen\.(ts|json)$/;

const { charts, images, retired, bulletins } = facts.istio;
const withoutScheme = (place: string): string => place.replace(/^\w+:\/\//, "");
const retiredPlaces = [...retired.charts, ...retired.images].map(withoutScheme);
const addOns = Object.entries(facts.addOns);
const places = [
  ...new Set([
    ...[charts.repository, charts.oci, images.hub].map(withoutScheme),
    ...addOns.map(([, { repository }]) => withoutScheme(repository)),
  ]),
];
/** Versions of Istio that the data file has: newest patches, and patches with a fix. */
const istioVersions = new Set<string>([
  ...Object.values(istioMinors).map(({ newest }) => newest),
  ...bulletins.flatMap(({ fixed }) => Object.values<string>(fixed)),
]);
/** Versions that the sandbox builds. `toolchain/pins.ts` owns them. */
const built = new Set<string>(Object.values(programs).map(({ version }) => version));

interface Line {
  readonly file: string;
  readonly text: string;
}

/** What is wrong with a line of a file, if anything. */
function faults({ file, text }: Line): string[] {
  const isTest = /(^|\/)tests\//.test(file);
  const isDocument = file.endsWith(".md");
  const isExample = isTest || isDocument;
  const found = [
    ...retiredPlaces.filter((place) => text.includes(place)).map((place) => `the retired place ${place}`),
    ...(isExample ? [] : places.filter((place) => text.includes(place))),
    ...foreignRepositories(text).map((url) => `the unknown chart repository ${url}`),
  ];
  for (const [chart, { version }] of addOns) {
    if (!isExample && text.includes(`"${version}"`)) found.push(`the version of the chart ${chart}`);
    const said = new RegExp(`\\b${chart}[ @:-]+v?(\\d+\\.\\d+\\.\\d+)\\b`).exec(text)?.[1];
    if (isDocument && said !== undefined && said !== version) found.push(`${chart} ${said}`);
  }
  for (const [version, patch] of text.matchAll(/(?<![\d.])1\.(?:2[6-9]|3\d)\.(\d+)(?!\d|\.\d)/g)) {
    if (isTest || file === "toolchain/pins.ts" || patch === undefined) continue;
    const isOfSandbox = built.has(version) && /sandbox|^\s+istio +:/.test(text);
    if (!(isDocument && (istioVersions.has(version) || isOfSandbox))) found.push(`the version ${version}`);
  }
  return found;
}

/** Chart repositories in a text that are neither in the data file nor an example, nor sources on GitHub. */
function foreignRepositories(text: string): string[] {
  const urls = text.match(/https?:\/\/[\w.-]+\/(?:[\w-]+\/)*(?:[\w-]+-)?charts\b/g) ?? [];
  return urls.filter(
    (url) =>
      !/\/\/(localhost|127\.0\.0\.1|[\w.-]*example\.com|github\.com)\//.test(url) &&
      !places.some((place) => place.startsWith(withoutScheme(url)) || withoutScheme(url).startsWith(place)),
  );
}

describe("facts from outside", () => {
  const files = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" })
    .split("\n")
    .filter((file) => /\.(ts|mjs|json|ya?ml|md|tpl)$|(^|\/)Makefile$/.test(file))
    .filter(
      (file) =>
        !foreign.test(file) &&
        !exempt.some((one) => file === one || (one.endsWith("/") && file.startsWith(one))),
    );

  it("stand in one data file only, and examples agree with it", () => {
    const found = files.flatMap((file) =>
      readFileSync(join(root, file), "utf8")
        .split("\n")
        .flatMap((text, index) => faults({ file, text }).map((what) => `${file}:${index + 1}: ${what}`)),
    );
    expect(files).to.have.length.greaterThan(500);
    expect(found).to.deep.equal([]);
  });

  it("are refused elsewhere, where they stand in source, and where an example is out of date", () => {
    const of = (file: string, text: string): string[] => faults({ file, text });
    expect(of("stacks/a.ts", 'const repo = "https://blob.istio.io/istio-release/charts";')).to.not.be.empty;
    expect(of("docs/a.md", "repository: https://blob.istio.io/istio-release/charts")).to.be.empty;
    for (const [place = ""] of [retired.charts, retired.images]) {
      for (const file of ["docs/a.md", "stacks/a.ts", "tests/a.test.ts"])
        expect(of(file, place)).to.not.be.empty;
    }
    expect(of("components/a.ts", `version: "${facts.addOns.grafana.version}"`)).to.not.be.empty;
    expect(of("docs/a.md", "grafana 1.2.3")).to.deep.equal(["grafana 1.2.3"]);
    expect(of("docs/a.md", `grafana ${facts.addOns.grafana.version}`)).to.be.empty;
    expect(of("docs/a.md", "https://somewhere.github.io/helm-charts")).to.not.be.empty;
    expect(of("tests/a.test.ts", "https://charts.example.com/charts")).to.be.empty;
    expect(of("catalog/a.ts", `/** Such as ${facts.istio.version}. */`)).to.not.be.empty;
    expect(of("docs/a.md", `version: ${facts.istio.version}`)).to.be.empty;
    expect(of("docs/a.md", "version: 1.31.77")).to.deep.equal(["the version 1.31.77"]);
    expect(of("README.md", `runs on the sandbox: Istio ${programs.istioctl.version}`)).to.be.empty;
    expect(of("README.md", `version: "${programs.istioctl.version}"`)).to.not.be.empty;
    expect(of("docs/a.md", "address: 10.1.31.0")).to.be.empty;
  });

  it("are in the package of the policy pack", () => {
    const packed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: join(root, "policy-pack"),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const packages = JSON.parse(packed) as { files: { path: string }[] }[];
    const contents = packages.flatMap((one) => one.files.map(({ path }) => path));
    expect(contents).to.include("facts/facts.ts");
  });

  it("are the defaults that the guide names", () => {
    const rows = readFileSync(join(root, "docs", "guide", "operation.md"), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .map((line) => line.split("|").map((cell) => cell.trim()));
    const defaultOf = (setting: string) => rows.find(([, name]) => name === `\`${setting}\``)?.[3];
    expect(defaultOf("istioVersion")).to.equal(`\`${facts.istio.version}\``);
    expect(defaultOf("imageHub")).to.equal(`\`${images.hub}\``);
  });
});
