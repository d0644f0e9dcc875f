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
  credential: (header: string): Message => ({
    problem: `sets ${header} to a fixed value, so every request has the identity of one user`,
    fix: "Remove the header, so that clients or an authorizer set it",
  }),
};

/** Headers by which services identify users. */
const CREDENTIALS = ["authorization", "proxy-authorization", "cookie"];

/**
 * Proxies set these headers: the identity in the client's certificate, its address, or the attempts and timeout of a request.
 * Services, the rules of gateways and further proxies trust them, so a route that sets one forges an identity or bypasses a
 * limit. A route that sets a credential gives it to all clients.
 * https://istio.io/latest/docs/ops/configuration/traffic-management/network-topologies/
 */
export const forbidForgedHeaders = resourcePolicy({
  name: "forbid-forged-headers",
  displayName: "Routes do not forge headers of proxies",
  description:
    "VirtualServices, HTTPRoutes and GRPCRoutes do not set headers that proxies set, such as the client's identity, and no " +
    "credentials.",
  severity: "high",
  framework: nist("IA-9", "Service identification and authentication"),
  tags: ["istio", "security", "traffic"],
  remediationSteps:
    "Remove the header from headers.request of the route. To pass another value, use your own header.",
  url: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#Headers",
  settings: {
    headers: words(
      ["x-forwarded-client-cert", "x-forwarded-for", "x-envoy-*"],
      "Headers that routes may not set. A * at the end matches any suffix.",
    ),
  },
  appliesTo: (type) => isVirtualService(type) || isHttpRoute(type) || isGrpcRoute(type),
  judge: (resource, { headers }) =>
    headersOf(resource).flatMap(({ field, name }) => {
      if (headers.some((pattern) => matchesHeader(pattern, name)))
        return [{ field, ...messages.forged(name) }];
      return CREDENTIALS.includes(name.toLowerCase()) ? [{ field, ...messages.credential(name) }] : [];
    }),
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
