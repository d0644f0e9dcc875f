import { formatPath, type TrafficDefinition } from "../../catalog";
import { nearest } from "../nearest";
import type { DefinitionRule } from "../rule";
import { webAndApi } from "./example";

export const versionDeclared: DefinitionRule = {
  code: "MW104",
  severity: "error",
  title: "Traffic goes only to versions that the service declares",
  stage: "definition",
  examples: {
    wrong: webAndApi({}, { versions: { v1: {} }, traffic: { weights: { v1: 90, v2: 10 } } }),
    right: webAndApi({}, { versions: { v1: {}, v2: {} }, traffic: { weights: { v1: 90, v2: 10 } } }),
  },
  *check(definition, isWritten) {
    for (const [name, { versions = {}, traffic }] of Object.entries(definition.services)) {
      for (const [version, path] of targets(traffic)) {
        if (isWritten("services", name, "versions", version)) continue;
        yield {
          path: formatPath(["services", name, "traffic", ...path]),
          message: `the service "${name}" declares no version "${version}"`,
          fix: nearest(version, Object.keys(versions), `declare it under services.${name}.versions`),
        };
      }
    }
  },
};

/** The versions that traffic goes to, and where that is said. */
function* targets({ weights = {}, headerRoutes = [], mirror }: TrafficDefinition = {}): Iterable<
  [version: string, path: (string | number)[]]
> {
  for (const version of Object.keys(weights)) yield [version, ["weights", version]];
  for (const [i, { version }] of headerRoutes.entries()) yield [version, ["headerRoutes", i, "version"]];
  if (mirror?.version !== undefined) yield [mirror.version, ["mirror", "version"]];
}
