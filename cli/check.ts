import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import pc from "picocolors";
import { checkMesh, type Finding, findingText, rules, type Severity } from "../checks";
import { loadSubject, type Subject } from "./catalog";
import { print } from "./output";

/** `meshwright check`: every finding of a catalog, before anything changes. */
export function checkCommand(program: Command): void {
  program
    .command("check")
    .description("check a catalog; exit code 1 if it has errors")
    .argument("<catalog>", "platform, or path of a .ts, .js, .json or .yaml file")
    .option("--stack <name>", "stack whose Pulumi.<name>.yaml sets the platform up")
    .addOption(
      new Option("--format <format>", "what to print").choices(["human", "json", "sarif"]).default("human"),
    )
    .action(async (argument: string, { stack, format }: { stack?: string; format: keyof typeof formats }) => {
      const subject = await loadSubject(argument, stack);
      const { findings } = checkMesh(subject.catalog);
      print(formats[format](subject, findings));
      if (findings.some(({ severity }) => severity === "error")) process.exitCode = 1;
    });
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

/** The file that findings are about, for a platform if it is below the current folder. */
function fileOf({ name, settings }: Subject): string | undefined {
  if (settings === undefined) return name;
  const file = `stacks/${name}/catalog.ts`;
  return existsSync(file) ? file : undefined;
}

/** https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
function sarif(file: string | undefined, findings: readonly Finding[]): object {
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
              ...(file !== undefined && { physicalLocation: { artifactLocation: { uri: file } } }),
              logicalLocations: [{ fullyQualifiedName: finding.path }],
            },
          ],
        })),
      },
    ],
  };
}
