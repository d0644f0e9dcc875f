import { formatPath, type MeshDefinition, type RoutePattern } from "../../catalog";
import { pages } from "../pages";
import { denials, entrances, extAuthzs, references } from "../references";
import type { DefinitionRule, Text } from "../rule";
import { withHosts } from "./example";

const routed = (route: object): object =>
  withHosts({
    "shop.example.com": { tls: { credentialName: "shop" }, routes: [{ ...route, service: "web" }] },
  });

/** For the prefix of a route. */
export const routeText = (prefix: string): Text => ({
  message: `"${prefix}" is compared as text, so only paths with these very characters match`,
  fix: `for a regular expression write match: { uri: { regex: "${prefix}.*" } } and list the paths`,
});

/** For the prefix of a redirect. */
export const redirectText = (prefix: string): Text => ({
  message: routeText(prefix).message,
  fix: "write one redirect for each prefix",
});

export const directText = (prefix: string): Text => ({
  ...redirectText(prefix),
  fix: "write the paths' beginning as it is, or use match.uri.regex",
});

/** For a path of a call, route, admission or rule. */
export const pathText = (path: string): Text => ({
  message: routeText(path).message,
  fix: `write the beginning of the paths with a trailing "*": "${path.slice(0, path.search(expression))}*"`,
});

/** For the exact path of a route. */
export const exactText = (path: string): Text => ({
  message: routeText(path).message,
  fix: "use match.uri.regex for a regular expression, or prefix for all paths below one",
});

export const prefixLiteral: DefinitionRule = {
  code: "MW533",
  severity: "warning",
  title: "Paths and prefixes have no characters of regular expressions or templates",
  why: [
    "Envoy compares a path or prefix as text; only a trailing `*` of a path is a wildcard.",
    "A path such as `/users/{id}` or `/v[0-9]+` therefore matches no request: the route gets none, the call is denied, and a DENY rule denies nothing.",
  ],
  see: pages.virtualService,
  suppress: "the paths contain these characters.",
  stage: "definition",
  examples: {
    wrong: routed({ prefix: "/api/v[0-9]+" }),
    right: routed({ match: { uri: { regex: "/api/v[0-9]+/.*" } }, paths: ["/api/*"] }),
  },
  *check(definition) {
    const texts = {
      routes: routeText,
      redirects: redirectText,
      directResponses: directText,
      delegates: redirectText,
    };
    for (const { own, path } of entrances(definition)) {
      for (const section of ["routes", "redirects", "directResponses", "delegates"] as const) {
        const all: readonly RoutePattern[] = own[section] ?? [];
        for (const [i, { prefix = "" }] of all.entries()) {
          if (!isExpression(prefix)) continue;
          yield { path: formatPath([...path, section, i, "prefix"]), ...texts[section](prefix) };
        }
      }
      for (const section of ["routes", "directResponses"] as const) {
        for (const [i, { match }] of (own[section] ?? []).entries()) {
          const uri = match?.uri;
          if (!uri || !("exact" in uri) || !isExpression(uri.exact)) continue;
          yield {
            path: formatPath([...path, section, i, "match", "uri", "exact"]),
            ...exactText(uri.exact),
          };
        }
      }
    }
    for (const { own, path } of pathLists(definition)) {
      for (const field of ["paths", "notPaths"] as const) {
        for (const [i, one] of (own[field] ?? []).entries()) {
          if (isExpression(one)) yield { path: formatPath([...path, field, i]), ...pathText(one) };
        }
      }
    }
  },
};

interface PathLists {
  readonly own: { readonly paths?: readonly string[]; readonly notPaths?: readonly string[] };
  readonly path: readonly (string | number)[];
}

/** Everything that limits requests by paths. */
function* pathLists(definition: MeshDefinition): Iterable<PathLists> {
  for (const { call, path } of references(definition)) yield { own: call, path };
  for (const { rule, path } of denials(definition)) yield { own: rule, path };
  for (const { extAuthz, path } of extAuthzs(definition)) yield { own: extAuthz, path };
}

/** Characters that paths rarely have, and regular expressions and templates often, and parameters such as `/:id`. */
const expression = /[[\](){}|^$+\\]|(?<=\/):/;

function isExpression(path: string): boolean {
  return expression.test(path);
}
