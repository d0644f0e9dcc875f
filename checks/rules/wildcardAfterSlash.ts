import { formatPath } from "../../catalog";
import { pathLists } from "../references";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

const asking = (path: string): object => webAndApi({ calls: { api: { paths: [path] } } }, {});

export const text = (path: string): Text => {
  const bare = path.slice(0, -1);
  return {
    message: `"${path}" also allows every path that begins with "${bare}", such as "${bare}-admin"`,
    fix: `write "${bare}" and "${bare}/*"`,
  };
};

export const wildcardAfterSlash: DefinitionRule = {
  code: "MW311",
  severity: "warning",
  title: "A path's wildcard follows a slash",
  why: [
    "A trailing `*` in an AuthorizationPolicy matches any suffix, not only whole path segments.",
    "`/orders*` therefore also allows `/orders-admin`, which may be another resource with other permissions.",
  ],
  see: pages.authorizationPolicy,
  suppress: "the service has no other path with this prefix, and can't get one.",
  stage: "definition",
  examples: { wrong: asking("/orders*"), right: asking("/orders/*") },
  *check(definition) {
    for (const { paths, path } of pathLists(definition)) {
      // A DENY rule allows its exceptions only, and a provider decides all but its exceptions.
      if ((path[2] === "deny" || path.at(-2) === "extAuthz") && path.at(-1) === "paths") continue;
      for (const [i, given] of paths.entries()) {
        if (!given.endsWith("*") || given.endsWith("/*")) continue;
        yield {
          path: formatPath([...path, i]),
          ...text(given),
        };
      }
    }
  },
};
