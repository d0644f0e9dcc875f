import pc from "picocolors";
import type { Change } from "../../program/diff/changes";
import { previewText } from "../../program/diff/previewText";
import type { AuditFinding } from "../audit/finding";
import { auditText } from "../audit/report";
import type { FieldChange } from "./fields";
import type { ResourceChange, ResourceChanges } from "./resources";

/** What an update of a stack is going to do. */
export interface Preview {
  /** The stack. Undefined: that of `meshwright up` in the sandbox. */
  readonly stack?: string;
  readonly resources: ResourceChanges;
  /** The policies' findings about what the stack declares. */
  readonly policies: readonly AuditFinding[];
  /** Number of objects and releases that the policies judged. */
  readonly judged: number;
  /** The catalog's warnings. */
  readonly warnings: readonly string[];
  /** What the change does to requests. Undefined for a first deployment. */
  readonly requests?: readonly Change[];
}

const signs = { create: pc.green("+"), update: pc.yellow("~"), delete: pc.red("-") };

/** The most fields of a resource that are shown, and the longest value. */
const most = { fields: 12, characters: 80 };

/** For people: resources, policies, requests. */
export function previewReport(preview: Preview): string {
  const { stack, resources, policies, judged, warnings, requests } = preview;
  return [
    pc.bold("Resources"),
    ...resources.changes.flatMap(resourceLines).map((line) => `  ${line}`),
    `  ${countsText(resources)}`,
    ...othersText(resources),
    "",
    ...(warnings.length === 0 ? [] : [pc.bold("Catalog"), ...warnings.map((line) => `  ${line}`), ""]),
    pc.bold("Policies"),
    ...indented(auditText({ findings: policies, objects: judged, ignored: 0 })),
    "",
    pc.bold("Requests"),
    ...indented(
      requests === undefined ? "Nothing is deployed yet to compare with." : previewText(requests, stack),
    ),
  ].join("\n");
}

/** For machines. */
export function previewJson({ resources, ...rest }: Preview): string {
  return JSON.stringify({ ...rest, ...resources }, null, 2);
}

function resourceLines({ action, kind, namespace, name, fields }: ResourceChange): string[] {
  const title = `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
  const hidden = fields.length - most.fields;
  return [
    `${signs[action]} ${title}`,
    ...fields.slice(0, most.fields).map((field) => `    ${fieldText(field)}`),
    ...(hidden > 0 ? [pc.dim(`    and ${hidden} more fields: --format json`)] : []),
  ];
}

function fieldText({ path, ...values }: FieldChange): string {
  if (Array.isArray(values.before) && Array.isArray(values.after)) {
    return `${pc.cyan(path)}: ${itemsText(values.before, values.after)}`;
  }
  const [before, after] = [shown(values.before), shown(values.after)];
  if (!("before" in values)) return `${pc.cyan(path)}: ${pc.green(after)} ${pc.dim("(added)")}`;
  if (!("after" in values)) return `${pc.cyan(path)}: ${pc.red(before)} ${pc.dim("(removed)")}`;
  return `${pc.cyan(path)}: ${pc.red(before)} → ${pc.green(after)}`;
}

/** The items that a list gains and loses. The whole lists if only their order changes. */
function itemsText(before: readonly unknown[], after: readonly unknown[]): string {
  const missing = (from: readonly unknown[], among: readonly unknown[]): unknown[] => {
    const texts = new Set(among.map((item) => JSON.stringify(item)));
    return from.filter((item) => !texts.has(JSON.stringify(item)));
  };
  const items = [
    ...missing(after, before).map((item) => pc.green(`+ ${shown(item)}`)),
    ...missing(before, after).map((item) => pc.red(`- ${shown(item)}`)),
  ];
  return items.length === 0 ? `${pc.red(shown(before))} → ${pc.green(shown(after))}` : items.join(", ");
}

function shown(value: unknown): string {
  const text = value === undefined ? "" : JSON.stringify(value);
  return text.length <= most.characters ? text : `${text.slice(0, most.characters)}…`;
}

function countsText({ changes, unchanged }: ResourceChanges): string {
  const count = (action: ResourceChange["action"]): string[] => {
    const number = changes.filter((one) => one.action === action).length;
    return number === 0 ? [] : [`${number} to ${action}`];
  };
  return [...count("create"), ...count("update"), ...count("delete"), `${unchanged} unchanged`].join(", ");
}

function othersText({ others }: ResourceChanges): string[] {
  const counts = Object.entries(others).map(([type, count]) => `${count} ${type.split(":").at(-1) ?? type}`);
  return counts.length === 0
    ? []
    : [pc.dim(`  Not compared: ${counts.join(", ")}. pulumi preview shows them.`)];
}

function indented(text: string): string[] {
  return text.split("\n").map((line) => (line === "" ? "" : `  ${line}`));
}
