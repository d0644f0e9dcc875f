import { type Command, Option } from "commander";
import pc from "picocolors";
import type { CheckedMesh, Finding, Severity } from "../../checks";
import { UserError } from "../../errors/userError";
import { checkMesh, renderMesh } from "../../mesh";
import { delegateProblems } from "../../mesh/delegates";
import { type SharedHost, sharedHosts, sharedHostText } from "../../mesh/sharedHosts";
import { catalogFileOf, loadSubject, stackOption, type Subject, subjectArgument } from "../subject";
import { isData, UnreadableCatalog } from "../catalogFile";
import { print } from "../output";
import { sarif } from "../sarif";
import type { Position } from "../sourceOf";

/** `meshwright check`: prints every finding of catalogs, and of several the hosts that two of them have. */
export function checkCommand(command: Command): void {
  command
    .argument("[catalogs...]", `${subjectArgument}; several for one cluster are checked together`)
    .option("--stack <name>", stackOption)
    .option("--strict", "exit code 1 for warnings too, not only for errors")
    .addOption(
      new Option("--format <format>", "what to print").choices(["human", "json", "sarif"]).default("human"),
    )
    .action(
      async (
        names: readonly string[],
        { stack, format, strict }: { stack?: string; format: keyof typeof formats; strict?: true },
      ) => {
        if (names.length > 1 && format === "sarif") {
          throw new UserError({
            problem: `--format sarif has the findings of one catalog, and ${names.length} are named.`,
            fix: "Name one of them, or print JSON: --format json",
            exitCode: 2,
          });
        }
        const all: Checked[] = [];
        for (const name of names.length > 0 ? names : [undefined]) all.push(await checked(name, stack));
        const objects = all.flatMap(({ mesh }) => (mesh ? renderMesh(mesh) : []));
        const shared = sharedHosts(objects);
        // A delegate of a catalog with errors would be missing.
        const complete = all.length > 1 && all.every(({ mesh }) => mesh);
        const delegated = complete ? delegateProblems(objects) : [];
        print(formats[format](all, shared, delegated));
        const failing = strict ? ["error", "warning"] : ["error"];
        const found = all.flatMap(({ findings }) => findings);
        if (
          shared.length > 0 ||
          delegated.length > 0 ||
          found.some(({ severity }) => failing.includes(severity))
        )
          process.exitCode = 1;
      },
    );
}

const formats = {
  human: (all: readonly Checked[], shared: readonly SharedHost[], delegated: readonly string[]) =>
    [
      ...all.map(({ subject, findings }) => describeFindings(subject, findings)),
      ...shared.map(describeShared),
      ...delegated.map((text) => `${colours.error("error")} ${text}`),
    ].join(all.length > 1 ? "\n\n" : "\n"),
  json: (all: readonly Checked[], shared: readonly SharedHost[], delegated: readonly string[]) => {
    const own = all.map(({ subject: { name }, findings }) => ({ catalog: name, findings }));
    return JSON.stringify(
      own.length === 1 ? own[0] : { catalogs: own, sharedHosts: shared, delegates: delegated },
      null,
      2,
    );
  },
  sarif: (all: readonly Checked[]) =>
    all
      .map(({ subject, findings, position }) =>
        JSON.stringify(sarif(catalogFileOf(subject), findings, position), null, 2),
      )
      .join("\n"),
};

function describeShared(shared: SharedHost): string {
  return [
    `${colours.error("error")} ${pc.bold(shared.second.title)}`,
    `  ${sharedHostText(shared)}`,
    `  ${pc.dim("fix:")} leave the host to one of the catalogs`,
  ].join("\n");
}

interface Checked {
  readonly subject: Subject;
  readonly findings: readonly Finding[];
  /** The catalog to render. Absent if a finding is an error. */
  readonly mesh?: CheckedMesh;
  /** The place of a syntax error, where that is the finding. */
  readonly position?: Position;
}

/** The findings of a catalog. A syntax error is a finding, too, so that machines can read it. */
async function checked(argument: string | undefined, stack: string | undefined): Promise<Checked> {
  try {
    const subject = await loadSubject(argument, stack);
    const { findings, mesh } = checkMesh(subject.catalog);
    return { subject, findings, ...(mesh && { mesh }) };
  } catch (error) {
    if (!(error instanceof UnreadableCatalog)) throw error;
    const { reason, position, fix } = error;
    const message = isData(argument ?? "") ? reason : `the file can't be loaded: ${reason}`;
    const finding = { code: "MW001", severity: "error", path: "", message, fix } as const;
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
