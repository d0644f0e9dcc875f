import { formatPath, type RoutePattern } from "../../catalog";
import { pages } from "../pages";
import { entrances } from "../references";
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

export const prefixLiteral: DefinitionRule = {
  code: "MW533",
  severity: "warning",
  title: "A prefix has no characters of regular expressions",
  why: [
    "Envoy compares a prefix as text.",
    "A prefix that is meant as a regular expression matches no request, so the route gets none.",
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
    }
  },
};

/** Whether a prefix has characters that paths rarely have and regular expressions often. */
function isExpression(prefix: string): boolean {
  return /[[\](){}|^$+\\]/.test(prefix);
}
