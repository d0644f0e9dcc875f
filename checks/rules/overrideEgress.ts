import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";
import { differencesOf, hostsText, workloadsText } from "../effectText";

const overriding = (mode: string): object => ({
  ...webAndApi({}, {}),
  overrides: { Sidecar: { "shop/web": { spec: { outboundTrafficPolicy: { mode } } } } },
});

export const text = (workloads: string, host = "any host"): Text => ({
  message: `the override lets ${workloads} send requests to ${host}`,
  fix: "declare the hosts under externalServices and call them, or suppress this with the reason",
});

export const exported = (hosts: string, before: string): Text => ({
  message: `the override lets proxies of every namespace send requests to ${hosts}, which is ${before} without it`,
  fix: "declare the calls, which export the host to their callers, or suppress this with the reason",
});

export const overrideEgress: ObjectRule = {
  code: "MW915",
  severity: "warning",
  title: "Overrides do not open the mesh to other hosts",
  why: [
    "With REGISTRY_ONLY a proxy sends requests only to declared hosts.",
    "With ALLOW_ANY it sends them anywhere, so data can leave the mesh unnoticed.",
    "A wider Sidecar, NetworkPolicy or exportTo lets it send them to hosts that it does not call.",
  ],
  see: pages.egressControl,
  suppress: "the hosts can't be listed; name what limits them instead.",
  stage: "objects",
  examples: {
    wrong: overriding("ALLOW_ANY"),
    right: overriding("REGISTRY_ONLY"),
  },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const effect of overrideEffects(mesh, rendered)) {
      const opened = differencesOf(effect, "egress opened");
      const reached = differencesOf(effect, "host reached");
      const [everywhere] = differencesOf(effect, "host exported");
      const connected = differencesOf(effect, "network opened").filter(({ sent }) => sent);
      if (opened.length > 0) yield { path: effect.path, ...text(workloadsText(opened)) };
      else if (reached.length > 0) {
        yield {
          path: effect.path,
          ...text(workloadsText(reached), `${hostsText(reached)}, which no call of it names`),
        };
      } else if (everywhere) {
        yield { path: effect.path, ...exported(everywhere.sent?.host ?? "", everywhere.before) };
      } else if (connected.length > 0) {
        yield {
          path: effect.path,
          ...text(
            workloadsText(connected),
            `hosts outside of the cluster that its NetworkPolicy denied, such as ${hostsText(connected)}`,
          ),
        };
      }
    }
  },
};
