import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Command, Option } from "commander";
import pc from "picocolors";
import type { Finding, Severity } from "../../checks";
import { checkMesh } from "../../mesh";
import { loadSubject, stackOption, type Subject, subjectArgument } from "../subject";
import { UnreadableCatalog } from "../catalogFile";
import { print } from "../output";
import { sarif } from "../sarif";
import type { Position } from "../sourceOf";

/** `meshwright check`: prints every finding of a catalog. */
export function checkCommand(command: Command): void {
  command
    .argument("[catalog]", subjectArgument)
    .option("--stack <name>", stackOption)
    .option("--strict", "exit code 1 for warnings too, not only for errors")
    .addOption(
      new Option("--format <format>", "what to print").choices(["human", "json", "sarif"]).default("human"),
    )
    .action(
      async (
        argument: string | undefined,
        { stack, format, strict }: { stack?: string; format: keyof typeof formats; strict?: true },
      ) => {
        const { subject, findings, position } = await checked(argument, stack);
        print(formats[format](subject, findings, position));
        const failing = strict ? ["error", "warning"] : ["error"];
        if (findings.some(({ severity }) => failing.includes(severity))) process.exitCode = 1;
      },
    );
}

const formats = {
  human: describeFindings,
  json: ({ name }: Subject, findings: readonly Finding[]) =>
    JSON.stringify({ catalog: name, findings }, null, 2),
  sarif: (subject: Subject, findings: readonly Finding[], position?: Position) =>
    JSON.stringify(sarif(fileOf(subject), findings, position), null, 2),
};

interface Checked {
  readonly subject: Subject;
  readonly findings: readonly Finding[];
  /** The place of a syntax error, where that is the finding. */
  readonly position?: Position;
}

/** The findings of a catalog. A syntax error is a finding, too, so that machines can read it. */
async function checked(argument: string | undefined, stack: string | undefined): Promise<Checked> {
  try {
    const subject = await loadSubject(argument, stack);
    return { subject, findings: checkMesh(subject.catalog).findings };
  } catch (error) {
    if (!(error instanceof UnreadableCatalog)) throw error;
    const { reason, position, fix } = error;
    const finding = { code: "MW001", severity: "error", path: "", message: reason, fix } as const;
    return {
      subject: { name: argument ?? "", catalog: undefined },
      findings: [finding],
      ...(position && { position }),
    };
  }
}

const colours: Record<Severity, (text: string) => string> = {
  error: pc.red,
  warning: pc.yellow,
  info: pc.blue,
};

function describeFindings({ name }: Subject, findings: readonly Finding[]): string {
  const blocks = findings.map(({ code, severity, path, message, fix }) =>
    [
      `${colours[severity](`${severity} ${code}`)} ${pc.bold(path === "" ? name : path)}`,
      `  ${message}`,
      `  ${pc.dim("fix:")} ${fix}`,
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

/** The file that findings are about. For a platform: its catalog, or the program if the catalog is not found. */
function fileOf({ name, project }: Subject): string {
  if (project === undefined) return name;
  const beside = dirname(project.main);
  const candidates = [
    join("platforms", name, "catalog.ts"),
    join(beside, name, "catalog.ts"),
    join(beside, "catalog.ts"),
  ];
  return candidates.find((path) => existsSync(path)) ?? project.main;
}
