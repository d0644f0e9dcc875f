import { isAmbient } from "../../../effect/ambient";
import { policiesOf } from "../../../effect/networkPolicy";
import { applies, isWide, objectsOf, titleOf } from "../../../effect";
import { isInjectionKnown } from "../audited";
import { listed } from "../finding";
import type { AuditRule } from "../rule";
import { deployment, documents, meshNamespace, policy } from "./examples";
import { nameOf } from "./networkPolicies";

const admitting = policy(
  "batch",
  "rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }] }]",
);

export const unenforced: AuditRule = {
  code: "MW966",
  severity: "warning",
  title: "an AuthorizationPolicy for pods without a proxy",
  why: [
    "Proxies enforce AuthorizationPolicies. Pods without a proxy accept every connection that NetworkPolicies allow.",
    "NetworkPolicies know neither identities nor requests, so they allow more than such a policy says.",
  ],
  see: {
    title: "Authorization policies",
    url: "https://istio.io/latest/docs/concepts/security/#authorization-policies",
  },
  examples: {
    wrong: documents(
      meshNamespace,
      deployment("batch", { labels: 'sidecar.istio.io/inject: "false"' }),
      admitting,
    ),
    right: documents(meshNamespace, deployment("batch"), admitting),
  },
  *find(audited) {
    const { model } = audited;
    for (const object of objectsOf(model, "AuthorizationPolicy", "security.istio.io")) {
      if (isWide(object) || object.namespace === model.settings.rootNamespace) continue;
      const pods = model.workloads.filter((one) => applies(object, one));
      const isOutside = pods.every(
        (one) =>
          one.proxy === "none" &&
          one.from?.kind !== undefined &&
          isInjectionKnown(audited, one) &&
          !isAmbient(model, one),
      );
      if (pods.length === 0 || !isOutside) continue;
      const limits = new Set(pods.flatMap((one) => policiesOf(model, one, "ingress").map(titleOf)));
      yield {
        object,
        message:
          `Its pods have no proxy, so nothing enforces it: ${listed(pods.map(nameOf).sort())}. ` +
          (limits.size === 0
            ? "No NetworkPolicy limits who connects to them."
            : `Only NetworkPolicies limit who connects to them: ${listed([...limits].sort())}.`),
        fix: "Let the pods get a proxy, or remove the policy",
      };
    }
  },
};
