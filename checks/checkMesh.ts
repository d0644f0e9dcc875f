import { formatPath, type Mesh, type MeshDefinition, normalize, parsePath } from "../catalog";
import { compareFindings, type Finding } from "./finding";
import { mirrors, portReferences, portsOf } from "./references";
import { rules } from "./registry";
import type { DefinitionRule, HasFailed, MeshRule } from "./rule";
import { fieldKnown, readStructure } from "./structure";
import { covers, suppress } from "./suppressions";
import { cut, isWrittenIn, put } from "./written";

declare const checked: unique symbol;

/** A normalized catalog without errors. Only {@link checkMesh} makes one, so nothing unchecked is rendered. */
export type CheckedMesh = Mesh & { readonly [checked]: true };

/** What {@link checkMesh} has found, and what may be rendered. */
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
    if (rule.stage === "definition") return reported(rule, rule.check(rest, isWritten, hasFailed));
    return rule.stage === "mesh" ? reported(rule, rule.check(mesh, hasFailed)) : [];
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
 * Says of a path whether a finding there follows from a value of the wrong form: because it judges that value, or what is
 * left of an object without it, such as the sum of weights of which one is not a number. A service, external service or
 * gateway is judged as a whole, whatever is wrong inside of it.
 */
function followsFrom(failed: readonly string[], hasFailed: HasFailed): (path: string) => boolean {
  return (path) => failed.some((one) => covers(one, path)) || (parsePath(path).length > 2 && hasFailed(path));
}

function reported(
  { code, severity }: DefinitionRule | MeshRule,
  reports: ReturnType<MeshRule["check"]>,
): Finding[] {
  return [...reports].map((report) => ({ code, severity, ...report }));
}

/** Where a route leads whose service is not declared; no service can have the name. */
const unknownService = "?";

/** A catalog in which every call, route, probe and mirror leads somewhere, so that the rest of it can be judged in the same run. */
function withoutDangling(definition: MeshDefinition): MeshDefinition {
  let rest: unknown = definition;
  for (const reference of portReferences(definition)) {
    const { call, path, calleePath } = reference;
    const ports = portsOf(definition, reference);
    if (!ports || Object.keys(ports).length === 0) {
      if (path[0] === "gateways") {
        rest = put(rest, path, { ...call, service: unknownService, port: "http" });
      } else {
        // All calls of a callee go at once.
        const place = path[2] === "calls" ? calleePath : path;
        if (isWrittenIn(rest)(...place.map(String))) rest = cut(rest, place);
      }
    } else if (call.port === undefined ? Object.keys(ports).length > 1 : !Object.hasOwn(ports, call.port)) {
      // Which port is meant isn't known, but whom the call is for is.
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
