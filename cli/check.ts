import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Command, Option } from "commander";
import pc from "picocolors";
import { checkMesh, type Finding, findingText, rules, type Severity } from "../checks";
import { loadSubject, stackOption, type Subject, subjectArgument } from "./catalog";
import { print } from "./output";

/** `meshwright check`: every finding of a catalog, before anything changes. */
export function checkCommand(command: Command): void {
  command
    .argument("[catalog]", subjectArgument)
    .option("--stack <name>", stackOption)
    .addOption(
      new Option("--format <format>", "what to print").choices(["human", "json", "sarif"]).default("human"),
    )
    .action(
      async (
        argument: string | undefined,
        { stack, format }: { stack?: string; format: keyof typeof formats },
      ) => {
        const subject = await loadSubject(argument, stack);
        const { findings } = checkMesh(subject.catalog);
        print(formats[format](subject, findings));
        if (findings.some(({ severity }) => severity === "error")) process.exitCode = 1;
      },
    );
}

const formats = {
  human: describeFindings,
  json: ({ name }: Subject, findings: readonly Finding[]) =>
    JSON.stringify({ catalog: name, findings }, null, 2),
  sarif: (subject: Subject, findings: readonly Finding[]) =>
    JSON.stringify(sarif(fileOf(subject), findings), null, 2),
};

const colours: Record<Severity, (text: string) => string> = {
  error: pc.red,
  warning: pc.yellow,
  info: pc.blue,
};

function describeFindings({ name }: Subject, findings: readonly Finding[]): string {
  const blocks = findings.map(({ code, severity, path, message, cure }) =>
    [
      `${colours[severity](`${severity} ${code}`)} ${pc.bold(path)}`,
      `  ${message}`,
      `  ${pc.dim("cure:")} ${cure}`,
      "",
    ].join("\n"),
  );
  const count = (severity: Severity): string[] => {
    const number = findings.filter((one) => one.severity === severity).length;
    return number === 0 ? [] : [`${number} ${severity}${number === 1 || severity === "info" ? "" : "s"}`];
  };
  const counts = [...count("error"), ...count("warning"), ...count("info")].join(", ");
  return [...blocks, `${name}: ${counts === "" ? "no findings" : counts}`].join("\n");
}

/** The file that findings are about: for a platform its catalog beside the program, or the program itself. */
function fileOf({ name, project }: Subject): string {
  if (project === undefined) return name;
  const beside = dirname(project.main);
  const candidates = [join(beside, name, "catalog.ts"), join(beside, "catalog.ts")];
  return candidates.find((path) => existsSync(path)) ?? project.main;
}

/** https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
function sarif(file: string, findings: readonly Finding[]): object {
  const levels: Record<Severity, string> = { error: "error", warning: "warning", info: "note" };
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "meshwright",
            rules: rules.map(({ code, title, severity }) => ({
              id: code,
              shortDescription: { text: title },
              defaultConfiguration: { level: levels[severity] },
            })),
          },
        },
        results: findings.map((finding) => ({
          ruleId: finding.code,
          level: levels[finding.severity],
          message: { text: findingText(finding) },
          locations: [
            {
              physicalLocation: { artifactLocation: { uri: file } },
              logicalLocations: [{ fullyQualifiedName: finding.path }],
            },
          ],
        })),
      },
    ],
  };
}
