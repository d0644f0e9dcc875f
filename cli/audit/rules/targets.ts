import { missingTargets } from "../../../effect";
import { amongObjects, isListed } from "../audited";
import type { AuditRule } from "../rule";
import { apiGateway, documents } from "./examples";

const denying = (target: string): string => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: public, namespace: shop }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: ${target} }]
  action: DENY
  rules: [{ to: [{ operation: { paths: [/admin] } }] }]
`;

export const missingTarget: AuditRule = {
  code: "MW950",
  severity: "warning",
  title: "a policy whose targetRefs name what does not exist",
  why: [
    "Of a policy with targetRefs, Istio ignores the selector, and proxies that are not named ignore the policy.",
    "If the Gateway, Service or ServiceEntry does not exist in the policy's namespace, the policy applies to nothing there.",
  ],
  see: {
    title: "PolicyTargetReference",
    url: "https://istio.io/latest/docs/reference/config/type/workload-selector/#PolicyTargetReference",
  },
  ignore: "another repository has the Gateway or the Service.",
  examples: {
    wrong: documents(apiGateway, denying("publik")),
    right: documents(apiGateway, denying("public")),
  },
  *find(audited) {
    for (const object of audited.objects) {
      for (const { path, text, kind, group } of missingTargets(audited.model, object)) {
        if (!isListed(audited, kind, group, object.namespace)) {
          yield {
            object,
            unknown: `Objects of the kind ${kind} in the namespace ${object.namespace} may be missing among the objects, so targetRefs to them are not judged.`,
          };
          continue;
        }
        yield {
          object,
          path,
          message: `There is ${text}${amongObjects(audited)}, so the ${object.kind} applies to nothing there.`,
          fix: "Correct the name, or remove the object",
        };
      }
    }
  },
};
