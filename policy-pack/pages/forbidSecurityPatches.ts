import type { Page } from "./page";

export const forbidSecurityPatchesPage: Page = {
  why: "A patch changes some fields of an object that another program owns. Adding a selector to a default deny, or the dry-run annotation to it, disables the default deny. No policy can judge the result, because the rest of the object is unknown.",
  wrong: `type: kubernetes:security.istio.io/v1:AuthorizationPolicyPatch
properties:
  metadata:
    name: default-deny
    namespace: shop
  spec:
    selector:
      matchLabels:
        app: catalog`,
  right: `type: kubernetes:security.istio.io/v1:AuthorizationPolicyPatch
properties:
  metadata:
    name: default-deny
    namespace: shop
    labels:
      team: shop`,
  exempt: "Exempt a patch during an incident, if the program that owns the object cannot be deployed.",
};
