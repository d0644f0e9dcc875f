import { facts, minorOf } from "../facts";
import { words } from "../configuration";
import { environment, environmentOf } from "../environment";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { type Field, leaves, UNKNOWN } from "../reading/field";
import { isEnvoyFilter, isTrafficExtension } from "../reading/resource";
import { asText } from "../reading/value";

/** A regular expression for the proxies of one minor version. */
const EXAMPLE = `^${(minorOf(facts.istio.version) ?? "").replace(".", "\\.")}.*`;

/**
 * The greatest length of proxyVersion that Istio accepts.
 * https://istio.io/latest/news/security/istio-security-2026-006/
 */
const VERSION_LIMIT = 1024;

/** The values of applyTo for which Istio ignores an operation. */
const IGNORED: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    ADD: ["ROUTE_CONFIGURATION", "HTTP_ROUTE"],
    REMOVE: ["ROUTE_CONFIGURATION", "HTTP_ROUTE"],
  }),
);

/** The operations that add a filter. */
const INSERTIONS = ["ADD", "INSERT_BEFORE", "INSERT_AFTER", "INSERT_FIRST"];

/** The fields of a filter. With another one, Envoy could read its configuration from elsewhere. */
const FILTER_FIELDS = ["name", "typed_config", "is_optional", "disabled"];

/** The setting of the rate limit that adds headers to requests, in both spellings that Envoy reads. It can forge an identity. */
const FORGING = ["request_headers_to_add_when_not_enforced", "requestHeadersToAddWhenNotEnforced"];

/** The address of a service that the proxy calls with a client of its own, without the clusters of the mesh. */
const OUTSIDE = /\.(google_grpc|googleGrpc)\./;

/** The type of Envoy's filter for Lua code, which a TrafficExtension contains. */
const LUA = "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua";

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
  longVersion: (length: number): Message => ({
    problem: `has ${length} characters, and istiod compiles it for every proxy`,
    fix: `Shorten it to at most ${VERSION_LIMIT} characters, such as ${EXAMPLE}`,
  }),
  ignored: (operation: string, applyTo: string): Message => ({
    problem: `is ${operation}, which Istio ignores for ${applyTo}`,
    fix: "Use MERGE, or patch the VIRTUAL_HOST",
  }),
  notAllowed: (patch: string): Message => ({
    problem: `is ${patch}, which is not an allowed patch`,
    fix: "Remove the patch, or allow the type in the policy's configuration after a review",
  }),
  source: (name: string): Message => ({
    problem: `is another source of the filter's configuration than typed_config: ${name}`,
    fix: "Remove it",
  }),
  forging: (): Message => ({
    problem: "adds headers to requests, which can forge an identity",
    fix: "Remove it",
  }),
  outside: (): Message => ({
    problem: "is a client outside of the mesh's clusters, which sends data of requests without mutual TLS",
    fix: "Use envoy_grpc with a cluster of the mesh",
  }),
  code: (): Message => ({
    problem: "is code that can change and answer requests",
    fix: `Remove it, or allow ${LUA} in the policy's configuration after a review`,
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
  description:
    "EnvoyFilters have a priority, match proxy versions, and use operations that have an effect. In staging and prod, they " +
    "only insert allowed HTTP filters, and a TrafficExtension contains no Lua code.",
  severity: "high",
  framework: nist("CM-3", "Configuration change control"),
  tags: ["istio", "traffic", "extension"],
  remediationSteps:
    "Set spec.priority. Set match.proxy.proxyVersion of each patch to the versions with which it was tested, such as " +
    `${EXAMPLE}.`,
  url: "https://istio.io/latest/docs/reference/config/networking/envoy-filter/#EnvoyFilter-Patch-Operation",
  settings: {
    environment,
    allowedTypes: words(
      [
        "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
        "type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit",
      ],
      "Types (typed_config.@type) of the HTTP filters that an EnvoyFilter may insert in staging and prod. Every other patch " +
        "is refused, such as a patch that removes or changes a filter, listener, cluster or the bootstrap.",
    ),
  },
  appliesTo: (type) => isEnvoyFilter(type) || isTrafficExtension(type),
  judge({ fields, type }, settings) {
    const restricted = environmentOf(settings.environment) !== "dev";
    if (isTrafficExtension(type)) {
      const code = fields.at("spec", "lua");
      const refused = restricted && code.isSet && !settings.allowedTypes.includes(LUA);
      return refused ? [{ field: code, ...messages.code() }] : [];
    }
    const priority = fields.at("spec", "priority");
    const patches = fields.at("spec", "configPatches").children();
    const missing = patches.length > 0 && priority.value === undefined && !type.patch;
    return [
      ...(missing ? [{ field: priority, ...messages.noPriority() }] : []),
      ...patches.flatMap(judgePatch),
      ...(restricted ? patches.flatMap((patch) => judgePurpose(patch, settings.allowedTypes)) : []),
    ];
  },
});

/**
 * Judges the purpose of a patch. Envoy selects a filter's implementation by its type, so its name proves nothing. An
 * insertion cannot weaken other filters if its own type is harmless.
 */
function judgePurpose(patch: Field, allowed: readonly string[]): Violation[] {
  const [applyTo, operation] = [patch.at("applyTo"), patch.at("patch", "operation")];
  const type = patch.at("patch", "value", "typed_config", "@type");
  const values = [applyTo.value, operation.value, type.value];
  if (applyTo.value !== UNKNOWN && applyTo.value !== "HTTP_FILTER") {
    return [{ field: applyTo, ...messages.notAllowed(asText(applyTo.value)) }];
  }
  if (operation.value !== UNKNOWN && !INSERTIONS.includes(asText(operation.value))) {
    return [{ field: operation, ...messages.notAllowed(asText(operation.value)) }];
  }
  if (values.includes(UNKNOWN) || allowed.includes(asText(type.value))) {
    return judgeFilter(patch.at("patch", "value"));
  }
  return [{ field: type, ...messages.notAllowed(type.isSet ? asText(type.value) : "not set") }];
}

/** Judges the content of a filter with an allowed type. */
function judgeFilter(filter: Field): Violation[] {
  const forging = FORGING.map((key) => filter.at("typed_config", key));
  const outside = leaves(filter.at("typed_config")).filter(({ path }) => OUTSIDE.test(path));
  return [
    ...filter
      .children()
      .filter(({ key }) => !FILTER_FIELDS.includes(key))
      .map((field) => ({ field, ...messages.source(field.key) })),
    ...forging
      .filter((field) => field.children().length > 0)
      .map((field) => ({ field, ...messages.forging() })),
    ...outside.slice(0, 1).map((field) => ({ field, ...messages.outside() })),
  ];
}

function judgePatch(patch: Field): Violation[] {
  const version = patch.at("match", "proxy", "proxyVersion");
  const operation = patch.at("patch", "operation");
  const applyTo = patch.at("applyTo").value;
  const violations: Violation[] = [];
  if (version.value === undefined) {
    violations.push({ field: version, ...messages.noVersion() });
  }
  if (typeof version.value === "string" && version.value.length > VERSION_LIMIT) {
    violations.push({ field: version, ...messages.longVersion(version.value.length) });
  }
  if (operation.value === UNKNOWN || applyTo === UNKNOWN) return violations;
  const name = asText(operation.value);
  if (IGNORED.get(name)?.includes(asText(applyTo))) {
    violations.push({ field: operation, ...messages.ignored(name, asText(applyTo)) });
  }
  if (name === "REPLACE" && !REPLACEABLE.includes(asText(applyTo))) {
    violations.push({ field: operation, ...messages.replace() });
  }
  return violations;
}
