import { compare } from "../../catalog";
import { type KnownObject, knownObject, nameOf } from "../../effect";
import type { UnreadableFile } from "../manifests";
import { auditedOf } from "./audited";
import { withClients } from "./clients";
import { type AuditFinding, type AuditSeverity, type Found, titleOf } from "./finding";
import { gatewayWorkloads, meshSettings } from "./meshReleases";
import { policyFindings, type PolicySettings } from "./policies";
import { openFindings, otherFiles } from "./questions";
import type { OpenQuestion } from "./rule";
import { auditRules } from "./rules";
import { repeated, unreadable } from "./rules/reading";
import { placeOf, type Source, type Sources } from "./sources";

/** What an audit found. */
export interface Audit {
  /** Number of objects and Helm releases that were judged. */
  readonly objects: number;
  /** Sorted by file and line; those about all objects last. */
  readonly findings: readonly AuditFinding[];
  /** Number of findings that annotations of their objects ignore. */
  readonly ignored: number;
}

/** The prefix of the annotations by which an object ignores findings of a rule, with the reason as the value. */
const ignorePrefix = "ignore.meshwright.dev/";

/**
 * Judges objects by the policies of the policy pack, and by the rules about consistency and effects.
 *
 * @param settings settings of the policies.
 * @param complete whether what is not among the objects does not exist, as on a cluster.
 */
export function audit(
  sources: Sources & { readonly unreadable?: readonly UnreadableFile[] },
  { settings, complete }: { readonly settings: PolicySettings; readonly complete: boolean },
): Audit {
  const objects = sources.objects.map(({ object }) => object);
  const audited = auditedOf(objects, {
    settings: meshSettings(objects, sources.releases),
    workloads: gatewayWorkloads(sources.releases),
    installed: sources.releases.map(({ namespace = "default" }) => namespace),
    complete,
  });
  const questions: OpenQuestion[] = [];
  const own: Found[] = [];
  for (const rule of auditRules) {
    for (const one of rule.find(audited)) {
      if ("unknown" in one) questions.push(one);
      else own.push({ ...one, code: rule.code, severity: rule.severity, object: nameOf(one.object) });
    }
  }
  const byPolicies = withClients(policyFindings(objects, sources.releases, settings), audited);
  const found = onceEach(byPolicies, own);
  const places = placesOf(sources);
  const isIgnored = ({ code, object }: Found): boolean =>
    object !== undefined &&
    (places.get(titleOf(object))?.known?.annotations[`${ignorePrefix}${code}`] ?? "") !== "";
  const kept = found.filter((one) => !isIgnored(one));
  const findings = [
    ...kept.map((one): AuditFinding => ({ ...one, ...place(places, one) })),
    ...sources.replaced.map(replacedFinding),
    ...(sources.unreadable ?? []).map(unreadableFinding),
  ];
  return {
    objects: objects.length + sources.releases.length,
    findings: [...findings.sort(byPlace), ...openFindings(audited, questions), ...otherFiles(sources)],
    ignored: found.length - kept.length,
  };
}

/** Rules about faults that the policy `require-safe-effects` reports too, if it is sure that a name is misspelled. */
const shared = new Set(["MW923", "MW924", "MW926"]);

/** Each fault once: what a rule and the policy say of one field is the rule's finding, with the policy's severity. */
function onceEach(byPolicies: readonly Found[], byRules: readonly Found[]): Found[] {
  const effects = byPolicies.filter(({ code }) => code === "require-safe-effects");
  const said = Map.groupBy(effects, ({ object }) => (object ? titleOf(object) : ""));
  const repeats = new Set<Found>();
  const own = byRules.map((rule) => {
    if (!shared.has(rule.code) || !rule.object || rule.path === undefined) return rule;
    const same = said.get(titleOf(rule.object))?.filter(({ path }) => path?.startsWith(rule.path ?? ""));
    for (const one of same ?? []) repeats.add(one);
    return same?.[0] ? { ...rule, severity: same[0].severity } : rule;
  });
  return [...byPolicies.filter((one) => !repeats.has(one)), ...own];
}

interface Place {
  readonly source: Pick<Source, "document" | "at">;
  readonly known?: KnownObject;
}

/** The sources by title. Helm releases are objects here. */
function placesOf({ objects, releases }: Sources): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const { release, namespace = "", document } of releases) {
    places.set(titleOf({ kind: "Release", namespace, name: release }), {
      source: { at: [], ...(document && { document }) },
    });
  }
  for (const source of objects) {
    const known = knownObject(source.object);
    const title = titleOf(known);
    // A Gateway of the Gateway API can have the name of an Istio Gateway.
    if (!places.has(title) || known.group.endsWith("istio.io")) places.set(title, { source, known });
  }
  return places;
}

function place(places: ReadonlyMap<string, Place>, { object, path }: Found): Partial<AuditFinding> {
  const found = object && places.get(titleOf(object));
  return found ? (placeOf(found.source, path) ?? {}) : {};
}

function replacedFinding({ first, last }: Sources["replaced"][number]): AuditFinding {
  const earlier = placeOf(first, undefined);
  return {
    code: repeated.code,
    severity: repeated.severity,
    object: nameOf(knownObject(last.object)),
    message: `The object is also in ${earlier?.file ?? ""}:${earlier?.line ?? 1}. kubectl apply keeps the last one, so only this one is judged.`,
    fix: "Remove one of them, or name the folders of each environment one after the other",
    ...placeOf(last, undefined),
  };
}

function unreadableFinding({ file, reason, position }: UnreadableFile): AuditFinding {
  return {
    code: unreadable.code,
    severity: unreadable.severity,
    message: `${file} can't be read: ${reason}`,
    fix: "Correct the file. Render templates first: helm template, kubectl kustomize",
    file,
    ...position,
  };
}

function byPlace(a: AuditFinding, b: AuditFinding): number {
  return (
    Number(a.file === undefined) - Number(b.file === undefined) ||
    compare(a.file ?? "", b.file ?? "") ||
    (a.line ?? 0) - (b.line ?? 0) ||
    compare(a.object ? titleOf(a.object) : "", b.object ? titleOf(b.object) : "") ||
    order[a.severity] - order[b.severity]
  );
}

const order: Readonly<Record<AuditSeverity, number>> = { error: 0, warning: 1, info: 2 };
