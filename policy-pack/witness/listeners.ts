import { type Field, UNKNOWN } from "../reading/field";
import { isSidecar } from "../reading/resource";
import type { JudgeEffect } from "./judged";

/** The texts about the listeners of a Sidecar. */
export const messages = {
  administration: (title: string, path: string, endpoint: string) =>
    `${title}: ${path} is "${endpoint}", a port of the proxy itself, so callers reach its administration. Use a port of the ` +
    `application.`,
  tls: (title: string, path: string) =>
    `${title}: ${path} is set, so the listener accepts clients without an identity of the mesh. Remove it.`,
};

/**
 * Ports of the proxy and its agent on the pod's own address.
 * https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio
 */
const PROXY_PORTS = [15000, 15001, 15004, 15006, 15008, 15020, 15021, 15053, 15090];

/** Judges listeners that Sidecars open for their workloads. */
export const judgeListeners: JudgeEffect = function* ({ stack }) {
  for (const sidecar of stack.filter(({ type }) => isSidecar(type))) {
    for (const listener of sidecar.fields.at("spec", "ingress").children()) {
      const endpoint = listener.at("defaultEndpoint");
      if (typeof endpoint.peek === "string" && PROXY_PORTS.includes(portOf(endpoint.peek))) {
        const message = messages.administration(sidecar.title, endpoint.path, endpoint.peek);
        yield { subject: sidecar, message };
      }
      const tls: Field = listener.at("tls");
      if (!tls.isSet || tls.peek === UNKNOWN || tls.at("mode").peek === "ISTIO_MUTUAL") continue;
      yield { subject: sidecar, message: messages.tls(sidecar.title, tls.path) };
    }
  }
};

function portOf(endpoint: string): number {
  return Number(endpoint.slice(endpoint.lastIndexOf(":") + 1));
}
