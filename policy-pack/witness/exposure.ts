import type { StackViolation } from "../policy";
import { fullHost } from "../../effect";
import type { Field } from "../reading/field";
import { isGatewayApiRoute, isIngress, isVirtualService, type KubernetesResource } from "../reading/resource";
import { asText } from "../reading/value";
import type { JudgeEffect } from "./judged";

/** The texts about the control plane behind a gateway. */
export const messages = {
  istiod: (title: string, path: string, host: string, port: string) =>
    `${title}: ${path} is ${port} of ${host}, which serves configuration or metrics of the mesh to clients of the gateway ` +
    `without authentication. Remove the route. Clients in other clusters use the ports 15012 and 15017.`,
};

/** The ports of istiod that require a certificate or a token: those of proxies and of webhooks. */
const AUTHENTICATED = [15012, 15017, 443, "https-dns", "https-webhook"];

/** A destination of a gateway's requests. */
interface Exposed {
  readonly host: string;
  readonly port: Field;
}

/** Judges routes of gateways to istiod. */
export const judgeExposure: JudgeEffect = function* ({ stack, root, model }): Iterable<StackViolation> {
  const istiod = new RegExp(`^istiod(-[a-z0-9-]+)?\\.${root}\\.svc(\\.|$)`);
  for (const resource of stack) {
    for (const { host, port } of exposedBy(resource)) {
      const full = fullHost(host, resource.namespace ?? "default", model.settings.clusterDomain);
      const { peek } = port;
      if (!istiod.test(full) || AUTHENTICATED.some((one) => one === peek)) continue;
      if (typeof peek !== "number" && typeof peek !== "string") continue;
      yield { subject: resource, message: messages.istiod(resource.title, port.path, full, asText(peek)) };
    }
  }
};

function exposedBy(resource: KubernetesResource): Exposed[] {
  const { type, fields, namespace = "default" } = resource;
  const spec = fields.at("spec");
  if (isVirtualService(type)) {
    const gateways = spec.at("gateways").children();
    if (!gateways.some(({ peek }) => peek !== "mesh")) return [];
    return ["http", "tls", "tcp"]
      .flatMap((protocol) => spec.at(protocol).children())
      .flatMap((route) => route.at("route").children())
      .map((weighted) => weighted.at("destination"))
      .map((destination) => ({
        host: asText(destination.at("host").peek),
        port: destination.at("port", "number"),
      }));
  }
  if (isGatewayApiRoute(type)) {
    const isOfGateway = spec
      .at("parentRefs")
      .children()
      .some((parent) => (parent.at("kind").peek ?? "Gateway") === "Gateway");
    if (!isOfGateway) return [];
    return spec
      .at("rules")
      .children()
      .flatMap((rule) => rule.at("backendRefs").children())
      .map((backend) => ({
        host: hostOf(backend.at("name"), backend.at("namespace"), namespace),
        port: backend.at("port"),
      }));
  }
  if (!isIngress(type)) return [];
  const rules = spec.at("rules").children();
  return [
    spec.at("defaultBackend"),
    ...rules.flatMap((rule) =>
      rule
        .at("http", "paths")
        .children()
        .map((path) => path.at("backend")),
    ),
  ]
    .map((backend) => backend.at("service"))
    .map((service) => ({
      host: asText(service.at("name").peek),
      port:
        ["number", "name"].map((key) => service.at("port", key)).find(({ isSet }) => isSet) ??
        service.at("port"),
    }));
}

function hostOf(name: Field, namespace: Field, own: string): string {
  return `${asText(name.peek)}.${asText(namespace.peek ?? own)}.svc`;
}
