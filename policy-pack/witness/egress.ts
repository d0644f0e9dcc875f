import { fullHost } from "../../effect";
import type { StackViolation } from "../policy";
import { isMeshHost, trafficPolicies } from "../reading/destinationRule";
import { textsOf } from "../reading/field";
import { isDestinationRule, isServiceEntry, type KubernetesResource } from "../reading/resource";
import type { JudgeEffect, JudgedStack } from "./judged";

/** The texts about destinations outside of the mesh. */
export const messages = {
  leaves: (title: string, path: string, host: string, service: string) =>
    `${title}: ${path} is "${host}", the host of ${service}, and spec.location is MESH_EXTERNAL, so requests to the Service ` +
    `leave the mesh. Use another host, or set spec.location to MESH_INTERNAL.`,
  replaced: (title: string, path: string, host: string, other: string) =>
    `${title}: ${path} gives "${host}" endpoints of its own for other namespaces, while ${other} declares the same host. Set ` +
    `spec.exportTo to ["."].`,
  tunnel: (title: string, path: string, host: string) =>
    `${title}: ${path} is "${host}", which no ServiceEntry declares, so connections to the proxy lead to an undeclared host. ` +
    `Declare the host as a ServiceEntry.`,
};

/** Judges ServiceEntries that take traffic out of the mesh, or to endpoints that its owner did not choose. */
export const judgeEgress: JudgeEffect = function* (judged) {
  for (const entry of judged.stack.filter(({ type }) => isServiceEntry(type) && !type.patch)) {
    yield* judgeEntry(entry, judged);
  }
  if (!judged.isRestricted) return;
  for (const rule of judged.stack.filter(({ type }) => isDestinationRule(type)))
    yield* judgeTunnels(rule, judged);
};

/** Judges the hosts to which connections lead behind a forward proxy. */
function* judgeTunnels(rule: KubernetesResource, { model }: JudgedStack): Iterable<StackViolation> {
  for (const policy of trafficPolicies(rule.fields.at("spec"))) {
    const field = policy.at("tunnel", "targetHost");
    const target = field.peek;
    if (typeof target !== "string" || isMeshHost(target, [model.settings.clusterDomain])) continue;
    const isDeclared = model.services.some(
      ({ host }) => host === target || (host.startsWith("*.") && target.endsWith(host.slice(1))),
    );
    if (!isDeclared) yield { subject: rule, message: messages.tunnel(rule.title, field.path, target) };
  }
}

function* judgeEntry(entry: KubernetesResource, { model }: JudgedStack): Iterable<StackViolation> {
  const { title, namespace = "default", fields } = entry;
  const spec = fields.at("spec");
  const isExternal = (spec.at("location").peek ?? "MESH_EXTERNAL") === "MESH_EXTERNAL";
  const endpoints = ["endpoints", "workloadSelector"].map((key) => spec.at(key)).find(({ isSet }) => isSet);
  for (const { field, text } of textsOf(spec.at("hosts"))) {
    const host = fullHost(text, namespace, model.settings.clusterDomain);
    const service = model.services.find(
      (one) =>
        one.registry === "kubernetes" && !one.external && one.host === host && one.namespace === namespace,
    );
    if (isExternal && service !== undefined) {
      const owner = `Service ${service.namespace}/${service.from.name}`;
      yield { subject: entry, message: messages.leaves(title, field.path, text, owner) };
    }
    const other = model.services.find(
      (one) => one.registry === "entry" && one.host === host && one.namespace !== namespace,
    );
    const exported = exportedTo(entry).some((one) => one === "*" || one === other?.namespace);
    if (other !== undefined && endpoints !== undefined && exported) {
      const owner = `ServiceEntry ${other.namespace}/${other.from.name}`;
      yield { subject: entry, message: messages.replaced(title, endpoints.path, text, owner) };
    }
  }
}

function exportedTo({ fields }: KubernetesResource): string[] {
  const given = textsOf(fields.at("spec", "exportTo")).map(({ text }) => text);
  return given.length > 0 ? given : ["*"];
}
