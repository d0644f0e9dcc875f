import { parse } from "yaml";
import type { Field } from "./field";

/** The annotation by which a pod changes its proxy's configuration. */
export const PROXY_CONFIG = "proxy.istio.io/config";

/** What policies ask of a ProxyConfig. https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig */
export interface ProxyConfig {
  /** Whether the text is YAML; if it is not, nothing is known of the rest. */
  readonly readable: boolean;
  readonly interceptionMode?: unknown;
  /** The share of requests that is traced, in percent. */
  readonly sampling?: unknown;
}

/** The ProxyConfig that a pod's annotation {@link PROXY_CONFIG} holds in YAML or JSON. */
export function proxyConfigOf(annotation: Field): ProxyConfig {
  const text = annotation.value;
  if (typeof text !== "string") return { readable: true };
  try {
    // As Istio reads it: the last of two fields with one name wins, and merge keys count.
    const config = mapOf(parse(text, { version: "1.1", uniqueKeys: false, logLevel: "error" }));
    return {
      readable: true,
      // Protobuf knows a field by either name.
      interceptionMode: config.interceptionMode ?? config.interception_mode,
      sampling: mapOf(config.tracing).sampling,
    };
  } catch {
    return { readable: false };
  }
}

function mapOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
