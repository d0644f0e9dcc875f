import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";

const overriding = (app: string): object => ({
  ...webAndApi({}, {}),
  overrides: { AuthorizationPolicy: { "shop/api": { spec: { selector: { matchLabels: { app } } } } } },
});

export const text = (missing: readonly string[]): Text => ({
  message: `the overridden object refers to what the catalog does not render: ${missing.join("; ")}`,
  fix: "name what exists, or remove the override",
});

export const overrideRefers: ObjectRule = {
  code: "MW918",
  severity: "error",
  title: "Overridden objects refer to what exists",
  why: [
    "A selector that no pod matches, and a Gateway or workload that does not exist, make an object silently do nothing.",
    "An AuthorizationPolicy that selects no pod, for example, protects none.",
  ],
  see: pages.catalog,
  stage: "objects",
  examples: {
    wrong: overriding("apo"),
    right: overriding("api"),
  },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const { path, dangling } of overrideEffects(mesh, rendered)) {
      if (dangling.length > 0) yield { path, ...text(dangling) };
    }
  },
};
