import { globSync, readFileSync } from "node:fs";
import { expect } from "chai";
import ts from "typescript";
import { stripCode } from "./docs/markdown";
import { longSentences, paragraphsOf, paragraphsOfSource } from "./sentences";

/**
 * Folders and pages that keep to the vocabulary: the prose of Markdown, and the docstrings and texts of sources. A folder
 * is added once its texts do.
 */
const held = [
  "bench",
  "catalog",
  "checks",
  "cli",
  "components",
  "deployments",
  "docs",
  "effect",
  "errors",
  "examples",
  "mesh",
  "observability",
  "platforms",
  "plugin",
  "policy-pack",
  "program",
  "prove",
  "sandbox",
  "stacks",
  "templates",
  "toolchain",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "README.md",
];

/** Words that readers don't search for, each with what to write instead. Vague subjects come first, then synonyms. */
const words: readonly (readonly [word: RegExp, instead: string])[] = [
  [/\b(whoever|whomever|nobody|somebody|anybody|everybody)\b/, "name the client, caller, user or component"],
  [/\bsomeone( else)?'s\b/, "name the owner"],
  [/\blest\b/, "otherwise"],
  [/\bnone the less\b/, "still"],
  [/\bbut for\b/, "except"],
  [/\bin vain\b/, "without effect"],
  [/\bfor good\b/, "permanently"],
  [/\b(hang|hangs|hung) on\b/, "depends on; waits for"],
  [/\bknows? nothing\b|\bwants? to know\b/, "state what is matched, sent or required"],
  [
    /\b(prox(y|ies)|pods?|hosts?|sidecars?|kubelets?) (knows?|wants?|asks?|thinks?)\b/,
    "matches; requires; sends",
  ],
  [/\btakes? (it|them|all|everything|this|that|any) for\b/, "matches as; treats as"],
  [/\bcircles?\b/, "cycle"],
  [/(?<!certificate |[:"])\bauthorit(y|ies)\b(?!:)/, "certificate authority; CA"],
  [/\btries\b(?! to\b)|\b(a|an|each|every|one|another|first|last|slow|single) try\b/, "attempts; attempt"],
  [/\bentrances?\b/, "ingress gateway; egress gateway; entry point"],
  [/\bways? out\b/, "egress gateway; fix; exit"],
  [/\b(ways?|paths?) of calls\b/, "call path"],
  [/\bwhat is written\b/, "manifest; object"],
  [/\b(cures?|cured|curing|mends?|mended|mending)\b/, "fix"],
  [/\bplain text\b/, "plaintext"],
  [/\bdenies everything at first\b/, "default deny"],
  [/\baddons?\b/, "add-on"],
  [/\basks whether the cluster\b/, "preflight check"],
  [/\bgave up\b|\bgiven up\b/, "timed out; deprecated; removed"],
  [/\bway back\b/, "rolls back"],
  [
    /\b(Istio|Prometheus|Kubernetes|Gateway API)(?:'s?)?( own)? definitions?\b/,
    "CRDs; CustomResourceDefinitions",
  ],
  [/\bdefinitions? of (Istio|Prometheus|Kubernetes)\b/, "CRDs; CustomResourceDefinitions"],
];

/** Readers get at most 25 words. Three more leave room for what counts as one word, such as code. */
const longest = 28;

/** Pages with lists of names, whose sources are held themselves. */
const unlimited = /^docs\/(api|dashboards)\.md$/;

/** A piece of prose, and the line on which it begins. */
interface Text {
  readonly line: number;
  readonly text: string;
}

/** The prose of a page: one text for each line, without code, link targets and headings that are a field's name. */
function markdownTexts(source: string): Text[] {
  return stripCode(source)
    .replaceAll(/^#+ \w+\.[\w.]+$/gm, "")
    .replaceAll(/\]\([^)\s]+\)/g, "]")
    .split("\n")
    .map((text, i) => ({ line: i + 1, text }));
}

const parsed = new Map<string, ts.SourceFile>();

/** A source's syntax tree, which several tests read. */
function parse(name: string, source: string): ts.SourceFile {
  const known = parsed.get(name);
  if (known?.text === source) return known;
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
  parsed.set(name, file);
  return file;
}

/** The docstrings of a source, and its texts with a space in them: others are keys and values. */
function sourceTexts(name: string, source: string): Text[] {
  const file = parse(name, source);
  const texts: Text[] = [];
  const add = (node: ts.Node, text: string): void => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    texts.push({ line: line + 1, text: text.replaceAll(/`[^`\n]+`/g, "`…`") });
  };
  const visit = (node: ts.Node): void => {
    for (const comment of ts.getJSDocCommentsAndTags(node)) {
      // A variable's comment is found at the variable and at its statement.
      if (ts.isJSDoc(comment) && comment.parent === node) add(comment, comment.getText(file));
    }
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isStringLiteralLike(node) && node.text.includes(" ")) add(node, node.text);
    if (ts.isTemplateExpression(node)) {
      add(node, [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("…"));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return texts;
}

/** The titles of a file's tests. */
function titlesOf(name: string, source: string): Text[] {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest);
  const titles: Text[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(it|describe)\b/.test(node.expression.getText(file))) {
      const [title] = node.arguments;
      if (
        title?.getText(file).includes(" ") === true &&
        (ts.isStringLiteralLike(title) || ts.isTemplateExpression(title))
      ) {
        const { line } = file.getLineAndCharacterOfPosition(title.getStart(file));
        titles.push({ line: line + 1, text: title.getText(file).replaceAll(/\$\{[^}]*\}|\\?`/g, "…") });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return titles;
}

/** What a file says that is to be said in other words. */
function violations(name: string, source: string): string[] {
  return violationsIn(name, name.endsWith(".md") ? markdownTexts(source) : sourceTexts(name, source));
}

function violationsIn(name: string, texts: readonly Text[]): string[] {
  return texts.flatMap(({ line, text }) =>
    words.flatMap(([word, instead]) => {
      const found = new RegExp(word.source, "i").exec(text);
      if (!found) return [];
      const at = line + text.slice(0, found.index).split("\n").length - 1;
      return [`${name}:${at}: "${found[0]}", write: ${instead}`];
    }),
  );
}

/** The sentences of a file that are too long. */
function longOf(name: string, source: string): string[] {
  const paragraphs = name.endsWith(".md") ? paragraphsOf(source) : paragraphsOfSource(parse(name, source));
  return paragraphs.flatMap(({ line, text }) =>
    longSentences(text, longest).map(
      (sentence) => `${name}:${line}: more than ${longest} words: ${sentence}`,
    ),
  );
}

/** The sources and pages of a place, without docs/language.md, which lists the words. */
function filesOf(place: string): string[] {
  if (place.endsWith(".md")) return [place];
  return globSync(`${place}/**/*.{ts,md}`, {
    exclude: (path) => /(^|\/)(node_modules|dist|tests|bin)(\/|$)/.test(path),
  }).filter((file) => !/\.(gen|test|sandbox|demand)\.ts$/.test(file) && file !== "docs/language.md");
}

describe("the vocabulary", () => {
  for (const place of held) {
    it(`is kept by ${place}`, () => {
      const files = filesOf(place);
      expect(files).to.not.be.empty;
      expect(files.flatMap((file) => violations(file, readFileSync(file, "utf8")))).to.deep.equal([]);
    });
  }

  for (const place of held.filter((one) => !unlimited.test(one))) {
    it(`is in short sentences in ${place}`, () => {
      const files = filesOf(place).filter((file) => !unlimited.test(file));
      expect(files.flatMap((file) => longOf(file, readFileSync(file, "utf8")))).to.deep.equal([]);
    });
  }

  it("counts the words of sentences in paragraphs, items, docstrings and texts", () => {
    const long = `One ${"word ".repeat(longest - 1)}more.`;
    const short = `One ${"word ".repeat(longest - 2)}more.`;
    const page = [
      `# ${long}`,
      `| ${long} |`,
      `> ${long}`,
      "```sh",
      long,
      "```",
      `${short} ${short}`,
      `- ${long}`,
      `  1. ${short.slice(5)} [link](${"a/".repeat(40)}).`,
      `See \`${long}\` or ${short.slice(13)}`,
      "",
      long.replaceAll(" word", "\nword"),
    ].join("\n");
    expect(longOf("a.md", page).map((found) => found.slice(0, 8))).to.deep.equal(["a.md:8: ", "a.md:12:"]);
    const source = [
      "/**",
      ` * ${short}`,
      ` * ${short}`,
      " *",
      ` * ${long.replace(" word", "\n * word")}`,
      ` * @returns ${short.slice(5)}`,
      " * @example",
      ` * ${long}`,
      " */",
      `// ${long}`,
      `const text = "${long.slice(0, 40)}" +`,
      `  \`${long.slice(40)}\`;`,
      `const two = \`${short} \${of}. ${short}\`;`,
      `const key = "${"A ".repeat(longest + 1)}";`,
    ].join("\n");
    expect(longOf("a.ts", source).map((found) => found.slice(0, 8))).to.deep.equal(["a.ts:5: ", "a.ts:12:"]);
  });

  it("is kept by the titles of tests", () => {
    const files = globSync(
      ["tests", "policy-pack/tests", "deployments/tests"].map((folder) => `${folder}/**/*.ts`),
    );
    const titles = files.map((file) => ({ file, texts: titlesOf(file, readFileSync(file, "utf8")) }));
    expect(titles.flatMap(({ texts }) => texts)).to.have.length.greaterThan(1000);
    expect(titles.flatMap(({ file, texts }) => violationsIn(file, texts))).to.deep.equal([]);
    const source = 'describe("a circle", () => {\n  it(`of ${circle}`, () => check("a circle"));\n});';
    expect(violationsIn("a.ts", titlesOf("a.ts", source))).to.deep.equal(['a.ts:1: "circle", write: cycle']);
  });

  it("is about prose: docstrings, messages and Markdown, not keys, code or comments on lines", () => {
    const source = [
      'import { circle } from "./a circle";',
      "/** Goes round a circle. */",
      "// Goes round a circle.",
      'export const circle = "circle";',
      "export const message = `${circle}: the second\n  try is in vain`;",
    ].join("\n");
    expect(violations("a.ts", source)).to.deep.equal([
      'a.ts:2: "circle", write: cycle',
      'a.ts:6: "in vain", write: without effect',
    ]);
    const page = "Nobody\n\n```sh\ncircle\n```\n`circle` [x](circle.md)\nplain text\n";
    expect(violations("a.md", page)).to.deep.equal([
      'a.md:1: "Nobody", write: name the client, caller, user or component',
      'a.md:7: "plain text", write: plaintext',
    ]);
  });

  it("leaves words that are the field's own", () => {
    const page =
      "A certificate authority. The :authority header. It tries to connect. An add-on. The addOn field.";
    expect(violations("a.md", page.replace("addOn", "`addOn`"))).to.deep.equal([]);
    expect(
      violations("a.md", "the addon; an authority; two tries; Istio's own definitions"),
    ).to.have.lengthOf(4);
  });
});
