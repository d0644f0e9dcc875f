import { type Mesh, type MeshDefinition, normalize } from "../catalog";
import { compareFindings, type Finding } from "./finding";
import { mirrors, portsOf, references } from "./references";
import { rules } from "./registry";
import type { DefinitionRule, MeshRule } from "./rule";
import { readStructure } from "./structure";
import { suppress } from "./suppressions";
import { cut, isWrittenIn } from "./written";

declare const checked: unique symbol;

/** A normalized catalog without errors. Only {@link checkMesh} makes one, so nothing unchecked is rendered. */
export type CheckedMesh = Mesh & { readonly [checked]: true };

export interface CheckResult {
  /** Sorted by path; all that there are, not only the first. */
  readonly findings: Finding[];
  /** Missing when a finding is an error. */
  readonly mesh?: CheckedMesh;
}

/**
 * Judges a whole catalog.
 *
 * Never throws for what stands in the catalog, whatever that is: plain JavaScript and parsed JSON or YAML are
 * as welcome as the result of `defineMesh`.
 */
export function checkMesh(definition: unknown): CheckResult {
  const { findings, rest } = readStructure(definition);
  if (!rest) return { findings: findings.sort(compareFindings) };

  const isWritten = isWrittenIn(definition);
  for (const rule of rules.filter((one): one is DefinitionRule => one.stage === "definition")) {
    findings.push(...reported(rule, rule.check(rest, isWritten)));
  }
  const sound = withoutDangling(rest);
  const mesh = sound && normalize(sound);
  if (mesh) {
    for (const rule of rules.filter((one): one is MeshRule => one.stage === "mesh")) {
      findings.push(...reported(rule, rule.check(mesh)));
    }
  }

  const left = suppress(findings, rest.suppressions ?? []).sort(compareFindings);
  if (!mesh || left.some(({ severity }) => severity === "error")) return { findings: left };
  return { findings: left, mesh: mesh as CheckedMesh };
}

function reported(
  { code, severity }: DefinitionRule | MeshRule,
  reports: ReturnType<MeshRule["check"]>,
): Finding[] {
  return [...reports].map((report) => ({ code, severity, ...report }));
}

/** A catalog without the calls, routes and mirrors that lead nowhere, so that the rest of it can be judged in the same run. */
function withoutDangling(definition: MeshDefinition): MeshDefinition | undefined {
  const dangling = [...references(definition)].filter((reference) => {
    const { call } = reference;
    const ports = portsOf(definition, reference);
    return !ports || (call.port === undefined ? Object.keys(ports).length > 1 : !ports[call.port]);
  });
  const lost = [...mirrors(definition)].filter(({ target }) => !definition.services[target]);
  if (dangling.length + lost.length === 0) return definition;
  let rest: unknown = definition;
  for (const { path } of [...dangling, ...lost]) {
    // The first of a list takes its neighbours with it.
    if (isWrittenIn(rest)(...path.map(String))) rest = cut(rest, path);
  }
  return readStructure(rest).rest;
}
