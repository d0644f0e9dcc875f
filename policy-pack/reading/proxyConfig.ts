import { parse } from "yaml";
import type { Field } from "./field";
import { isObject } from "./value";

/** The annotation by which a pod overrides its proxy's configuration. */
export const PROXY_CONFIG = "proxy.istio.io/config";

/** The settings of a ProxyConfig that policies judge. https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig */
export interface ProxyConfig {
  /** Whether the text is valid YAML. If it is not, the other fields are undefined. */
  readonly readable: boolean;
  readonly interceptionMode?: unknown;
  /** What the proxy does with the header x-forwarded-client-cert of clients. */
  readonly forwardClientCertDetails?: unknown;
  /** The names of the settings about what is in front of a gateway. */
  readonly topology: readonly string[];
  /** The names of the settings of tracing. */
  readonly tracing: readonly string[];
  /** The share of requests that is traced, in percent. */
  readonly sampling?: unknown;
}

/** The names of the settings in a pod's annotation {@link PROXY_CONFIG}. Undefined if it is not YAML. */
export function settingsOf(annotation: Field): string[] | undefined {
  const config = parsed(annotation);
  return config && Object.keys(config);
}

/** Parses the ProxyConfig in a pod's annotation {@link PROXY_CONFIG}, in YAML or JSON. */
export function proxyConfigOf(annotation: Field): ProxyConfig {
  const config = parsed(annotation);
  if (config === undefined) return { readable: false, topology: [], tracing: [] };
  return {
    readable: true,
    // Protobuf accepts a field by either name.
    interceptionMode: config.interceptionMode ?? config.interception_mode,
    forwardClientCertDetails: forwardingOf(config),
    topology: Object.keys(topologyOf(config)),
    tracing: Object.keys(mapOf(config.tracing)),
    sampling: mapOf(config.tracing).sampling,
  };
}

/** The object in a text in YAML. Undefined if the text is none. */
export function overlayOf(text: Field): Record<string, unknown> | undefined {
  return typeof text.peek === "string" ? parsed(text) : undefined;
}

function parsed(annotation: Field): Record<string, unknown> | undefined {
  const text = annotation.value;
  if (typeof text !== "string") return {};
  try {
    // As in Istio, the last of two fields with one name wins, and merge keys are applied.
    return mapOf(parse(text, { version: "1.1", uniqueKeys: false, logLevel: "error" }));
  } catch {
    return undefined;
  }
}

function mapOf(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function topologyOf(config: Record<string, unknown>): Record<string, unknown> {
  return mapOf(config.gatewayTopology ?? config.gateway_topology);
}

function forwardingOf(config: Record<string, unknown>): unknown {
  const topology = topologyOf(config);
  return topology.forwardClientCertDetails ?? topology.forward_client_cert_details;
}

/**
 * Whether a proxy accepts the header x-forwarded-client-cert of clients, which states their identity. istiod reads a number
 * as the value that has it in the API.
 */
export function isForwarding(value: unknown): boolean {
  return ["FORWARD_ONLY", "APPEND_FORWARD", "ALWAYS_FORWARD_ONLY", "2", "3", "5"].includes(String(value));
}
