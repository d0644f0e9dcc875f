import { words } from "../configuration";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { type Field, UNKNOWN } from "../reading/field";
import { PROTOCOL } from "../reading/protocol";
import { isVirtualService } from "../reading/resource";
import { asText, entriesOf } from "../reading/value";
import { forwardingRoutes } from "../reading/virtualService";

/** Conditions under which the service has not received the request. */
const UNTOUCHED = ["connect-failure", "refused-stream", "reset-before-request"];

/** Conditions on a gRPC status. With gRPC, every method is POST, so the method is no criterion. */
const GRPC = ["cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable"];

/** The texts of this policy's violations. */
export const messages = {
  unsafe: (conditions: string, methods: string, safe: string): Message => ({
    problem: `has ${conditions}, after which the service may already have processed ${methods}`,
    fix: `Set retries.attempts to 0, or retries.retryOn to ${safe}, at least for ${methods}`,
  }),
};

/**
 * A retried payment may be made twice. Routes without retries or retryOn have Istio's default, which is safe. Since
 * Istio 1.24 it retries HTTP requests only after failed connections and refused streams, no longer after a 503.
 * https://github.com/istio/istio/blob/release-1.31/pilot/pkg/networking/core/route/retry/retry.go
 */
export const forbidUnsafeRetries = resourcePolicy({
  name: "forbid-unsafe-retries",
  displayName: "Non-idempotent requests are not processed twice",
  description:
    "Requests with non-idempotent methods are retried only if the service has not received the request.",
  severity: "high",
  framework: nist("SI-13", "Predictable failure prevention"),
  tags: ["istio", "traffic", "resilience"],
  remediationSteps:
    "Set retries.attempts to 0, or limit retries.retryOn to connect-failure, refused-stream and reset-before-request. For other " +
    "conditions, add a route for these methods before the others. " +
    `Annotate VirtualServices of gRPC services with ${PROTOCOL}: grpc.`,
  url: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry",
  settings: {
    methods: words(["POST", "PATCH"], "Methods that are not idempotent"),
    retryOn: words(
      [...UNTOUCHED, ...GRPC],
      "Conditions under which requests with these methods may be retried",
    ),
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
  const safe = allowed.slice(0, 2).join(",");
  if (retries.value === UNKNOWN || conditions.value === UNKNOWN || !conditions.isSet) return [];
  const attempts = retries.at("attempts").value;
  if (attempts === 0 || attempts === undefined || attempts === UNKNOWN) return [];
  const unsafe = entriesOf(asText(conditions.value)).filter((condition) => !allowed.includes(condition));
  if (unsafe.length === 0) return [];
  return [{ field: conditions, ...messages.unsafe(unsafe.join(", "), methods, safe) }];
}

function before(route: Field, routes: readonly Field[]): Field[] {
  return routes.slice(0, Number(route.key));
}

/** Whether the route can receive requests of this method, because no earlier route matches all of them. */
function serves(route: Field, method: string, earlier: readonly Field[]): boolean {
  const matches = route.at("match").children();
  const matched = earlier.flatMap((other) => {
    const others = other.at("match").children();
    return others.length > 0 ? others.map(asConditions) : [asConditions(other.at("match"))];
  });
  const own = matches.length > 0 ? matches.map(asConditions) : [asConditions(route.at("match"))];
  return own.some(
    (match) => mayBe(match.method, method) && !matched.some((other) => covers(other, match, method)),
  );
}

interface Conditions {
  readonly method: Field;
  /** All other conditions as text, keyed by name. */
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
    : JSON.stringify(asText(field.value));
}

/** Whether one match applies to every request of the method to which the other applies. */
function covers(one: Conditions, other: Conditions, method: string): boolean {
  return (
    isSurely(one.method, method) &&
    [...one.others].every(([name, condition]) => other.others.get(name) === condition)
  );
}

function mayBe(condition: Field, method: string): boolean {
  return !condition.isSet || meets(condition, method) !== false;
}

function isSurely(condition: Field, method: string): boolean {
  return !condition.isSet || meets(condition, method) === true;
}

/** Whether a method meets a condition; undefined if that is unknown. */
function meets(condition: Field, method: string): boolean | undefined {
  const [exact, prefix, regex] = ["exact", "prefix", "regex"].map((kind) => condition.at(kind).value);
  if (typeof exact === "string") return exact === method;
  if (typeof prefix === "string") return method.startsWith(prefix);
  if (typeof regex !== "string") return undefined;
  try {
    return new RegExp(`^(?:${regex})$`).test(method);
  } catch {
    // Istio uses RE2, whose syntax differs from JavaScript's.
    return undefined;
  }
}
