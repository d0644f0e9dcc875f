import { nist, resourcePolicy, type Violation } from "../policy";
import { type Field, UNKNOWN } from "../reading/field";
import { isTrafficExtension, isWasmPlugin, type KubernetesResource } from "../reading/resource";

/**
 * A module runs inside the proxy, before mTLS and authorization or instead of them: it must be the one that was reviewed,
 * and its failing must not open the gate.
 * https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin/
 */
export const requirePinnedWasm = resourcePolicy({
  name: "require-pinned-wasm",
  displayName: "Wasm modules are pinned and fail closed",
  description:
    "WasmPlugins and TrafficExtensions name their module by its checksum, fetch it safely, and refuse requests if it fails.",
  severity: "high",
  framework: nist("CM-14", "Signed components"),
  tags: ["istio", "security", "extension"],
  remediationSteps:
    "Set sha256 beside url, or end an oci:// URL in @sha256:<digest>. Leave failStrategy out, or set it to FAIL_CLOSE.",
  url: "https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin/#WasmPlugin",
  settings: {},
  appliesTo: (type) => isWasmPlugin(type) || isTrafficExtension(type),
  judge(resource) {
    const { type } = resource;
    const wasm = moduleOf(resource);
    if (!wasm.isSet) return [];
    const [url, sum, strategy] = [wasm.at("url"), wasm.at("sha256"), wasm.at("failStrategy")];
    const violations: Violation[] = [];
    const address = typeof url.value === "string" ? url.value : "";
    const pinned = /@sha256:[0-9a-f]{64}$/.test(address) || address.startsWith("file://");
    const sumSet = typeof sum.value === "string" && sum.value !== "";
    if (!type.patch && url.value !== UNKNOWN && sum.value !== UNKNOWN && !pinned && !sumSet) {
      const problem = "is not set, so whoever can replace the module runs code in the proxies";
      violations.push({ field: sum, problem, cure: "Set it to the module's SHA-256, in hexadecimal" });
    }
    if (/^http:\/\//i.test(address)) {
      const problem = "begins with http://, so the module can be replaced on its way";
      violations.push({ field: url, problem, cure: "Use oci:// or https://" });
    }
    if (strategy.value === "FAIL_OPEN") {
      const problem = "is FAIL_OPEN, so requests pass unchecked if the module fails";
      violations.push({ field: strategy, problem, cure: "Set it to FAIL_CLOSE" });
    }
    return violations;
  },
});

/** Where the module is named. A TrafficExtension may run Lua instead, whose code stands in the object itself. */
function moduleOf({ type, fields }: KubernetesResource): Field {
  return isTrafficExtension(type) ? fields.at("spec", "wasm") : fields.at("spec");
}
