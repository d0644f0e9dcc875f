import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { withProvider } from "./example";

const failing = (failOpen: boolean): object =>
  withProvider({ extAuthz: { provider: "opa" } }, {}, { failOpen });

export const text = (service: string): Text => ({
  message: `every request passes without a decision while "${service}" does not answer`,
  fix: "remove failOpen, so that such requests are denied",
});

export const providerFailsClosed: MeshRule = {
  code: "MW535",
  severity: "warning",
  title: "Requests are denied while the external authorizer does not answer",
  why: [
    "With `failOpen`, a client that overloads the provider passes without a decision.",
    "DENY and ALLOW rules still apply, so callers without a call stay denied.",
  ],
  see: pages.externalAuthorization,
  suppress: "availability matters more than the decision, such as for a quota or an experiment.",
  stage: "mesh",
  examples: { wrong: failing(true), right: failing(false) },
  *check({ extensionProviders }) {
    for (const { failOpen, service, path } of extensionProviders) {
      if (failOpen) yield { path: `${path}.failOpen`, ...text(service) };
    }
  },
};
