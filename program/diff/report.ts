import pc from "picocolors";
import type { Declared } from "./declared";
import { type Change, countsOf } from "./changes";
import { meanings, type Verdict } from "./verdict";

/** The two sides of a comparison, as the user named them. */
export interface Names {
  readonly old: string;
  readonly now: string;
  /** Workloads whose pods are assumed, because no manifest creates them. Default: none. */
  readonly assumed?: readonly string[];
}

/** The first line of the Markdown, by which a comment of a pull request is found again. Code hosts don't show it. */
export const marker = "<!-- meshwright diff -->";

/** The most changes of a verdict that a comment shows: code hosts limit its length. */
const most = 50;

const nothing: Declared = { changes: new Set(), unused: [] };

/** For humans: what changes, a request that shows it, what held before and holds now, and the lines that cause it. */
export function textOf(changes: readonly Change[], { old, now, assumed }: Names, declared = nothing): string {
  const notes = [...unusedLines(declared), ...assumedLines(assumed)];
  if (changes.length === 0) return [`${old} and ${now} do the same.`, ...notes].join("\n");
  return [...linesOf(changes, declared), "", summaryOf(changes, declared), ...notes].join("\n");
}

/** The lines of all changes, each with what shows it indented below it. */
export function linesOf(changes: readonly Change[], declared = nothing): string[] {
  const width = Math.max(...changes.map(({ verdict }) => verdict.length));
  return changes.flatMap((change) => {
    const { verdict, sentence, id, workloads, request, before, causes } = change;
    return [
      `${coloured(verdict, verdict.toUpperCase().padEnd(width))}  ${pc.bold(sentence)} ${pc.dim(`[${id}]`)}${declared.changes.has(change) ? pc.green(" (declared)") : ""}`,
      ...[
        ...(sentence.startsWith(`${workloads[0] ?? ""} `) ? [] : [`at ${listed(workloads)}`]),
        ...(request === undefined ? [] : [`e.g. ${request}`]),
        ...(before === undefined ? [] : [`was ${before}`]),
        ...nowOf(change),
        ...causes.map(({ path, place }) => `${pc.cyan(path)}${place === undefined ? "" : ` (${place})`}`),
      ].map((line) => `${" ".repeat(width + 2)}${line}`),
    ];
  });
}

/** For the comment of a pull request: a table of the counts, and the changes of each verdict, collapsed. */
export function markdownOf(
  changes: readonly Change[],
  { old, now, assumed }: Names,
  declared = nothing,
): string {
  const title = `${marker}\n### Mesh: \`${old}\` → \`${now}\``;
  const unused = [...unusedLines(declared), ...assumedLines(assumed)];
  if (changes.length === 0) {
    const same = "No request is decided, routed or secured in another way.";
    return `${[title, same, ...unused].join("\n\n")}\n`;
  }
  const sections = [...countsOf(changes).keys()].map((verdict) => {
    const own = changes.filter((change) => change.verdict === verdict);
    const lines = own.slice(0, most).map((change) => {
      const { sentence, id, workloads, request, before, causes } = change;
      return [
        `- **${sentence}** \`[${id}]\`${declared.changes.has(change) ? " (declared)" : ""}`,
        ...(workloads.length < 2 ? [] : [`  - at ${listed(workloads)}`]),
        ...(request === undefined ? [] : [`  - e.g. \`${request}\``]),
        ...(before === undefined ? [] : [`  - was ${before}`]),
        ...nowOf(change).map((text) => `  - ${text}`),
        ...causes.map(({ path, place }) => `  - \`${path}\`${place === undefined ? "" : ` (${place})`}`),
      ].join("\n");
    });
    const open = ["wider", "weaker", "unrouted"].includes(verdict) && own.length <= 5 ? " open" : "";
    return [
      `<details${open}>`,
      `<summary><b>${verdict}</b>: ${own.length} (${meanings[verdict]})</summary>`,
      "",
      ...lines,
      ...(own.length > most ? [`- and ${own.length - most} more`] : []),
      "",
      "</details>",
    ].join("\n");
  });
  return `${[title, summaryOf(changes, declared), ...sections, ...unused].join("\n\n")}\n`;
}

/** What holds now, and whether that is sure. */
function nowOf({ after, isSure }: Change): string[] {
  return after === undefined ? [] : [`now ${after}${isSure ? "" : " (perhaps: some of it is not read)"}`];
}

function unusedLines({ unused }: Declared): string[] {
  return unused.map((line) => `Declared, but no such change is found: ${line}`);
}

function assumedLines(assumed: readonly string[] = []): string[] {
  if (assumed.length === 0) return [];
  return [
    `No manifest creates the pods of ${listed(assumed)}: they are assumed to have a proxy and the labels that objects select.`,
  ];
}

/** The number of changes of each verdict, in a sentence. */
export function summaryOf(changes: readonly Change[], declared = nothing): string {
  const counts = [...countsOf(changes)].map(([verdict, count]) => `${count} ${verdict}`).join(", ");
  return `${counts}${declared.changes.size === 0 ? "" : `, ${declared.changes.size} of them declared`}.`;
}

/** The first of many names, and how many there are. */
function listed(names: readonly string[]): string {
  const shown = 6;
  return names.length <= shown
    ? names.join(", ")
    : `${names.slice(0, shown).join(", ")} and ${names.length - shown} more`;
}

function coloured(verdict: Verdict, text: string): string {
  if (["wider", "weaker", "unrouted"].includes(verdict)) return pc.red(text);
  return ["unreached", "unread", "changed", "removed"].includes(verdict) ? pc.yellow(text) : pc.green(text);
}
