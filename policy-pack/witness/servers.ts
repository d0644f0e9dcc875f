import { fullHost, identityOf, principalOf, type ServiceHost } from "../../effect";
import { forbidWeakerMtls } from "../policies/forbidWeakerMtls";
import { trafficPolicies } from "../reading/destinationRule";
import { type Field, textsOf, UNKNOWN } from "../reading/field";
import { isIstiod } from "../reading/release";
import { isDestinationRule } from "../reading/resource";
import { podOf } from "../reading/workload";
import { isReported, type JudgeEffect, type JudgedStack } from "./judged";

/** The texts about the servers that callers accept. */
export const messages = {
  other: (title: string, path: string, identity: string, host: string, known: string) =>
    `${title}: ${path} is ${identity}, but the pods of ${host} are ${known}, so callers accept another server. Remove the list, ` +
    `because Istio uses the service accounts of the host's pods.`,
};

/** Judges identities that callers require of a Service's pods by mutual TLS, where the stack has these pods. */
export const judgeServers: JudgeEffect = function* (judged) {
  const { stack, model } = judged;
  for (const rule of stack.filter(({ type }) => isDestinationRule(type) && !type.patch)) {
    const host = rule.fields.at("spec", "host").peek;
    const lists = trafficPolicies(rule.fields.at("spec"))
      .map((policy) => policy.at("tls"))
      .filter((tls) => tls.at("mode").peek === "ISTIO_MUTUAL")
      .map((tls) => tls.at("subjectAltNames"))
      .filter(({ isSet }) => isSet);
    if (typeof host !== "string" || lists.length === 0 || isReported([forbidWeakerMtls], [rule])) continue;
    const full = fullHost(host, rule.namespace ?? "default", model.settings.clusterDomain);
    const service = model.services.find((one) => one.host === full && one.registry === "kubernetes");
    const known = service === undefined ? undefined : identitiesOf(service, judged);
    if (known === undefined) continue;
    for (const { field, text } of lists.flatMap((list) => textsOf(list))) {
      if (known.has(withoutDomain(text, judged))) continue;
      const message = messages.other(rule.title, field.path, text, full, [...known].join(" and "));
      yield { subject: rule, message };
    }
  }
};

/** The identities of a Service's pods. Undefined if the stack has no such pods, or pods whose account is unknown. */
function identitiesOf(service: ServiceHost, judged: JudgedStack): ReadonlySet<string> | undefined {
  const { model, resourceOf } = judged;
  const { selector } = service;
  if (selector === undefined) return undefined;
  const own = model.workloads.filter(
    ({ namespace, labels }) =>
      namespace === service.namespace &&
      Object.entries(selector).every(([label, value]) => labels[label] === value),
  );
  const accounts = own.map((workload) => {
    const resource = workload.from && resourceOf(workload.from);
    return resource === undefined ? UNKNOWN : accountField(podOf(resource)).peek;
  });
  if (own.length === 0 || accounts.includes(UNKNOWN)) return undefined;
  return new Set(
    own.map((workload) =>
      withoutDomain(`spiffe://${principalOf(identityOf(workload, model.settings))}`, judged),
    ),
  );
}

function accountField(pod: Field): Field {
  return pod.at("spec", "serviceAccountName");
}

/** Without istiod's values, the trust domain is another stack's, so it is not compared. */
function withoutDomain(identity: string, { stack }: JudgedStack): string {
  return stack.some(isIstiod) ? identity : identity.replace(/^spiffe:\/\/[^/]+\//, "spiffe://…/");
}
