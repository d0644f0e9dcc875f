import pc from "picocolors";
import { type Change, countsOf } from "./changes";
import { meanings, type Verdict } from "./verdict";

/** The two sides of a comparison, as the user named them. */
export interface Names {
  readonly old: string;
  readonly now: string;
}

/** For humans: a line for each change, its request, what held before and holds now, and the catalog's lines. */
export function textOf(changes: readonly Change[], { old, now }: Names): string {
  if (changes.length === 0) return `${old} and ${now} do the same.`;
  const width = Math.max(...changes.map(({ verdict }) => verdict.length));
  return [
    ...changes.flatMap(({ verdict, workload, request, before, after, from, isSure }) => [
      `${coloured(verdict, verdict.toUpperCase().padEnd(width))}  ${pc.bold(workload)}${request === undefined ? "" : `  ${request}`}`,
      ...(before === undefined ? [] : [indented(width, `was ${before}`)]),
      ...(after === undefined
        ? []
        : [indented(width, `now ${after}${isSure ? "" : " (perhaps: some of it is not read)"}`)]),
      ...from.map((path) => indented(width, pc.cyan(path))),
    ]),
    "",
    summary(changes),
  ].join("\n");
}

/** For the comment of a pull request: a table of the counts, and the changes of each verdict, collapsed. */
export function markdownOf(changes: readonly Change[], { old, now }: Names): string {
  const title = `### Mesh: \`${old}\` → \`${now}\``;
  if (changes.length === 0) return `${title}\n\nNo request is decided, routed or secured in another way.\n`;
  const sections = [...countsOf(changes).keys()].map((verdict) => {
    const own = changes.filter((change) => change.verdict === verdict);
    const lines = own.map(({ workload, request, before, after, from }) =>
      [
        `- **${workload}**${request === undefined ? "" : ` \`${request}\``}`,
        ...(before === undefined ? [] : [`  - was ${before}`]),
        ...(after === undefined ? [] : [`  - now ${after}`]),
        ...from.map((path) => `  - \`${path}\``),
      ].join("\n"),
    );
    return [
      "<details>",
      `<summary><b>${verdict}</b>: ${own.length} (${meanings[verdict]})</summary>`,
      "",
      ...lines,
      "",
      "</details>",
    ].join("\n");
  });
  return `${[title, summary(changes), ...sections].join("\n\n")}\n`;
}

function summary(changes: readonly Change[]): string {
  return `${[...countsOf(changes)].map(([verdict, count]) => `${count} ${verdict}`).join(", ")}.`;
}

function indented(width: number, text: string): string {
  return `${" ".repeat(width + 2)}${text}`;
}

function coloured(verdict: Verdict, text: string): string {
  if (["wider", "weaker", "unrouted"].includes(verdict)) return pc.red(text);
  return ["unread", "changed", "removed"].includes(verdict) ? pc.yellow(text) : pc.green(text);
}
