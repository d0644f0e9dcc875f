import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { type Field, UNKNOWN } from "../reading/field";
import { isTrafficExtension, isWasmPlugin, type KubernetesResource } from "../reading/resource";

/** The texts of this policy's violations. */
export const messages = {
  unpinned: (): Message => ({
    problem: "is not set, so a replaced module would run in the proxies",
    fix: "Set it to the module's SHA-256 in hexadecimal",
  }),
  http: (): Message => ({
    problem: "starts with http://, so an attacker on the network path can replace the module",
    fix: "Use oci:// or https://",
  }),
  file: (): Message => ({
    problem: "is a file in the proxy's container, whose content no checksum verifies",
    fix: "Use oci:// or https:// with a checksum",
  }),
  failOpen: (): Message => ({
    problem: "is FAIL_OPEN, so requests are not checked if the module fails",
    fix: "Set it to FAIL_CLOSE",
  }),
};

/**
 * A Wasm module runs in the proxy and can bypass mTLS and authorization. The loaded module must be the reviewed one, and
 * requests must fail if the module fails.
 * https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin/
 */
export const requirePinnedWasm = resourcePolicy({
  name: "require-pinned-wasm",
  displayName: "Wasm modules are pinned and fail closed",
  description:
    "WasmPlugins and TrafficExtensions set the module's checksum, fetch it over TLS, and reject requests if the module fails.",
  severity: "high",
  framework: nist("CM-14", "Signed components"),
  tags: ["istio", "security", "extension"],
  remediationSteps:
    "Set sha256, or append @sha256:<digest> to an oci:// URL. Remove failStrategy, or set it to FAIL_CLOSE.",
  url: "https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin/#WasmPlugin",
  settings: {},
  appliesTo: (type) => isWasmPlugin(type) || isTrafficExtension(type),
  judge(resource): Violation[] {
    const { type } = resource;
    const wasm = moduleOf(resource);
    if (!wasm.isSet) return [];
    const [url, sum, strategy] = [wasm.at("url"), wasm.at("sha256"), wasm.at("failStrategy")];
    const address = typeof url.value === "string" ? url.value : "";
    // Istio reads a scheme in any case, and a URL without one as a reference of a registry.
    const [scheme = "oci"] = /^[a-z][a-z0-9+.-]*(?=:\/)/i.exec(address) ?? [];
    const isFile = scheme.toLowerCase() === "file";
    const pinned = scheme.toLowerCase() === "oci" && /@sha256:[0-9a-f]{64}$/.test(address);
    const sumSet = typeof sum.value === "string" && sum.value !== "";
    const undecided = type.patch || url.value === UNKNOWN || sum.value === UNKNOWN;
    const unpinned = !undecided && !isFile && !pinned && !sumSet;
    return [
      ...(unpinned ? [{ field: sum, ...messages.unpinned() }] : []),
      ...(isFile ? [{ field: url, ...messages.file() }] : []),
      ...(/^http:\/\//i.test(address) ? [{ field: url, ...messages.http() }] : []),
      ...(strategy.value === "FAIL_OPEN" ? [{ field: strategy, ...messages.failOpen() }] : []),
    ];
  },
});

/** The block that refers to the module. A TrafficExtension may contain inline Lua code instead. */
function moduleOf({ type, fields }: KubernetesResource): Field {
  return isTrafficExtension(type) ? fields.at("spec", "wasm") : fields.at("spec");
}
