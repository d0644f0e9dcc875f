import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";
import { differencesOf, workloadsText } from "../effectText";

const overriding = (mode: string): object => ({
  ...webAndApi({}, {}),
  overrides: { PeerAuthentication: { "shop/default": { spec: { mtls: { mode } } } } },
});

export const text = (workloads: string, before: string, after: string): Text => ({
  message: `the override weakens TLS of ${workloads}: ${before} becomes ${after}`,
  fix: "remove it, or suppress this with the reason and the date until which it must stay",
});

export const overrideMtls: ObjectRule = {
  code: "MW910",
  severity: "warning",
  title: "Overrides do not weaken TLS",
  why: [
    "A PeerAuthentication that accepts plaintext admits clients without an identity, and its traffic can be read.",
    "A DestinationRule without mutual TLS sends plaintext, which a STRICT service refuses.",
    "A Gateway with mode SIMPLE no longer requires client certificates.",
  ],
  see: pages.mutualTlsMigration,
  suppress: "clients without a proxy still call the service; name the date by which they have one.",
  stage: "objects",
  examples: {
    wrong: overriding("PERMISSIVE"),
    right: overriding("STRICT"),
  },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const effect of overrideEffects(mesh, rendered)) {
      const found = differencesOf(effect, "mTLS weaker");
      const [first] = found;
      if (first) yield { path: effect.path, ...text(workloadsText(found), first.before, first.after) };
    }
  },
};
