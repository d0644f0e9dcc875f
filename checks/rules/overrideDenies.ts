import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";
import { isNamedHost, requestText } from "../../effect";
import { isDeclaredCall } from "../declaredCall";
import { atServers, differencesOf, hostsText, placeText, workloadsText } from "../effectText";

const overriding = (methods: string[]): object => ({
  ...webAndApi({}, {}),
  overrides: {
    AuthorizationPolicy: {
      "shop/api": {
        spec: {
          rules: [
            {
              from: [{ source: { principals: ["cluster.local/ns/shop/sa/web"] } }],
              to: [{ operation: { ports: ["8080"], methods } }],
            },
          ],
        },
      },
    },
  },
});

export const text = (workloads: string, request: string): Text => ({
  message: `the override denies declared calls to ${workloads}, such as ${request}`,
  fix: "restrict the call in the catalog, so that its caller is known, or suppress this with the reason",
});

export const toPeers = (pods: string, request: string): Text => ({
  message: `the override denies connections to ${pods} that the catalog allows, such as ${request}`,
  fix: "keep what Istio, DNS and reached Services need, or suppress this with the reason",
});

export const toOutside = (workloads: string, hosts: string): Text => ({
  message: `the override denies declared calls of ${workloads} to ${hosts}, because no NetworkPolicy allows their egress`,
  fix: "allow the egress, or remove the call from the catalog, or suppress this with the reason",
});

export const overrideDenies: ObjectRule = {
  code: "MW912",
  severity: "warning",
  title: "Overrides do not deny declared calls",
  why: [
    "Every request that the AuthorizationPolicies and NetworkPolicies allow is one of the catalog's calls.",
    "If an override denies it, the caller gets 403, its connection is closed, or it is never opened.",
    "The finding shows one of the requests that are denied now.",
  ],
  see: pages.authorizationPolicy,
  suppress: "the call is to be denied for a time, such as during an incident.",
  stage: "objects",
  examples: {
    wrong: overriding(["GET"]),
    right: overriding(["*"]),
  },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const effect of overrideEffects(mesh, rendered)) {
      const found = [
        ...differencesOf(effect, "access lost"),
        ...atServers(differencesOf(effect, "identity lost")),
        ...differencesOf(effect, "network closed").filter(({ witness }) => witness),
      ];
      const own = found.filter(({ workload }) => !workload.assumed);
      const [first] = own;
      if (first) yield { path: effect.path, ...text(workloadsText(own), requestText(first.witness)) };
      // Pods that other tools create, and that policies name.
      const peer = found.find(({ workload }) => workload.assumed);
      if (peer) yield { path: effect.path, ...toPeers(placeText(peer), requestText(peer.witness)) };
      const closed = differencesOf(effect, "network closed").filter(
        // What addresses a host has is unknown.
        (one) => one.sure && one.sent && isNamedHost(one.sent.host) && isDeclaredCall(mesh, one),
      );
      if (closed.length > 0) {
        yield { path: effect.path, ...toOutside(workloadsText(closed), hostsText(closed)) };
      }
    }
  },
};
