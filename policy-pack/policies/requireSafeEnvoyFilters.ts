import { nist, resourcePolicy, type Violation } from "../policy";
import { type Field, UNKNOWN } from "../reading/field";
import { isEnvoyFilter } from "../reading/resource";

/** What Istio ignores an operation for, or alone applies it to. */
const IGNORED: Readonly<Record<string, readonly string[]>> = {
  ADD: ["ROUTE_CONFIGURATION", "HTTP_ROUTE"],
  REMOVE: ["ROUTE_CONFIGURATION", "HTTP_ROUTE"],
};
const REPLACEABLE = ["HTTP_FILTER", "NETWORK_FILTER", "VIRTUAL_HOST"];

/**
 * An EnvoyFilter bypasses Istio's own checks: in the wrong order or for another version of Envoy, it breaks listeners of
 * every proxy that it reaches.
 * https://istio.io/latest/docs/reference/config/networking/envoy-filter/
 */
export const requireSafeEnvoyFilters = resourcePolicy({
  name: "require-safe-envoy-filters",
  displayName: "EnvoyFilters say order, version and a fitting operation",
  description:
    "EnvoyFilters have a priority, match a version of the proxy, and use operations that take effect.",
  severity: "high",
  framework: nist("CM-3", "Configuration change control"),
  tags: ["istio", "traffic", "extension"],
  remediationSteps:
    "Set spec.priority, and match.proxy.proxyVersion of each patch to the versions that it was tried with, such as ^1\\.31.*.",
  url: "https://istio.io/latest/docs/reference/config/networking/envoy-filter/#EnvoyFilter-Patch-Operation",
  settings: {},
  appliesTo: isEnvoyFilter,
  judge({ fields, type }) {
    const priority = fields.at("spec", "priority");
    const patches = fields.at("spec", "configPatches").children();
    const missing = patches.length > 0 && priority.value === undefined && !type.patch;
    return [
      ...(missing
        ? [
            {
              field: priority,
              problem: "is not set, so the order among EnvoyFilters hangs on their age",
              cure: "Set it to a whole number, such as 10",
            },
          ]
        : []),
      ...patches.flatMap(judgePatch),
    ];
  },
});

function judgePatch(patch: Field): Violation[] {
  const version = patch.at("match", "proxy", "proxyVersion");
  const operation = patch.at("patch", "operation");
  const applyTo = patch.at("applyTo").value;
  const violations: Violation[] = [];
  if (version.value === undefined) {
    const problem = "is not set, so the patch also reaches proxies that it was never tried with";
    violations.push({ field: version, problem, cure: "Set it to a regular expression such as ^1\\.31.*" });
  }
  if (operation.value === UNKNOWN || applyTo === UNKNOWN) return violations;
  const name = String(operation.value);
  if (IGNORED[name]?.includes(String(applyTo))) {
    violations.push({
      field: operation,
      problem: `is ${name}, which Istio ignores for ${String(applyTo)}`,
      cure: "Use MERGE, or patch the VIRTUAL_HOST",
    });
  }
  if (name === "REPLACE" && !REPLACEABLE.includes(String(applyTo))) {
    violations.push({
      field: operation,
      problem: "is REPLACE, which Istio ignores for all but filters and virtual hosts",
      cure: `Use MERGE, or apply it to ${REPLACEABLE.join(", ")}`,
    });
  }
  return violations;
}
