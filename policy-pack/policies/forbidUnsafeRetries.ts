import { words } from "../configuration";
import { nist, resourcePolicy, type Violation } from "../policy";
import { type Field, UNKNOWN } from "../reading/field";
import { PROTOCOL } from "../reading/protocol";
import { isVirtualService } from "../reading/resource";
import { forwardingRoutes } from "../reading/virtualService";

/** Conditions under which a service has certainly not begun to act. */
const UNTOUCHED = ["connect-failure", "refused-stream", "reset-before-request"];

/** Conditions that only a gRPC status fulfils. There every method is POST, so it tells nothing. */
const GRPC = ["cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable"];

/**
 * A payment that was made is made again. Routes without retries or retryOn have Istio's default, which is safe: since
 * Istio 1.24 it repeats HTTP requests only after failed connections and refused streams, no longer after a 503.
 * https://github.com/istio/istio/blob/release-1.31/pilot/pkg/networking/core/route/retry/retry.go
 */
export const forbidUnsafeRetries = resourcePolicy({
  name: "forbid-unsafe-retries",
  displayName: "Nothing is done twice",
  description:
    "Requests whose methods are not idempotent are retried only where the service has certainly not acted.",
  severity: "high",
  framework: nist("SI-13", "Predictable failure prevention"),
  tags: ["istio", "traffic", "resilience"],
  remediationSteps:
    "Set retries.attempts to 0, or keep retries.retryOn to connect-failure, refused-stream and reset-before-request. For more, " +
    "give these methods a route of their own, before the others. " +
    `Annotate VirtualServices of gRPC services with ${PROTOCOL}: grpc.`,
  url: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry",
  settings: {
    methods: words(["POST", "PATCH"], "Methods that do something once more when they are repeated"),
    retryOn: words([...UNTOUCHED, ...GRPC], "Conditions under which these methods may be retried"),
  },
  appliesTo: isVirtualService,
  judge(resource, settings) {
    const protocol = resource.fields.at("metadata", "annotations", PROTOCOL).value;
    if (protocol === "grpc" || protocol === UNKNOWN || resource.type.patch) return [];
    const routes = resource.fields.at("spec", "http").children();
    return forwardingRoutes(resource).flatMap((route) => {
      const methods = settings.methods.filter((method) => serves(route, method, before(route, routes)));
      return methods.length === 0 ? [] : judge(route, methods.join(" and "), settings.retryOn);
    });
  },
});

function judge(route: Field, methods: string, allowed: readonly string[]): Violation[] {
  const retries = route.at("retries");
  const conditions = retries.at("retryOn");
  const cure = `Set retries.attempts to 0, or retries.retryOn to ${allowed.slice(0, 2).join(",")}, at least for ${methods}`;
  if (retries.value === UNKNOWN || conditions.value === UNKNOWN || !conditions.isSet) return [];
  const attempts = retries.at("attempts").value;
  if (attempts === 0 || attempts === undefined || attempts === UNKNOWN) return [];
  const unsafe = String(conditions.value)
    .split(",")
    .map((condition) => condition.trim())
    .filter((condition) => condition !== "" && !allowed.includes(condition));
  if (unsafe.length === 0) return [];
  const problem = `has ${unsafe.join(", ")}, after which ${methods} may be done already`;
  return [{ field: conditions, problem, cure }];
}

function before(route: Field, routes: readonly Field[]): Field[] {
  return routes.slice(0, Number(route.key));
}

/** Whether the route may get requests of this method: none of those before it takes them all. */
function serves(route: Field, method: string, earlier: readonly Field[]): boolean {
  const matches = route.at("match").children();
  const taken = earlier.flatMap((other) => {
    const others = other.at("match").children();
    return others.length > 0 ? others.map(asConditions) : [asConditions(other.at("match"))];
  });
  const own = matches.length > 0 ? matches.map(asConditions) : [asConditions(route.at("match"))];
  return own.some(
    (match) => mayBe(match.method, method) && !taken.some((other) => covers(other, match, method)),
  );
}

interface Conditions {
  readonly method: Field;
  /** All others, as text, by name. */
  readonly others: ReadonlyMap<string, string>;
}

function asConditions(match: Field): Conditions {
  const others = match.children().filter(({ key }) => key !== "method" && key !== "name");
  return { method: match.at("method"), others: new Map(others.map((field) => [field.key, textOf(field)])) };
}

function textOf(field: Field): string {
  const below = field.children();
  return below.length > 0
    ? `{${below
        .map((child) => `${child.key}:${textOf(child)}`)
        .sort()
        .join(",")}}`
    : JSON.stringify(String(field.value));
}

/** Whether the one match takes every request of the method that the other would take. */
function covers(one: Conditions, other: Conditions, method: string): boolean {
  return (
    isSurely(one.method, method) &&
    [...one.others].every(([name, condition]) => other.others.get(name) === condition)
  );
}

function mayBe(condition: Field, method: string): boolean {
  return !condition.isSet || compare(condition, method) !== false;
}

function isSurely(condition: Field, method: string): boolean {
  return !condition.isSet || compare(condition, method) === true;
}

/** Whether a method fulfils a condition on it; undefined if that is open. */
function compare(condition: Field, method: string): boolean | undefined {
  const [exact, prefix, regex] = ["exact", "prefix", "regex"].map((kind) => condition.at(kind).value);
  if (typeof exact === "string") return exact === method;
  if (typeof prefix === "string") return method.startsWith(prefix);
  if (typeof regex !== "string") return undefined;
  try {
    return new RegExp(`^(?:${regex})$`).test(method);
  } catch {
    // Istio's regular expressions are RE2's, some of which JavaScript does not know.
    return undefined;
  }
}
