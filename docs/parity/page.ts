import type { rules } from "../../checks";
import type { Answer, Row } from "./answer";
import { type ChangedCase, changedCases, withoutCase } from "./changed";
import { istioctl } from "./istioctl";
import { kiali } from "./kiali";
import { kialiCases, withoutKialiCase } from "./kialiCases";
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
    "An equivalent is one of the following:",
    "",
    "- a check of the catalog",
    "- a test that shows that its fields can't render the mistake",
    "- a policy of [the policy pack](../../policy-pack/README.md), which also judges overrides and other programs",
    "- a tool that reads the cluster, if only the running cluster shows the mistake",
    "",
    "What an override does is in [a table of its own](#the-same-mistakes-by-an-override-or-in-plain-yaml).",
    "",
    ...section("Forty frequent mistakes with Istio", "no.", mistakes),
    ...section("The messages of `istioctl analyze`, Istio 1.31", "code", istioctl),
    ...section("The validations of Kiali 2.31", "code", kiali),
    ...changedSection(),
    "## Messages that rendered objects suppress",
    "",
    ...suppressions.map(([code, where, reason]) => `- ${code}, ${where}: ${reason}`),
    "",
    "## Checks that only Meshwright has",
    "",
    ...own
      .filter(({ code, stage }) => !answered.has(code) && stage !== "suppression")
      .map(({ code, title }) => `- [${code}](${code}.md): ${title}`),
    "",
  ].join("\n");
}

/** What the annotation `galley.istio.io/analyze-suppress` of rendered objects suppresses, with the reason. */
export const suppressions = [
  [
    "IST0133",
    "EnvoyFilters",
    "the analyzer warns of every EnvoyFilter; those of the catalog match the versions of the proxy that they were tried with",
  ],
  [
    "IST0134",
    "ServiceEntries for TLS without addresses",
    "the analyzer requires addresses; proxies tell hosts apart by the name in TLS, and MW607 requires addresses for other TCP",
  ],
  [
    "IST0173",
    "DestinationRules with a version that has no pods yet",
    "no route leads to the subset, which MW207 verifies",
  ],
] as const;

/** Cases of another tool's messages, with its row of each. */
interface Changed {
  readonly title: string;
  readonly tool: string;
  readonly rows: readonly Row[];
  readonly cases: readonly ChangedCase[];
  readonly without: readonly (readonly [id: string, why: string])[];
}

const changed: readonly Changed[] = [
  {
    title: "The messages of `istioctl analyze`",
    tool: "`istioctl analyze`",
    rows: istioctl,
    cases: changedCases,
    without: withoutCase,
  },
  {
    title: "The validations of Kiali",
    tool: "Kiali",
    rows: kiali,
    cases: kialiCases,
    without: withoutKialiCase,
  },
];

function changedSection(): string[] {
  return [
    "## The same mistakes by an override or in plain YAML",
    "",
    "Fields of the catalog can't make most of these mistakes, but an override can, and so can a manifest. Tests make each one.",
    "`check` judges the override, `audit` and the other tool judge the changed manifests. `istioctl analyze` reads objects",
    "of Kubernetes only from a cluster. An override changes objects and creates none, so `check` does not judge new objects.",
    "Kiali's validations were run on the objects, and on the pods that a cluster creates for them, with a stand-in of the API",
    "server. `KIALI=<checkout of Kiali> npm run test:kiali` runs them again.",
    "",
    ...changed.flatMap(changedTable),
  ];
}

function changedTable({ title, tool, rows, cases, without }: Changed): string[] {
  const titles = new Map(rows.map(({ id, mistake }) => [id, mistake]));
  const checked = (code: string): string => `[${code}](${code}.md)`;
  const audited = (code: string): string =>
    code.startsWith("MW") ? `[${code}](../audit-rules.md#${code.toLowerCase()})` : `policy \`${code}\``;
  return [
    `### ${title}`,
    "",
    ...table(
      ["code", "mistake", "changed object", "`check`", "`audit`", tool, "remark"],
      cases.map(({ id, kind, name, added, check, audit, analyzed, why = "" }) => [
        id,
        titles.get(id) ?? "",
        `${kind} ${name}`,
        added ? "new objects" : check.map(checked).join(", ") || "not found",
        audit.map(audited).join(", ") || "not found",
        analyzed ? "reports it" : "silent",
        why,
      ]),
    ),
    "",
    "Without a case:",
    "",
    ...without.map(([id, why]) => `- ${id}, ${titles.get(id) ?? ""}: ${why}.`),
    "",
  ];
}

function section(title: string, head: string, rows: readonly Row[]): string[] {
  const cells = rows.map(({ id, mistake, answers }) => [id, mistake, answers.map(words).join("; ")]);
  return [`## ${title}`, "", ...table([head, "mistake", "equivalent"], cells), ""];
}

/** A table of Markdown, with columns of equal width. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? "").length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rows.map(line)];
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
