import { formatPath, type Mesh, type MeshDefinition, normalize, parsePath } from "../catalog";
import { compareFindings, type Finding } from "./finding";
import { mirrors, portReferences, portsOf, unknownService } from "./references";
import { rules } from "./registry";
import type { HasFailed, Rendered, Report, Rule } from "./rule";
import { fieldKnown, readStructure } from "./structure";
import { covers, suppress } from "./suppressions";
import { cut, isWrittenIn, put } from "./written";

declare const checked: unique symbol;

/** A normalized catalog without errors. Only `checkMesh` returns one, so no unchecked catalog is rendered. */
export type CheckedMesh = Mesh & { readonly [checked]: true };

/** The result of `checkMesh`. */
export interface CheckResult {
  /** All findings, sorted by path. */
  readonly findings: Finding[];
  /** The catalog to render. Missing if a finding is an error. */
  readonly mesh?: CheckedMesh;
}

/**
 * Checks a whole catalog.
 *
 * @param definition the result of `defineMesh`, or any other value, such as parsed JSON or YAML.
 * @param rendered the objects that a normalized catalog is rendered to, against which overrides are checked.
 * @returns all findings, and the catalog to render if none of them is an error. It never throws for a wrong value.
 */
export function checkCatalog(definition: unknown, rendered: Rendered): CheckResult {
  const { findings: misread, input, rest, standIns } = readStructure(definition);
  if (!rest) return { findings: misread.sort(compareFindings) };

  const isWritten = isWrittenIn(input);
  const mesh = normalize(withoutDangling(rest));
  const failed = misread
    .filter(({ code, path }) => code !== fieldKnown.code && path !== "")
    .map(({ path }) => path);
  const hasFailed: HasFailed = (path) => failed.some((one) => path === "" || covers(path, one));
  const follows = followsFrom(failed, hasFailed);
  const judged = rules.flatMap((rule) => {
    if ("needsWhole" in rule && misread.length > 0) return [];
    switch (rule.stage) {
      case "definition":
        return reported(rule, rule.check(rest, isWritten, hasFailed));
      case "mesh":
        return reported(rule, rule.check(mesh, hasFailed));
      case "objects":
        return reported(rule, rule.check(mesh, rendered, hasFailed));
      default:
        return [];
    }
  });
  const nowhere = [...standIns, formatPath(["services", unknownService])];
  const findings = [
    ...misread,
    ...judged.filter(({ path }) => !nowhere.some((place) => covers(place, path)) && !follows(path)),
  ];

  const left = suppress(findings, rest.suppressions ?? []).sort(compareFindings);
  if (left.some(({ severity }) => severity === "error")) return { findings: left };
  return { findings: left, mesh: mesh as CheckedMesh };
}

/**
 * Whether a finding at a path follows from an invalid value. It is then about that value, or about an object from which
 * the value was removed. Example: the sum of weights, one of which is not a number. Findings about a whole service,
 * external service or gateway are always reported.
 */
function followsFrom(failed: readonly string[], hasFailed: HasFailed): (path: string) => boolean {
  return (path) => failed.some((one) => covers(one, path)) || (parsePath(path).length > 2 && hasFailed(path));
}

function reported({ code, severity }: Rule, reports: Iterable<Report>): Finding[] {
  return [...reports].map((report) => ({ code, severity, ...report }));
}

/** Returns a catalog in which every call, route, probe and mirror has a target, so that the other rules can be checked. */
function withoutDangling(definition: MeshDefinition): MeshDefinition {
  let rest: unknown = definition;
  for (const reference of portReferences(definition)) {
    const { call, path, calleePath } = reference;
    const ports = portsOf(definition, reference);
    if (!ports || Object.keys(ports).length === 0) {
      if (path[0] === "gateways" || path[0] === "delegates") {
        rest = put(rest, path, { ...call, service: unknownService, port: "http" });
      } else {
        // All calls of a callee are removed together.
        const place = path[2] === "calls" ? calleePath : path;
        if (isWrittenIn(rest)(...place.map(String))) rest = cut(rest, place);
      }
    } else if (call.port === undefined ? Object.keys(ports).length > 1 : !Object.hasOwn(ports, call.port)) {
      // The callee is known, only its port is not.
      rest = put(rest, [...path, "port"], Object.keys(ports)[0]);
    }
  }
  for (const { target, path } of mirrors(definition)) {
    if (!Object.hasOwn(definition.services, target)) rest = cut(rest, path);
  }
  const known = rest as MeshDefinition;
  if (rest === definition) return known;
  const stranger = { ports: { http: { port: 80, protocol: "http" } } } as const;
  return { ...known, services: { ...known.services, [unknownService]: stranger } };
}
