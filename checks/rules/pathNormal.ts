import { formatPath, type MeshDefinition, type RoutePattern } from "../../catalog";
import { pathLists } from "../references";
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
  for (const [gateway, { hosts }] of Object.entries(definition.gateways ?? {})) {
    for (const [host, { routes, redirects = [], directResponses = [] }] of Object.entries(hosts)) {
      const at = ["gateways", gateway, "hosts", host];
      const matched: [string, readonly RoutePattern[]][] = [
        ["routes", routes],
        ["directResponses", directResponses],
      ];
      const places = matched.flatMap(([section, all]) =>
        all.map((one, i) => ({ one, route: [...at, section, i] })),
      );
      for (const {
        one: { prefix, match },
        route,
      } of places) {
        if (prefix !== undefined) yield { text: prefix, path: [...route, "prefix"] };
        if (match?.uri && "exact" in match.uri) {
          yield { text: match.uri.exact, path: [...route, "match", "uri", "exact"] };
        }
      }
      for (const [i, { prefix }] of redirects.entries()) {
        yield { text: prefix, path: [...at, "redirects", i, "prefix"] };
      }
    }
  }
}

function flawOf(path: string): string | undefined {
  if (/[?#]/.test(path)) return "has no ? and no #";
  if (path.includes("\\")) return "has / instead of \\";
  if (/%(2e|2f|5c)/i.test(path)) return "has no escaped /, \\ or .";
  if (path.includes("//")) return "has no //";
  if (/\/\.{1,2}(\/|$)/.test(path)) return "has no /./ and no /../";
  return undefined;
}
