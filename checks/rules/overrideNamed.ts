import { formatPath } from "../../catalog";
import { nearest } from "../nearest";
import { objectNames } from "../objectNames";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";

const patch = { spec: { exportTo: ["."] } };

export const overrideNamed: MeshRule = {
  code: "MW115",
  severity: "error",
  title: "An override is of an object that there is",
  stage: "mesh",
  examples: {
    wrong: { ...webAndApi({}, {}), overrides: { DestinationRule: { "shop/apo": patch } } },
    right: { ...webAndApi({}, {}), overrides: { DestinationRule: { "shop/api": patch } } },
  },
  *check(mesh, hasFailed) {
    // What has the wrong form may be what makes the object.
    if (Object.keys(mesh.overrides).length === 0 || hasFailed("")) return;
    const known = objectNames(mesh);
    const kinds = [...known].filter(([, names]) => names.length > 0).map(([kind]) => kind);
    for (const [kind, patches] of Object.entries(mesh.overrides)) {
      const names = known.get(kind) ?? [];
      for (const name of Object.keys(patches)) {
        if (names.includes(name)) continue;
        yield {
          path: formatPath(["overrides", kind, name]),
          message: `the catalog makes no ${kind} "${name}", so there is nothing to override`,
          fix: names.length > 0 ? nearestName(name, names) : nearest(kind, kinds, "remove it"),
        };
      }
    }
  },
};

/** The namespace is what is forgotten most easily. */
function nearestName(name: string, names: readonly string[]): string {
  const [same, ...others] = names.filter((one) => one.endsWith(`/${name}`));
  if (same === undefined) return nearest(name, names, "remove it");
  return others.length === 0 ? `did you mean "${same}"?` : nearest(name, [same, ...others], "remove it");
}
