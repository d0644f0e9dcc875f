import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Finding, findingText, rules, type Severity } from "../checks";
import { packageRoot } from "../toolchain/packageRoot";
import { isData } from "./catalogFile";
import { type Position, positionOf } from "./sourceOf";

const levels: Record<Severity, string> = { error: "error", warning: "warning", info: "note" };

/**
 * Findings in the format that code hosts read.
 *
 * @param file the catalog's file; undefined if there is none.
 * @param position where all of the findings stand. Default: found by their paths in the file.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarif(file: string | undefined, findings: readonly Finding[], position?: Position): object {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as {
    version: string;
  };
  const text =
    file !== undefined && existsSync(file) && statSync(file).isFile() ? readFileSync(file, "utf8") : "";
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
            rules: rules.map(({ code, title, severity }) => ({
              id: code,
              shortDescription: { text: title },
              help: helpOf(code, title),
              defaultConfiguration: { level: levels[severity] },
            })),
          },
        },
        results: findings.map((finding) => {
          const place =
            position ?? (file === undefined ? undefined : positionOf(text, finding.path, isData(file)));
          return {
            ruleId: finding.code,
            level: levels[finding.severity],
            message: { text: findingText(finding) },
            locations: [
              {
                ...(file !== undefined && {
                  physicalLocation: {
                    artifactLocation: { uri: file === "-" ? "stdin" : file },
                    ...(place && { region: { startLine: place.line, startColumn: place.column } }),
                  },
                }),
                logicalLocations: [{ fullyQualifiedName: finding.path }],
              },
            ],
          };
        }),
      },
    ],
  };
}

/** The rule's page, which the package has. */
function helpOf(code: string, title: string): { text: string; markdown?: string } {
  const page = join(packageRoot(), "docs", "checks", `${code}.md`);
  return { text: title, ...(existsSync(page) && { markdown: readFileSync(page, "utf8") }) };
}
