import type { rules } from "../../checks";
import type { Answer, Row } from "./answer";
import { istioctl } from "./istioctl";
import { kiali } from "./kiali";
import { mistakes } from "./mistakes";

export const parity = { mistakes, istioctl, kiali } as const;

/** The page that compares Meshwright's checks with those of other tools. */
export function parityPage(own: typeof rules): string {
  const answered = new Set(
    Object.values(parity)
      .flat()
      .flatMap(({ answers }) => answers)
      .flatMap((answer) => (answer.kind === "check" ? [answer.code as string] : [])),
  );
  return [
    "# Checks of other tools, and their equivalents",
    "",
    "An equivalent is one of the following: a check of the catalog; a test that shows that the mistake can't be rendered; a",
    "policy of [the policy pack](../../policy-pack/README.md), which also judges overrides and other programs; or, if only the",
    "running cluster shows the mistake, a tool that reads the cluster.",
    "",
    ...section("Forty frequent mistakes with Istio", "no.", mistakes),
    ...section("The messages of `istioctl analyze`, Istio 1.31", "code", istioctl),
    ...section("The validations of Kiali 2.31", "code", kiali),
    "## Checks that only Meshwright has",
    "",
    ...own
      .filter(({ code, stage }) => !answered.has(code) && stage !== "suppression")
      .map(({ code, title }) => `- [${code}](${code}.md): ${title}`),
    "",
  ].join("\n");
}

function section(title: string, head: string, rows: readonly Row[]): string[] {
  const cells = [
    [head, "mistake", "equivalent"],
    ...rows.map(({ id, mistake, answers }) => [id, mistake, answers.map(words).join("; ")]),
  ];
  const widths = [0, 1, 2].map((i) => Math.max(...cells.map((row) => (row[i] ?? "").length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  const [first = [], ...others] = cells;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [`## ${title}`, "", line(first), rule, ...others.map(line), ""];
}

function words(answer: Answer): string {
  switch (answer.kind) {
    case "check":
      return `[${answer.code}](${answer.code}.md)`;
    case "policy":
      return `policy \`${answer.name}\``;
    case "impossible":
      return `can't be rendered: \`tests/${answer.file}.test.ts\` "${answer.title}"`;
    case "never":
      return `can't be rendered: ${answer.what} is never rendered`;
    case "live":
      return `in the running cluster: ${answer.who}`;
  }
}
