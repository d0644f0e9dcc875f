import pc from "picocolors";
import type { Audit } from "./audit";
import { type AuditFinding, type AuditSeverity, titleOf } from "./finding";

const colours: Readonly<Record<AuditSeverity, (text: string) => string>> = {
  error: pc.red,
  warning: pc.yellow,
  info: pc.blue,
};

/** The findings for people, grouped by object, and their count. */
export function auditText({ findings, objects, ignored }: Audit): string {
  const groups = Map.groupBy(findings, headingOf);
  return [
    ...[...groups].flatMap(([heading, own]) => [pc.bold(heading), ...own.flatMap(lines), ""]),
    summary(findings, objects, ignored),
  ].join("\n");
}

function headingOf({ object, file }: AuditFinding): string {
  return object ? titleOf(object) : (file ?? "All objects");
}

function lines({ code, severity, file, line, message, fix }: AuditFinding): string[] {
  const place = file === undefined ? "" : ` ${pc.dim(line === undefined ? file : `${file}:${line}`)}`;
  return [
    `  ${colours[severity](`${severity} ${code}`)}${place}`,
    ...message.split("\n").map((text) => `    ${text}`),
    ...(fix === undefined ? [] : [`    ${pc.dim("fix:")} ${fix.replace(/\.$/, "")}`]),
  ];
}

function summary(findings: readonly AuditFinding[], objects: number, ignored: number): string {
  const count = (severity: AuditSeverity): string[] => {
    const number = findings.filter((one) => one.severity === severity).length;
    return number === 0 ? [] : [`${number} ${severity}${number === 1 || severity === "info" ? "" : "s"}`];
  };
  const counts = [...count("error"), ...count("warning"), ...count("info")].join(", ");
  return [
    `${objects} ${objects === 1 ? "object" : "objects"}: ${counts === "" ? "no findings" : counts}`,
    ...(ignored > 0 ? [`, ${ignored} ignored by annotations`] : []),
  ].join("");
}
