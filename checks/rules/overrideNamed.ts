import { formatPath } from "../../catalog";
import { nearest } from "../nearest";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";

const patch = { spec: { exportTo: ["."] } };

export const text = (kind: string, name: string, fix: string): Text => ({
  message: `the catalog renders no ${kind} "${name}", so the override has no effect`,
  fix,
});

export const overrideNamed: ObjectRule = {
  code: "MW115",
  severity: "error",
  title: "Every override is of a rendered object",
  why: [
    "An override changes the object that it names by kind, namespace and name.",
    "If the catalog renders no such object, the override has no effect, and the setting that it was written for is missing.",
  ],
  see: pages.catalog,
  stage: "objects",
  examples: {
    wrong: { ...webAndApi({}, {}), overrides: { DestinationRule: { "shop/apo": patch } } },
    right: { ...webAndApi({}, {}), overrides: { DestinationRule: { "shop/api": patch } } },
  },
  *check(mesh, { names: objectNames }, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (Object.keys(mesh.overrides).length === 0 || hasFailed("")) return;
    const known = objectNames(mesh);
    const kinds = [...known].filter(([, names]) => names.length > 0).map(([kind]) => kind);
    for (const [kind, patches] of Object.entries(mesh.overrides)) {
      const names = known.get(kind) ?? [];
      for (const name of Object.keys(patches)) {
        if (names.includes(name)) continue;
        yield {
          path: formatPath(["overrides", kind, name]),
          ...text(
            kind,
            name,
            names.length > 0 ? nearestName(name, names) : nearest(kind, kinds, "remove it"),
          ),
        };
      }
    }
  },
};

/** Suggests a name with its namespace, if only the namespace is missing. */
function nearestName(name: string, names: readonly string[]): string {
  const [same, ...others] = names.filter((one) => one.endsWith(`/${name}`));
  if (same === undefined) return nearest(name, names, "remove it");
  return others.length === 0 ? `did you mean "${same}"?` : nearest(name, [same, ...others], "remove it");
}
