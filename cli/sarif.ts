import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Finding, findingText, rules, type Severity } from "../checks";
import { packageRoot } from "../toolchain/packageRoot";
import { isData } from "./catalogFile";
import { type Position, positionOf } from "./sourceOf";

/** A rule in the format that code hosts read. */
export interface SarifRule {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** Its page in Markdown. Default: its title. */
  readonly page?: string;
}

/** A finding in the format that code hosts read. */
export interface SarifResult {
  readonly rule: string;
  readonly severity: Severity;
  readonly text: string;
  /** Name of the object, or path in the catalog. */
  readonly logical: string;
  /** `-` is standard input. Undefined if there is none. */
  readonly file?: string;
  readonly position?: Position;
}

const levels: Record<Severity, string> = { error: "error", warning: "warning", info: "note" };

/**
 * Findings of a catalog in the format that code hosts read.
 *
 * @param file the catalog's file; undefined if there is none.
 * @param position where all of the findings stand. Default: found by their paths in the file.
 */
export function sarif(file: string | undefined, findings: readonly Finding[], position?: Position): object {
  const text =
    file !== undefined && existsSync(file) && statSync(file).isFile() ? readFileSync(file, "utf8") : "";
  return sarifLog(
    rules.map(({ code, title, severity }) => ({
      id: code,
      title,
      severity,
      ...pageAt("docs", "checks", `${code}.md`),
    })),
    findings.map((finding) => {
      const place =
        position ?? (file === undefined ? undefined : positionOf(text, finding.path, isData(file)));
      return {
        rule: finding.code,
        severity: finding.severity,
        text: findingText(finding),
        logical: finding.path,
        ...(file !== undefined && { file }),
        ...(place && { position: place }),
      };
    }),
  );
}

/**
 * A log with one run of `meshwright`.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarifLog(all: readonly SarifRule[], results: readonly SarifResult[]): object {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as {
    version: string;
  };
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "meshwright",
            version,
            semanticVersion: version,
            rules: all.map(({ id, title, severity, page }) => ({
              id,
              shortDescription: { text: title },
              help: { text: title, ...(page !== undefined && { markdown: page }) },
              defaultConfiguration: { level: levels[severity] },
            })),
          },
        },
        results: results.map(({ rule, severity, text, logical, file, position }) => ({
          ruleId: rule,
          level: levels[severity],
          message: { text },
          locations: [
            {
              ...(file !== undefined && {
                physicalLocation: {
                  artifactLocation: { uri: file === "-" ? "stdin" : file },
                  ...(position && { region: { startLine: position.line, startColumn: position.column } }),
                },
              }),
              logicalLocations: [{ fullyQualifiedName: logical }],
            },
          ],
        })),
      },
    ],
  };
}

/** The content of a page that the package has. */
export function pageAt(...path: readonly string[]): { readonly page?: string } {
  const file = join(packageRoot(), ...path);
  return existsSync(file) ? { page: readFileSync(file, "utf8") } : {};
}
