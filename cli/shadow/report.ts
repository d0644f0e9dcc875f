import pc from "picocolors";
import type { Evidence } from "./evidence";
import { type Judgement, round, type Verdict } from "./judge";

/** The report for humans: a verdict for each service in a dry run, then what was not used. */
export function reportText(
  name: string,
  { verdicts, unused }: Judgement,
  { source, hours, unread, observations }: Evidence,
): string {
  const counts = (wanted: Verdict["verdict"]): number =>
    verdicts.filter(({ verdict }) => verdict === wanted).length;
  const summary =
    verdicts.length === 0
      ? "No service is in a dry run."
      : `${verdicts.length} ${verdicts.length === 1 ? "service" : "services"} in a dry run: ${counts("clean")} clean, ${counts("would deny")} would deny requests, ${counts("not enough data")} without enough data`;
  const window = hours > 0 && hours < 0.1 ? "less than 0.1" : String(round(hours));
  return [
    `${name}: ${source}, ${window} hours`,
    "",
    ...verdicts.flatMap(verdictLines),
    ...(unused.length === 0
      ? []
      : [
          pc.bold(`allowed and not used in ${window} hours`),
          ...unused.map(({ path, part }) => `  ${pc.cyan(path)}  ${part}`),
          "",
        ]),
    ...(observations.length === 0
      ? [`There are no requests to services of the catalog in ${source}.`, ""]
      : []),
    ...(unread > 0 ? [`${unread} other ${unread === 1 ? "line" : "lines"} left out`, ""] : []),
    summary,
  ].join("\n");
}

function verdictLines({ service, verdict, requests, denied, hours, missing, callers }: Verdict): string[] {
  const over = `${requests} requests`;
  const text =
    verdict === "clean"
      ? `${pc.green("CLEAN")}  ${service}  for ${round(hours)} hours over ${over}`
      : verdict === "would deny"
        ? `${pc.red("WOULD DENY")}  ${service}  ${denied} of ${over} in ${round(hours)} hours`
        : `${pc.yellow("NOT ENOUGH DATA")}  ${service}  ${missing ?? ""}`;
  const unnamed = verdict === "would deny" && callers.length === 0;
  return [
    text,
    ...callers.flatMap(
      ({ principal = "clients without an identity", requests: own, methods, paths, fix }) => [
        `  ${own} from ${principal}${detail(methods, paths)}`,
        `    fix: ${fix}`,
      ],
    ),
    ...(unnamed
      ? [
          "  from declared callers: their methods, paths, ports or tokens differ from the catalog. Access logs show them: --logs",
        ]
      : []),
    "",
  ];
}

function detail(methods: readonly string[], paths: readonly string[]): string {
  const text = [methods.join(","), paths.join(" ")].filter((one) => one !== "").join(" ");
  return text === "" ? "" : `: ${text}`;
}
