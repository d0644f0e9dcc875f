import { formatPath } from "../../catalog";
import { nearest } from "../nearest";
import { pages } from "../pages";
import { extAuthzs } from "../references";
import type { DefinitionRule, Text } from "../rule";
import { withProvider } from "./example";

export const text = (name: string, known: readonly string[]): Text => ({
  message: `there is no extension provider "${name}"`,
  fix: nearest(name, known, "declare it under extensionProviders"),
});

export const providerDeclared: DefinitionRule = {
  code: "MW327",
  severity: "error",
  title: "External authorization names a declared provider",
  why: [
    "istiod cannot find a provider that the mesh configuration does not have.",
    "It then denies every request that the policy matches.",
  ],
  see: pages.externalAuthorization,
  stage: "definition",
  examples: {
    wrong: withProvider({ extAuthz: { provider: "oap" } }),
    right: withProvider({ extAuthz: { provider: "opa" } }),
  },
  *check(definition, isWritten) {
    for (const { extAuthz, path } of extAuthzs(definition)) {
      if (isWritten("extensionProviders", extAuthz.provider)) continue;
      const known = Object.keys(definition.extensionProviders ?? {});
      yield { path: formatPath([...path, "provider"]), ...text(extAuthz.provider, known) };
    }
  },
};
