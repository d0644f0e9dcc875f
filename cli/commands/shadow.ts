import { existsSync, readFileSync } from "node:fs";
import { text as readAll } from "node:stream/consumers";
import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import { parseDuration } from "../../catalog";
import { UserError } from "../../errors/userError";
import { clusterOptions } from "../clusterOptions";
import { print } from "../output";
import { planned } from "../planned";
import type { Evidence } from "../shadow/evidence";
import { judge } from "../shadow/judge";
import { readLogs } from "../shadow/logs";
import { readPrometheus } from "../shadow/prometheus";
import { reportText } from "../shadow/report";
import { loadSubject, stackOption, subjectArgument } from "../subject";
import { forwardAddOn } from "./open";

interface ShadowOptions {
  readonly stack?: string;
  readonly prometheus?: string;
  readonly logs?: string;
  readonly namespace?: string;
  readonly window: number;
  readonly minHours: number;
  readonly minRequests: number;
  readonly json?: true;
}

/** `meshwright shadow`: what the dry runs of authorization would deny, and what is allowed and not used. */
export function shadowCommand(command: Command): void {
  command
    .argument("[catalog]", subjectArgument)
    .option("--stack <name>", stackOption)
    .option(
      "--prometheus <url>",
      "URL of Prometheus (default: a port is forwarded to the Prometheus of the cluster)",
    )
    .option("--logs <file>", "access logs of the callees, one JSON object a line, or - for standard input")
    .option("--namespace <name>", "namespace of the cluster's Prometheus (default: all are searched)")
    .addOption(
      new Option("--window <duration>", "how far metrics are read back, such as 72h")
        .argParser(parseHours)
        .default(24, "24h"),
    )
    .option("--min-hours <number>", "hours without a denial that a clean service needs", parseNumber, 24)
    .option("--min-requests <number>", "requests that a clean service needs", parseNumber, 100)
    .option("--json", "print JSON");
  clusterOptions(command).action(async (argument: string | undefined, options: ShadowOptions) => {
    const { logs, prometheus, window, minHours: hours, minRequests: requests, json } = options;
    if (logs !== undefined && prometheus !== undefined) {
      throw new UserError({
        problem: "--logs and --prometheus are two sources, and a verdict has one.",
        fix: "Run the command once for each.",
        exitCode: 2,
      });
    }
    if (logs === undefined && hours > window) {
      throw new UserError({
        problem: `--min-hours ${hours} is more than the window of ${window} hours, so no service could be clean.`,
        fix: `Read a longer window: --window ${hours}h`,
        exitCode: 2,
      });
    }
    const subject = await loadSubject(argument, options.stack);
    const { mesh } = planned(subject);
    const read = (url: string): Promise<Evidence> => readPrometheus(mesh, url, window, Date.now());
    const evidence =
      logs !== undefined
        ? readLogs(mesh, await logText(logs))
        : prometheus !== undefined
          ? await read(prometheus)
          : await forwardAddOn(command, "prometheus", options.namespace, read);
    const judgement = judge(mesh, evidence, { hours, requests });
    print(
      json
        ? JSON.stringify(
            { catalog: subject.name, source: evidence.source, hours: evidence.hours, ...judgement },
            null,
            2,
          )
        : reportText(subject.name, judgement, evidence),
    );
    if (judgement.verdicts.some(({ verdict }) => verdict !== "clean")) process.exitCode = 1;
  });
}

async function logText(file: string): Promise<string> {
  if (file === "-") return readAll(process.stdin);
  if (!existsSync(file)) {
    throw new UserError({
      problem: `There is no file ${file}.`,
      fix: "Name a file of access logs, or - for standard input.",
    });
  }
  return readFileSync(file, "utf8");
}

function parseHours(text: string): number {
  const milliseconds = parseDuration(text) ?? 0;
  if (milliseconds < 60_000) throw new InvalidArgumentError("Write a duration of at least 1m, such as 24h.");
  return milliseconds / 3_600_000;
}

function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError("Write a number that is not negative.");
  }
  return value;
}
