import type { Field } from "./field";
import type { KubernetesResource } from "./resource";

/** The HTTP routes that forward requests. Redirects, direct responses and delegates have no timeout and no retries. */
export function forwardingRoutes({ fields }: KubernetesResource): Field[] {
  return fields
    .at("spec", "http")
    .children()
    .filter((route) => !["redirect", "directResponse", "delegate"].some((key) => route.at(key).isSet));
}

/** The destination hosts of all routes, including those of mirrors. */
export function destinationsOf({ fields }: KubernetesResource): Field[] {
  const routes = ["http", "tls", "tcp"].flatMap((protocol) => fields.at("spec", protocol).children());
  return routes
    .flatMap((route) => [
      ...route
        .at("route")
        .children()
        .map((weighted) => weighted.at("destination")),
      route.at("mirror"),
      ...route
        .at("mirrors")
        .children()
        .map((mirror) => mirror.at("destination")),
    ])
    .map((destination) => destination.at("host"));
}
