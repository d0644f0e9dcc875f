import { facts, minorOf } from "../facts";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { type Field, UNKNOWN } from "../reading/field";
import { isEnvoyFilter } from "../reading/resource";

/** A regular expression for the proxies of one minor version. */
const EXAMPLE = `^${(minorOf(facts.istio.version) ?? "").replace(".", "\\.")}.*`;

/** The values of applyTo for which Istio ignores an operation. */
const IGNORED: Readonly<Record<string, readonly string[]>> = {
  ADD: ["ROUTE_CONFIGURATION", "HTTP_ROUTE"],
  REMOVE: ["ROUTE_CONFIGURATION", "HTTP_ROUTE"],
};

/** The only values of applyTo for which Istio applies REPLACE. */
const REPLACEABLE = ["HTTP_FILTER", "NETWORK_FILTER", "VIRTUAL_HOST"];

/** The texts of this policy's violations. */
export const messages = {
  noPriority: (): Message => ({
    problem: "is not set, so the order among EnvoyFilters depends on their creation time",
    fix: "Set it to an integer, such as 10",
  }),
  noVersion: (): Message => ({
    problem: "is not set, so the patch also applies to untested proxy versions",
    fix: `Set it to a regular expression such as ${EXAMPLE}`,
  }),
  ignored: (operation: string, applyTo: string): Message => ({
    problem: `is ${operation}, which Istio ignores for ${applyTo}`,
    fix: "Use MERGE, or patch the VIRTUAL_HOST",
  }),
  replace: (): Message => ({
    problem: "is REPLACE, which Istio ignores except for filters and virtual hosts",
    fix: `Use MERGE, or set applyTo to ${REPLACEABLE.join(", ")}`,
  }),
};

/**
 * istiod does not validate the patches of an EnvoyFilter. In the wrong order or for another Envoy version, a patch breaks
 * the listeners of every proxy that it applies to.
 * https://istio.io/latest/docs/reference/config/networking/envoy-filter/
 */
export const requireSafeEnvoyFilters = resourcePolicy({
  name: "require-safe-envoy-filters",
  displayName: "EnvoyFilters set priority, version and a valid operation",
  description: "EnvoyFilters have a priority, match proxy versions, and use operations that have an effect.",
  severity: "high",
  framework: nist("CM-3", "Configuration change control"),
  tags: ["istio", "traffic", "extension"],
  remediationSteps:
    "Set spec.priority. Set match.proxy.proxyVersion of each patch to the versions with which it was tested, such as " +
    `${EXAMPLE}.`,
  url: "https://istio.io/latest/docs/reference/config/networking/envoy-filter/#EnvoyFilter-Patch-Operation",
  settings: {},
  appliesTo: isEnvoyFilter,
  judge({ fields, type }) {
    const priority = fields.at("spec", "priority");
    const patches = fields.at("spec", "configPatches").children();
    const missing = patches.length > 0 && priority.value === undefined && !type.patch;
    return [
      ...(missing ? [{ field: priority, ...messages.noPriority() }] : []),
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
    violations.push({ field: version, ...messages.noVersion() });
  }
  if (operation.value === UNKNOWN || applyTo === UNKNOWN) return violations;
  const name = String(operation.value);
  if (IGNORED[name]?.includes(String(applyTo))) {
    violations.push({ field: operation, ...messages.ignored(name, String(applyTo)) });
  }
  if (name === "REPLACE" && !REPLACEABLE.includes(String(applyTo))) {
    violations.push({ field: operation, ...messages.replace() });
  }
  return violations;
}
