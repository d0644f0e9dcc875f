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
  key: (title: string, path: string, secret: string) =>
    `${title}: ${path} is ${secret}, the Secret with the signing key of the mesh, so the object can issue any identity. ` +
    `Remove it.`,
  issued: (title: string, path: string, identity: string, namespace: string) =>
    `${title}: ${path} is ${identity}, an identity of namespace ${namespace}, so the object issues a certificate with which ` +
    `others act as its workloads. Use an identity of the object's own namespace.`,
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
    yield* judgeKeys(resource, root);
    yield* judgeIssued(resource);
  }
};

/** The Secrets in which istiod keeps its own signing key, and reads that of an organization. */
const KEYS = ["istio-ca-secret", "cacerts"];

/** The places in which an object names a Secret that it reads. */
const READ = /(^|\.)(secretName|(secret|secretRef|secretKeyRef)\.(name|secretName))$/;

/** Judges what reads the signing key of the mesh: pods, issuers of certificates, and programs that copy Secrets. */
function* judgeKeys(resource: KubernetesResource, root: string): Iterable<StackViolation> {
  const { type, title, namespace = "default" } = resource;
  // A Certificate writes its Secret, which is how an organization provides the key.
  if (namespace !== root || type.kind === "Certificate") return;
  if (!isWorkload(type) && !isForeignKind(type)) return;
  for (const field of leaves(isWorkload(type) ? podOf(resource).at("spec") : resource.fields.at("spec"))) {
    const isKey = typeof field.peek === "string" && KEYS.includes(field.peek) && READ.test(field.path);
    if (isKey) yield { subject: resource, message: messages.key(title, field.path, field.peek) };
  }
}

/** Judges identities for which an object of another project requests a certificate, such as cert-manager or SPIRE. */
function* judgeIssued(resource: KubernetesResource): Iterable<StackViolation> {
  const { type, title, fields } = resource;
  if (!/(^|\.)(cert-manager|spiffe)\.io$/.test(type.group)) return;
  for (const field of leaves(fields.at("spec"))) {
    const identity = field.peek;
    if (typeof identity !== "string") continue;
    const [, namespace] = /^spiffe:\/\/.+\/ns\/([a-z0-9-]+)\/sa\/[^/]+$/.exec(identity) ?? [];
    if (namespace === undefined || namespace === resource.namespace) continue;
    yield { subject: resource, message: messages.issued(title, field.path, identity, namespace) };
  }
}

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
