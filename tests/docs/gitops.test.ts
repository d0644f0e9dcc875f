import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { parse, parseAllDocuments } from "yaml";
import { addOnCharts } from "../../components";
import { releasesOf, planOf } from "../../program/plan";
import { platformList, platformNames } from "../../platforms";
import { readSettings } from "../../program/settings";
import { inProcess } from "../cli/inProcess";
import { commandsIn, isCommand } from "./commands";
import { anchorsOf, blocksOf, linksOf } from "./markdown";

const root = join(__dirname, "..", "..");
const path = join(root, "docs", "gitops.md");
const page = readFileSync(path, "utf8");
const blocks = (language: string): string[] =>
  blocksOf(page)
    .filter((block) => block.language === language)
    .map(({ text }) => text);

/** What `render` writes of a Helm release. */
interface Release {
  readonly release: string;
  readonly chart: string;
  readonly version: string;
  readonly repository: string;
  readonly namespace: string;
  readonly values: unknown;
}

interface Application {
  readonly kind: "Application";
  readonly spec: {
    readonly destination: { readonly namespace: string };
    readonly source: {
      readonly repoURL: string;
      readonly chart?: string;
      readonly targetRevision: string;
      readonly helm?: { readonly releaseName: string; readonly valuesObject: unknown };
      readonly directory?: { readonly exclude: string };
    };
  };
}

interface HelmRepository {
  readonly kind: "HelmRepository";
  readonly metadata: { readonly name: string };
  readonly spec: { readonly url: string };
}

interface HelmRelease {
  readonly kind: "HelmRelease";
  readonly spec: {
    readonly releaseName: string;
    readonly targetNamespace: string;
    readonly storageNamespace: string;
    readonly chart: {
      readonly spec: {
        readonly chart: string;
        readonly version: string;
        readonly sourceRef: { name: string };
      };
    };
    readonly values: unknown;
  };
}

type Example = Release | Application | HelmRepository | HelmRelease;

const examples = blocks("yaml").flatMap((text) =>
  parseAllDocuments(text).map((document) => document.toJS() as Example),
);
const ofKind = <T extends Example & { kind: string }>(kind: T["kind"]): T[] =>
  examples.filter((one): one is T => "kind" in one && one.kind === kind);

function ofArgoCd({ spec: { destination, source } }: Application): Release {
  return {
    release: source.helm?.releaseName ?? "",
    chart: source.chart ?? "",
    version: source.targetRevision,
    repository: source.repoURL,
    namespace: destination.namespace,
    values: source.helm?.valuesObject,
  };
}

function ofFlux({ spec: { chart, ...spec } }: HelmRelease): Release {
  const { chart: name, version, sourceRef } = chart.spec;
  const repository = ofKind<HelmRepository>("HelmRepository").find(
    (one) => one.metadata.name === sourceRef.name,
  );
  expect(spec.storageNamespace).to.equal(spec.targetNamespace);
  return {
    release: spec.releaseName,
    chart: name,
    version,
    repository: repository?.spec.url ?? "",
    namespace: spec.targetNamespace,
    values: spec.values,
  };
}

describe("docs/gitops", function () {
  this.timeout(120_000); // the first run compiles what it needs
  const [command = "", script = ""] = blocks("sh");
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "gitops-"));
    const [, words = ""] = /^npx meshwright (.*) deploy\n$/.exec(command) ?? [];
    const { exitCode, stderr } = await inProcess([...words.split(" "), folder], { cwd: root });
    expect(exitCode, stderr).to.equal(0);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const written = (release: string): Release =>
    parse(readFileSync(join(folder, "releases", `${release}.yaml`), "utf8")) as Release;

  it("shows a release as render writes it, and the same one for Argo CD and for Flux", () => {
    const [shown, ...others] = examples.filter((one): one is Release => "release" in one);
    const [application, ...objects] = ofKind<Application>("Application");
    const [helmRelease, another] = ofKind<HelmRelease>("HelmRelease");
    if (shown === undefined || application === undefined || helmRelease === undefined) {
      throw new Error("one of the three examples is missing");
    }
    expect(shown).to.deep.equal(written(shown.release));
    expect(ofArgoCd(application)).to.deep.equal(shown);
    expect(ofFlux(helmRelease)).to.deep.equal(shown);
    // No other example says what a release is.
    expect([...others, another, ...objects.filter(({ spec }) => spec.source.helm)]).to.deep.equal([
      undefined,
    ]);
  });

  it("installs every chart that there can be, each once", () => {
    const [, loop = ""] = /^for one in (.*?); do install/m.exec(script) ?? [];
    const single = [...script.matchAll(/^install (\S+)$/gm)].map(([, chart]) => chart);
    const installed = [...single, ...loop.split(" ")];
    expect(installed).to.have.members(["base", "cni", "istiod", "gateway", ...Object.keys(addOnCharts)]);
    for (const platform of platformNames) {
      const plan = planOf(readSettings(platformList, { get: (key) => ({ platform })[key] }));
      expect(installed, platform).to.include.members(releasesOf(plan).map(({ chart }) => chart));
    }
  });

  it("leaves the same objects for the end with kubectl as with Argo CD", () => {
    const [, last = ""] = /^last='(.*)'$/m.exec(script) ?? [];
    const exclude =
      ofKind<Application>("Application").map(({ spec }) => spec.source.directory?.exclude)[1] ?? "";
    expect(last).to.contain("deployment");
    expect(exclude.replaceAll(/[{}]/g, "").split(",")).to.deep.equal([
      ...["cluster/*", "releases/*"],
      ...last.split("|").map((kind) => `*/${kind}-*`),
    ]);
  });

  it("names only commands that there are, and links that lead somewhere", () => {
    expect(commandsIn(command)).to.have.length(1);
    expect(commandsIn(page).filter((words) => !isCommand(words))).to.deep.equal([]);
    for (const link of linksOf(page)) {
      const [file = "", anchor] = link.split("#");
      const target = join(dirname(path), file);
      expect(existsSync(target), link).to.equal(true);
      if (anchor !== undefined) expect(anchorsOf(readFileSync(target, "utf8")), link).to.include(anchor);
    }
    expect(linksOf(readFileSync(join(root, "README.md"), "utf8"))).to.include("docs/gitops.md");
  });
});
