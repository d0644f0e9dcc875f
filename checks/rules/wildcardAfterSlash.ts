import { formatPath } from "../../catalog";
import { references } from "../references";
import type { DefinitionRule } from "../rule";
import { webAndApi } from "./example";

const asking = (path: string): object => webAndApi({ calls: { api: { paths: [path] } } }, {});

export const wildcardAfterSlash: DefinitionRule = {
  code: "MW311",
  severity: "warning",
  title: "A path's wildcard begins after a slash",
  stage: "definition",
  examples: { wrong: asking("/orders*"), right: asking("/orders/*") },
  *check(definition) {
    for (const { call, path } of references(definition)) {
      for (const [i, text] of (call.paths ?? []).entries()) {
        if (!text.endsWith("*") || text.endsWith("/*")) continue;
        const bare = text.slice(0, -1);
        yield {
          path: formatPath([...path, "paths", i]),
          message: `"${text}" also allows every path that only begins alike, such as "${bare}-admin"`,
          fix: `write "${bare}" and "${bare}/*"`,
        };
      }
    }
  },
};
