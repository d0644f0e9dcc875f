import ts from "typescript";

/** A paragraph of prose, or an item of a list, and the line on which it begins. */
export interface Paragraph {
  readonly line: number;
  readonly text: string;
}

/** The paragraphs and list items of Markdown, without code blocks, tables, headings and quotes. */
export function paragraphsOf(markdown: string): Paragraph[] {
  const paragraphs: { line: number; text: string }[] = [];
  let fence: string | undefined;
  let open = false;
  for (const [i, line] of markdown.split("\n").entries()) {
    const mark = /^\s*(?:[-*]\s+|\d+\.\s+)?(```+|~~~+)/.exec(line)?.[1];
    if (mark !== undefined && (fence === undefined || line.trim() === fence)) {
      fence = fence === undefined ? mark : undefined;
      open = false;
    } else if (fence === undefined) {
      const item = /^\s*(?:[-*+]|\d+\.)\s+(.*)$/.exec(line)?.[1];
      const last = paragraphs.at(-1);
      if (/^\s*([|#><].*)?$/.test(line) || (!open && /^ {4}/.test(line) && item === undefined)) open = false;
      else if (open && last && item === undefined) last.text += ` ${line.trim()}`;
      else {
        paragraphs.push({ line: i + 1, text: item ?? line.trim() });
        open = true;
      }
    }
  }
  return paragraphs;
}

/** The paragraphs of a source's docstrings, and its texts. The parts of a concatenation are one text. */
export function paragraphsOfSource(file: ts.SourceFile): Paragraph[] {
  const paragraphs: Paragraph[] = [];
  const lineOf = (position: number): number => file.getLineAndCharacterOfPosition(position).line + 1;
  for (const { 0: comment, index } of file.text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    for (const { line, text } of paragraphsOf(contentOf(comment))) {
      paragraphs.push({ line: lineOf(index) + line - 1, text });
    }
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    const text = textOf(node);
    if (text !== undefined && /[a-z] [a-z]/.test(text)) {
      const line = lineOf(node.getStart(file));
      paragraphs.push(...text.split("\n").map((part) => ({ line, text: part })));
    } else ts.forEachChild(node, visit);
  };
  visit(file);
  return paragraphs;
}

/** What a docstring says. Each tag begins a paragraph, and the code of an example is left out. */
function contentOf(comment: string): string {
  return comment
    .replace(/^\/\*\*|\*\/$/g, "")
    .replaceAll(/^[ \t]*\* ?/gm, "")
    .replaceAll(/^@example[\s\S]*?(?=^@|$(?![\s\S]))/gm, "")
    .replaceAll(/^@\w+/gm, "\n$&")
    .replaceAll(/\{@link\s+[^}]+\}/g, "link");
}

/** The text of a literal, a template or a concatenation, with "…" for each value. Undefined for other nodes. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("…");
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return [node.left, node.right].map((side) => textOf(side) ?? "…").join("");
  }
  return undefined;
}

/** The sentences of a paragraph that have more words than the limit, without links' targets. Code is one word. */
export function longSentences(paragraph: string, limit: number): string[] {
  return paragraph
    .replaceAll(/\]\((?:[^()\s]|\([^()\s]*\))+\)/g, "]")
    .replaceAll(/(`+)(?!`).*?\1/g, "`…`")
    .split(/(?<=[.!?]["'”)*_]*)(?<!\b(?:e\.g|i\.e|etc|vs)\.) +/)
    .filter((sentence) => sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}…]/u.test(word)).length > limit);
}
