import {
  fullHost,
  inbound,
  isWithin,
  modeAt,
  servedPorts,
  type ServiceHost,
  type Workload,
} from "../../effect";
import type { StackViolation } from "../policy";
import { forbidWeakerMtls } from "../policies/forbidWeakerMtls";
import { trafficPolicies } from "../reading/destinationRule";
import { UNKNOWN } from "../reading/field";
import { isBackendTlsPolicy, isDestinationRule, isWorkloadEntry } from "../reading/resource";
import { isReported, type JudgeEffect, type JudgedStack, objectText, sidecars } from "./judged";

/** Callers send plaintext to an endpoint of the mesh without this label, whatever its port requires. */
const TLS_MODE = "security.istio.io/tlsMode";

/** The texts about mutual TLS. */
export const messages = {
  inbound: (title: string, port: number, mode: string, by: string) =>
    `${title}: port ${port} accepts plaintext from a client without an identity, because its mode is ${mode} by ${by}. ` +
    `Set the mode to STRICT.`,
  endpoint: (title: string, path: string, host: string) =>
    `${title}: ${path} has no ${TLS_MODE}=istio, so requests to ${host} reach this endpoint as plaintext. Add the label.`,
  backend: (title: string, path: string, host: string) =>
    `${title}: ${path} is a Service of the mesh, so requests to ${host} use TLS without an identity of the mesh instead of ` +
    `mutual TLS. Remove the policy, or keep the Service outside of the mesh.`,
  outbound: (title: string, path: string, mode: string, host: string, by: string) =>
    `${title}: ${path} is ${mode}, so requests to ${host}, which ${by} adds to the mesh, have no identity of the mesh. Set ` +
    `it to ISTIO_MUTUAL, or remove the tls block.`,
};

/** Judges whether workloads accept plaintext, and whether clients send it to services of the mesh. */
export const judgeMtls: JudgeEffect = function* (judged) {
  yield* judgeInbound(judged);
  yield* judgeOutbound(judged);
  yield* judgeEndpoints(judged);
  yield* judgeBackendTls(judged);
};

/** Ports that bypass the sidecar are judged by flag-capture-bypasses, which has a list of those that may. */
function* judgeInbound(judged: JudgedStack): Iterable<StackViolation> {
  const { model, resourceOf } = judged;
  for (const { workload, resource } of sidecars(judged)) {
    const mtls = inbound(model, workload);
    const by = mtls.by.at(-1);
    // Without a PeerAuthentication of this stack, the mode is that of another stack, or missing.
    if (by === undefined) continue;
    const ports = [...servedPorts(model, workload).map(({ number }) => number), ...(workload.ports ?? [])];
    const open = ports.find((port) => !mtls.bypassed(port) && modeAt(mtls, port) !== "STRICT");
    if (open === undefined || isReported([forbidWeakerMtls], mtls.by.map(resourceOf))) continue;
    yield {
      subject: resource,
      message: messages.inbound(resource.title, open, modeAt(mtls, open), objectText(by)),
    };
  }
}

function* judgeEndpoints({ stack, model }: JudgedStack): Iterable<StackViolation> {
  for (const entry of stack.filter(({ type }) => isWorkloadEntry(type) && !type.patch)) {
    const own = entry.fields.at("spec", "labels");
    if ([own.at(TLS_MODE).peek, entry.labels[TLS_MODE]].some((mode) => mode === "istio" || mode === UNKNOWN))
      continue;
    const service = model.services.find(
      ({ selector, namespace, external }) =>
        !external &&
        selector !== undefined &&
        namespace === (entry.namespace ?? "default") &&
        Object.entries(selector).every(([label, value]) => own.at(label).peek === value),
    );
    if (service === undefined) continue;
    yield { subject: entry, message: messages.endpoint(entry.title, own.path, service.host) };
  }
}

/** Istio reads a BackendTLSPolicy as a DestinationRule with the mode SIMPLE, or MUTUAL with a Gateway's certificate. */
function* judgeBackendTls({ stack, model }: JudgedStack): Iterable<StackViolation> {
  for (const policy of stack.filter(({ type }) => isBackendTlsPolicy(type) && !type.patch)) {
    for (const target of policy.fields.at("spec", "targetRefs").children()) {
      const name = target.at("name");
      const service = model.services.find(
        ({ from, registry, namespace, external }) =>
          !external &&
          registry === "kubernetes" &&
          from.name === name.peek &&
          namespace === (policy.namespace ?? "default"),
      );
      if ((target.at("kind").peek ?? "Service") !== "Service" || service === undefined) continue;
      const served = model.workloads.some(
        (workload) => workload.proxy === "sidecar" && isServed(service, workload),
      );
      if (!served) continue;
      yield { subject: policy, message: messages.backend(policy.title, name.path, service.host) };
    }
  }
}

function isServed({ selector, namespace }: ServiceHost, workload: Workload): boolean {
  if (selector === undefined || namespace !== workload.namespace) return false;
  return Object.entries(selector).every(([label, value]) => workload.labels[label] === value);
}

/** A host of the mesh may have any name: that of a ServiceEntry with location MESH_INTERNAL. */
function* judgeOutbound({ stack, model }: JudgedStack): Iterable<StackViolation> {
  const internal = model.services.filter(({ external }) => !external);
  for (const rule of stack.filter(({ type }) => isDestinationRule(type) && !type.patch)) {
    const host = rule.fields.at("spec", "host").peek;
    const weak = trafficPolicies(rule.fields.at("spec"))
      .map((policy) => policy.at("tls"))
      .filter(({ isSet }) => isSet)
      .map((tls) => tls.at("mode"))
      .find(({ peek }) => peek !== "ISTIO_MUTUAL" && peek !== UNKNOWN);
    if (typeof host !== "string" || weak === undefined || isReported([forbidWeakerMtls], [rule])) continue;
    const full = fullHost(host, rule.namespace ?? "default", model.settings.clusterDomain);
    const service = internal.find((one) => isWithin(one.host, full));
    if (service === undefined) continue;
    yield {
      subject: rule,
      message: messages.outbound(
        rule.title,
        weak.path,
        typeof weak.peek === "string" ? weak.peek : "not set",
        service.host,
        objectText(service.from),
      ),
    };
  }
}
