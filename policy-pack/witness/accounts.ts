import type { StackViolation } from "../policy";
import { accountOf } from "../reading/account";
import { type Field, leaves } from "../reading/field";
import { gatewayAccount, gatewayAccounts } from "../reading/gatewayAccount";
import { isProxyOnly } from "../reading/gateway";
import { isGatewayRelease } from "../reading/release";
import { isSecret, type KubernetesResource } from "../reading/resource";
import { isForeignKind, isWorkload, podOf } from "../reading/workload";
import type { JudgeEffect } from "./judged";

/** The texts about service accounts. */
export const messages = {
  controlPlane: (title: string, path: string, account: string) =>
    `${title}: ${path} is ${account}, a service account of Istio's own programs, so the object has their identity and rights. ` +
    `Use a service account of its own.`,
  gateway: (title: string, path: string, account: string, gateway: string) =>
    `${title}: ${path} is ${account}, the service account of ${gateway}, so the object has its identity and may read its ` +
    `certificates. Use a service account of its own.`,
};

/** Names of the service accounts of istiod, also with a revision, and of programs on each node. */
const OWN = /^(istiod|istio-reader-service-account|istio-cni|ztunnel)(-|$)/;

/** Names of the service accounts of gateways by default. */
const GATEWAYS = /^istio-(ingress|egress|eastwest)gateway(-|$)/;

/** The annotation of a Secret for which Kubernetes creates a token of the service account. */
const TOKEN = "kubernetes.io/service-account.name";

/** Judges what uses the service account of a gateway or of the control plane, which proves their identity. */
export const judgeAccounts: JudgeEffect = function* ({ stack, root }) {
  const gateways = gatewayAccounts(stack);
  for (const resource of stack) {
    const isGateway = isGatewayRelease(resource);
    for (const field of accountsOf(resource)) {
      const account = field.peek as string;
      const key = `${resource.namespace ?? "default"}/${account}`;
      const gateway = isGateway ? undefined : gateways.get(key);
      const isOwn =
        resource.namespace === root && (OWN.test(account) || (!isGateway && GATEWAYS.test(account)));
      const violation = (message: string): StackViolation => ({ subject: resource, message });
      const { title } = resource;
      if (gateway !== undefined) yield violation(messages.gateway(title, field.path, account, gateway));
      else if (isOwn) yield violation(messages.controlPlane(title, field.path, account));
    }
  }
};

/** The fields with the service accounts that an object uses. */
function accountsOf(resource: KubernetesResource): Field[] {
  const { type, fields } = resource;
  const field = fieldOf();
  if (isForeignKind(type)) {
    return leaves(fields.at("spec")).filter(
      ({ key, peek }) => /^serviceAccount(Name)?$/.test(key) && typeof peek === "string",
    );
  }
  return typeof field?.peek === "string" ? [field] : [];

  function fieldOf(): Field | undefined {
    if (isSecret(type)) return fields.at("metadata", "annotations", TOKEN);
    if (isGatewayRelease(resource)) return gatewayAccount(resource);
    if (!isWorkload(type) || isProxyOnly(podOf(resource))) return undefined;
    return accountOf(podOf(resource));
  }
}
