import type { Field } from "./field";
import type { KubernetesResource } from "./resource";

/** The HTTP routes that send requests on: those that redirect, answer or delegate have no timeout and no retries. */
export function forwardingRoutes({ fields }: KubernetesResource): Field[] {
  return fields
    .at("spec", "http")
    .children()
    .filter((route) => !["redirect", "directResponse", "delegate"].some((key) => route.at(key).isSet));
}
