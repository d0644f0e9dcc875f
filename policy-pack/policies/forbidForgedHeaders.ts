import { words } from "../configuration";
import { type Message, nist, resourcePolicy } from "../policy";
import type { Field } from "../reading/field";
import { matchesHeader } from "../reading/header";
import { isGrpcRoute, isHttpRoute, isVirtualService, type KubernetesResource } from "../reading/resource";
import { asText } from "../reading/value";

/** The texts of this policy's violations. */
export const messages = {
  forged: (header: string): Message => ({
    problem: `sets ${header}, which the service reads as set by a proxy`,
    fix: "Remove the header",
  }),
};

/**
 * Proxies set these headers: the identity in the client's certificate, or its address. Services and the rules of gateways
 * trust them, so a route that sets one forges an identity.
 * https://istio.io/latest/docs/ops/configuration/traffic-management/network-topologies/
 */
export const forbidForgedHeaders = resourcePolicy({
  name: "forbid-forged-headers",
  displayName: "Routes do not forge headers of proxies",
  description:
    "VirtualServices, HTTPRoutes and GRPCRoutes do not set headers that proxies set, such as the client's identity.",
  severity: "high",
  framework: nist("IA-9", "Service identification and authentication"),
  tags: ["istio", "security", "traffic"],
  remediationSteps:
    "Remove the header from headers.request of the route. To pass another value, use your own header.",
  url: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#Headers",
  settings: {
    headers: words(
      ["x-forwarded-client-cert", "x-forwarded-for", "x-envoy-external-address", "x-envoy-peer-metadata*"],
      "Headers that routes may not set. A * at the end matches any suffix.",
    ),
  },
  appliesTo: (type) => isVirtualService(type) || isHttpRoute(type) || isGrpcRoute(type),
  judge: (resource, { headers }) =>
    headersOf(resource)
      .filter(({ name }) => headers.some((pattern) => matchesHeader(pattern, name)))
      .map(({ field, name }) => ({ field, ...messages.forged(name) })),
});

/** The request headers that a route sets or adds. */
function headersOf({ fields, type }: KubernetesResource): { field: Field; name: string }[] {
  if (isVirtualService(type)) {
    return fields
      .at("spec", "http")
      .children()
      .flatMap((route) => [route, ...route.at("route").children()])
      .flatMap((place) => ["set", "add"].map((operation) => place.at("headers", "request", operation)))
      .flatMap((headers) => headers.children().map((field) => ({ field, name: field.key })));
  }
  return fields
    .at("spec", "rules")
    .children()
    .flatMap((rule) => [rule, ...rule.at("backendRefs").children()])
    .flatMap((place) => place.at("filters").children())
    .flatMap((filter) =>
      ["set", "add"].flatMap((operation) => filter.at("requestHeaderModifier", operation).children()),
    )
    .map((header) => ({ field: header, name: asText(header.at("name").value) }));
}
