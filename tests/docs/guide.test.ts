import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { expect } from "chai";
import { parseAllDocuments } from "yaml";
import type { Finding } from "../../checks";
import { checkMesh, type Manifest, renderMesh } from "../../mesh";
import { find } from "../mesh/render";
import { commandsIn, isCommand } from "./commands";
import { problemsOf } from "./compile";
import { anchorsOf, type Block, blocksOf, linksOf } from "./markdown";
import { differences } from "./subset";

const root = join(__dirname, "..", "..");

/** A catalog of a page, with the objects and findings that stand below it. */
interface Example {
  /** Page and line, such as `calls.md:12`. */
  readonly name: string;
  readonly source: string;
  readonly file: string;
  readonly objects: Partial<Manifest>[];
  readonly findings: string | undefined;
}

const pages = globSync(join(root, "docs", "guide", "*.md"))
  .sort()
  .map((path) => ({ path, text: readFileSync(path, "utf8") }));

const examples = pages.flatMap(({ path, text }) => examplesOf(basename(path), blocksOf(text)));

function examplesOf(page: string, blocks: readonly Block[]): Example[] {
  const starts = blocks.flatMap(({ language }, i) => (language === "ts" ? [i] : []));
  return starts.map((start, i) => {
    const own = blocks.slice(start, starts[i + 1]);
    const textOf = (language: string): string[] =>
      own.filter((block) => block.language === language).map((block) => block.text);
    return {
      name: `${page}:${own[0]?.line ?? 0}`,
      source: textOf("ts").join(""),
      file: `${page.replace(".md", "")}-${i}.ts`,
      objects: textOf("yaml").flatMap((yaml) =>
        parseAllDocuments(yaml).map((one) => one.toJS() as Partial<Manifest>),
      ),
      findings: textOf("text")[0],
    };
  });
}

/** As `meshwright check` prints it. */
function asText({ severity, code, path, message, fix }: Finding): string {
  return `${severity} ${code} ${path}\n  ${message}\n  fix: ${fix}\n`;
}

describe("docs/guide", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(root, "tests", "guide-"));
    for (const { file, source } of examples) {
      const text = source.startsWith("import")
        ? source
        : `import { defineMesh } from "meshwright";\n${source}`;
      writeFileSync(join(folder, file), text.replaceAll('"meshwright"', '"../../catalog"'));
    }
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("has catalogs that compile", function () {
    this.timeout(120_000);
    expect(examples).to.have.length.greaterThan(20);
    expect(problemsOf(examples.map(({ file }) => join(folder, file)))).to.deep.equal([]);
  });

  for (const { name, file, objects, findings: told } of examples) {
    it(`shows what comes of the catalog at ${name}`, () => {
      const { catalog } = createRequire(__filename)(join(folder, file)) as { catalog: unknown };
      const { findings, mesh } = checkMesh(catalog);
      expect(findings.map(asText).join("\n")).to.equal(told ?? "");
      if (objects.length === 0) return;
      if (!mesh) throw new Error("a catalog with errors has no objects to show");
      const rendered = renderMesh(mesh);
      for (const { kind = "", metadata, ...rest } of objects) {
        const object = find(rendered, kind, metadata?.name ?? "", metadata?.namespace);
        expect(
          differences({ kind, metadata, ...rest }, object),
          `${kind} ${object.metadata.name}`,
        ).to.deep.equal([]);
      }
    });
  }

  it("names only commands that there are", () => {
    const shell = pages.flatMap(({ text }) => blocksOf(text)).filter(({ language }) => language === "sh");
    const called = shell.flatMap(({ text }) => commandsIn(text));
    expect(called).to.have.length.greaterThan(0);
    expect(called.filter((words) => !isCommand(words))).to.deep.equal([]);
  });

  it("has links that lead somewhere, from every page and to every page", () => {
    const linked = new Set<string>();
    for (const { path, text } of pages) {
      for (const link of linksOf(text)) {
        const [file = "", anchor] = link.split("#");
        const target = join(dirname(path), file);
        linked.add(relative(root, target));
        if (anchor === undefined) continue;
        expect(anchorsOf(readFileSync(target, "utf8")), `${basename(path)}: ${link}`).to.include(anchor);
      }
    }
    for (const { path } of pages) {
      if (basename(path) !== "README.md") expect([...linked]).to.include(relative(root, path));
    }
    expect(globSync([...linked], { cwd: root })).to.have.members([...linked]);
  });
});
