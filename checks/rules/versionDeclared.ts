import { formatPath, type TrafficDefinition } from "../../catalog";
import { nearest } from "../nearest";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

export const text = (service: string, version: string, fix: string): Text => ({
  message: `the service "${service}" declares no version "${version}"`,
  fix,
});

export const versionDeclared: DefinitionRule = {
  code: "MW104",
  severity: "error",
  title: "Traffic is routed only to declared versions",
  why: [
    "Each version is a subset of the service's DestinationRule.",
    "Envoy answers requests that a VirtualService routes to a missing subset with 503.",
  ],
  see: pages.destinationRule,
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
          ...text(
            name,
            version,
            nearest(version, Object.keys(versions), `declare it under services.${name}.versions`),
          ),
        };
      }
    }
  },
};

/** The versions that traffic is routed to, with the path of each. */
function* targets({ weights = {}, headerRoutes = [], mirror }: TrafficDefinition = {}): Iterable<
  [version: string, path: (string | number)[]]
> {
  for (const version of Object.keys(weights)) yield [version, ["weights", version]];
  for (const [i, { version }] of headerRoutes.entries()) yield [version, ["headerRoutes", i, "version"]];
  if (mirror?.version !== undefined) yield [mirror.version, ["mirror", "version"]];
}
