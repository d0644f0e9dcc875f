import { formatPath, type MeshDefinition } from "../../catalog";
import { references } from "../references";
import type { DefinitionRule } from "../rule";
import { webAndApi } from "./example";

const asking = (path: string): object => webAndApi({ calls: { api: { paths: [path] } } }, {});

/**
 * Proxies compare paths after they have normalized them, and what a rule says they leave as it is.
 *
 * @see https://istio.io/latest/docs/reference/config/security/normalization/
 */
export const pathNormal: DefinitionRule = {
  code: "MW306",
  severity: "error",
  title: "Paths are written as proxies compare them",
  stage: "definition",
  examples: { wrong: asking("/api//orders/*"), right: asking("/api/orders/*") },
  *check(definition) {
    for (const { text, path } of paths(definition)) {
      const flaw = flawOf(text);
      if (flaw === undefined) continue;
      yield {
        path: formatPath(path),
        message: `no request has the path "${text}": one that a proxy compares ${flaw}`,
        fix: "write the path as it is after normalization",
      };
    }
  },
};

function* paths(
  definition: MeshDefinition,
): Iterable<{ readonly text: string; readonly path: readonly (string | number)[] }> {
  for (const { call, path } of references(definition)) {
    for (const [i, text] of (call.paths ?? []).entries()) yield { text, path: [...path, "paths", i] };
  }
  for (const [gateway, { hosts }] of Object.entries(definition.gateways ?? {})) {
    for (const [host, { routes, redirects = [] }] of Object.entries(hosts)) {
      const at = ["gateways", gateway, "hosts", host];
      for (const [i, { prefix }] of routes.entries())
        yield { text: prefix, path: [...at, "routes", i, "prefix"] };
      for (const [i, { prefix }] of redirects.entries()) {
        yield { text: prefix, path: [...at, "redirects", i, "prefix"] };
      }
    }
  }
}

function flawOf(path: string): string | undefined {
  if (/[?#]/.test(path)) return "ends before ? and #";
  if (path.includes("\\")) return "has / in the place of \\";
  if (/%(2e|2f|5c)/i.test(path)) return "has no escaped /, \\ or .";
  if (path.includes("//")) return "has no //";
  if (/\/\.{1,2}(\/|$)/.test(path)) return "has no /./ and no /../";
  return undefined;
}
