/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Line of the page on which it begins. */
  readonly line: number;
}

/** The fenced blocks of a page, in its order; those of lists, too, without the list's indentation. */
export function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^( *)```(\w+)\n(.*?)^\1```$/gms)].map((match) => {
    const [, indentation = "", language = "", text = ""] = match;
    return {
      language,
      text: text.replaceAll(new RegExp(`^${indentation}`, "gm"), ""),
      line: markdown.slice(0, match.index).split("\n").length,
    };
  });
}

/** The relative links of a page. What looks like one in code is none. */
export function linksOf(markdown: string): string[] {
  return [...stripCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^\w+:/.test(target));
}

/** A page without the text of its code, on the same lines. */
export function stripCode(markdown: string): string {
  return markdown.replaceAll(/^( *)```.*?^\1```$|`[^`\n]+`/gms, (code) => code.replaceAll(/[^\n]/g, ""));
}

/** The anchors of a page's headings, as GitHub makes them: a repeated one has a number. */
export function anchorsOf(markdown: string): string[] {
  const seen = new Map<string, number>();
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-");
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
}
