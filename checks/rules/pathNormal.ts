import { formatPath, type MeshDefinition, type RoutePattern } from "../../catalog";
import { entrances, pathLists } from "../references";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

const asking = (path: string): object => webAndApi({ calls: { api: { paths: [path] } } }, {});

/** @param flaw how a normalized path differs. */
export const text = (path: string, flaw: string): Text => ({
  message: `no request has the path "${path}": a normalized path ${flaw}`,
  fix: "write the normalized path",
});

export const pathNormal: DefinitionRule = {
  code: "MW306",
  severity: "error",
  title: "Paths are normalized",
  why: [
    "Proxies normalize the path of a request before they compare it, but not the path in a rule.",
    "A rule with a path that is not normalized never matches: its call is denied, and a route is never used.",
  ],
  see: pages.normalization,
  stage: "definition",
  examples: { wrong: asking("/api//orders/*"), right: asking("/api/orders/*") },
  *check(definition) {
    for (const { text: given, path } of paths(definition)) {
      const flaw = flawOf(given);
      if (flaw === undefined) continue;
      yield {
        path: formatPath(path),
        ...text(given, flaw),
      };
    }
  },
};

function* paths(
  definition: MeshDefinition,
): Iterable<{ readonly text: string; readonly path: readonly (string | number)[] }> {
  for (const { paths: listed, path } of pathLists(definition)) {
    for (const [i, text] of listed.entries()) yield { text, path: [...path, i] };
  }
  for (const { own, path: at } of entrances(definition)) {
    for (const section of ["routes", "redirects", "directResponses", "delegates"] as const) {
      const all: readonly RoutePattern[] = own[section] ?? [];
      for (const [i, { prefix, match }] of all.entries()) {
        const place = [...at, section, i];
        if (prefix !== undefined) yield { text: prefix, path: [...place, "prefix"] };
        if (match?.uri && "exact" in match.uri) {
          yield { text: match.uri.exact, path: [...place, "match", "uri", "exact"] };
        }
      }
    }
  }
}

function flawOf(path: string): string | undefined {
  if (/[?#]/.test(path)) return "has no ? and no #";
  if (path.includes("\\")) return "has slashes instead of backslashes";
  if (/%(2e|2f|5c)/i.test(path)) return "has no escaped slash, backslash or dot";
  if (path.includes("//")) return "has no //";
  if (/\/\.{1,2}(\/|$)/.test(path)) return "has no /./ and no /../";
  return undefined;
}
