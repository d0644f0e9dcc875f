import { accountOf } from "./account";
import type { Field } from "./field";
import { isGatewayPod } from "./gateway";
import { isGatewayRelease } from "./release";
import { isGatewayApiGateway, type KubernetesResource } from "./resource";
import { asText } from "./value";
import { isWorkload, podOf } from "./workload";

/** The service accounts of a stack's gateways, as `<namespace>/<name>`, each with the gateway as messages name it. */
export function gatewayAccounts(stack: readonly KubernetesResource[]): ReadonlyMap<string, string> {
  return new Map(
    stack.flatMap((resource) =>
      namesOf(resource).map(
        (name) => [`${resource.namespace ?? "default"}/${name}`, resource.title] as const,
      ),
    ),
  );
}

/** The field by which a release of a gateway names its service account. */
export function gatewayAccount({ fields }: KubernetesResource): Field {
  const values = fields.at("values");
  const own = values.at("serviceAccount", "name");
  return own.isSet ? own : values.at("_internal_defaults_do_not_set", "serviceAccount", "name");
}

function namesOf(resource: KubernetesResource): string[] {
  const { type, fields, name } = resource;
  if (isGatewayRelease(resource)) {
    const given = gatewayAccount(resource).peek;
    return texts(given === undefined || given === "" ? name : given);
  }
  // istiod names the account as the Deployment: after the Gateway and its class, and a waypoint's after the Gateway only.
  if (isGatewayApiGateway(type) && !type.patch && name !== undefined) {
    const gatewayClass = asText(fields.at("spec", "gatewayClassName").peek);
    const full = `${name}-${gatewayClass}`;
    return gatewayClass === "istio-waypoint" ? [name, full] : [full];
  }
  if (!isWorkload(type) || !isGatewayPod(podOf(resource))) return [];
  return texts(accountOf(podOf(resource))?.peek);
}

function texts(value: unknown): string[] {
  return typeof value === "string" ? [value] : [];
}
