import { type Audit, audit } from "../../../cli/audit/audit";
import { policySettings } from "../../../cli/audit/settings";
import { sourcesOf } from "../../../cli/audit/sources";
import { readText } from "../../../cli/manifests";

/** What an audit says of a text with manifests. */
export function audited(
  text: string,
  { complete = false, environment = "prod" as const, namespace = "default" } = {},
): Audit {
  const read = readText(text, "mesh.yaml");
  const sources = { ...sourcesOf(read, namespace), unreadable: read.unreadable };
  return audit(sources, { settings: policySettings(environment), complete });
}

/** The findings of one code, as `<severity> <object> <line>: <message>`. */
export function said({ findings }: Audit, code: string): string[] {
  return findings
    .filter((one) => one.code === code)
    .map(({ object, line, message }) =>
      object ? `${object.kind} ${object.namespace}/${object.name} ${line ?? "-"}: ${message}` : message,
    );
}

/** The codes of the rules that find something, each once. Policies have no code. */
export function codesOf({ findings }: Audit): string[] {
  return [...new Set(findings.map(({ code }) => code))].filter((code) => code.startsWith("MW")).sort();
}
