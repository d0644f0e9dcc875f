import { bound, boundDuration, isLimit } from "../bounds";
import { duration, limit, meshDomains, type Settings } from "../configuration";
import { nist, resourcePolicy, type Violation } from "../policy";
import { effectivePolicies, type EffectivePolicy, isMeshHost } from "../reading/destinationRule";
import { type Field, UNKNOWN } from "../reading/field";
import { PROTOCOL } from "../reading/protocol";
import { isDestinationRule, type KubernetesResource } from "../reading/resource";

/** Protocols of which Istio sees connections but no requests. */
const OPAQUE = ["tcp", "tls", "https", "mongo", "mysql", "redis"];

const settings = {
  meshDomains,
  smallest: limit(
    2,
    "Least value of maxConnections, http1MaxPendingRequests, http2MaxRequests. With 1, calls queue up.",
  ),
  // Envoy's own defaults, which Istio replaces with 4294967295.
  maxConnections: limit(1024, "Greatest connectionPool.tcp.maxConnections"),
  http1MaxPendingRequests: limit(1024, "Greatest connectionPool.http.http1MaxPendingRequests"),
  http2MaxRequests: limit(
    1024,
    "Greatest number of requests in flight: http2MaxRequests, or what implies it",
  ),
  maxRetries: limit(
    10,
    "Greatest connectionPool.http.maxRetries, retryBudget.minRetryConcurrency: retries at once",
  ),
  retryBudgetPercent: limit(50, "Greatest retryBudget.percent"),
  consecutiveErrors: limit(10, "Greatest consecutive5xxErrors, consecutiveGatewayErrors of outlierDetection"),
  maxEjectionPercent: limit(50, "Greatest outlierDetection.maxEjectionPercent"),
  minHealthPercent: limit(
    50,
    "Greatest outlierDetection.minHealthPercent: below it, ejected endpoints get traffic again",
  ),
  shortestInterval: duration("1s", "Shortest outlierDetection.interval"),
  longestInterval: duration("1m", "Longest outlierDetection.interval"),
  shortestEjectionTime: duration("1s", "Shortest outlierDetection.baseEjectionTime"),
  longestEjectionTime: duration(
    "5m",
    "Longest outlierDetection.baseEjectionTime, which grows with each ejection",
  ),
};

type Limits = Settings<typeof settings>;

/**
 * Istio bounds nothing by default: every threshold is 4294967295, so one slow service takes its callers with it.
 * https://istio.io/latest/docs/tasks/traffic-management/circuit-breaking/
 */
export const boundCircuitBreakers = resourcePolicy({
  name: "bound-circuit-breakers",
  displayName: "Circuit breakers are present and bounded",
  description: "Circuit breakers of hosts in the mesh are present and within the organization's limits.",
  severity: "high",
  framework: nist("SC-5", "Denial-of-service protection"),
  tags: ["istio", "traffic", "resilience"],
  remediationSteps:
    "Give the DestinationRule a trafficPolicy with connectionPool.tcp.maxConnections, connectionPool.http." +
    "{http1MaxPendingRequests, http2MaxRequests, maxRetries} and outlierDetection. A subset's block replaces the rule's " +
    `whole block, and a port inherits nothing: repeat all limits there. Annotate rules of TCP services with ${PROTOCOL}: tcp.`,
  url: "https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings",
  settings,
  appliesTo: isDestinationRule,
  judge(resource, limits) {
    const rule = resource.fields.at("spec");
    const host = rule.at("host").value;
    if (host === UNKNOWN || (typeof host === "string" && !isMeshHost(host, limits.meshDomains))) return [];
    return effectivePolicies(rule).flatMap((policy) => judge(policy, resource, limits));
  },
});

function judge(policy: EffectivePolicy, { fields, type }: KubernetesResource, limits: Limits): Violation[] {
  const protocol = fields.at("metadata", "annotations", PROTOCOL).value;
  const balancer = policy.loadBalancer.at("simple").value;
  const opaque = protocol === UNKNOWN || OPAQUE.includes(String(protocol));
  // PASSTHROUGH keeps the address that the caller chose: there is no other endpoint to turn to, nor a pool of requests.
  const chosenByCaller = balancer === "PASSTHROUGH" || balancer === UNKNOWN;
  // A patch leaves what it does not name as it is.
  const needs = { connections: !type.patch, requests: !type.patch && !opaque && !chosenByCaller };
  return [
    ...judgeConnectionPool(policy, needs, limits),
    ...judgeOutlierDetection(policy.outlierDetection, !type.patch && !chosenByCaller, limits),
  ];
}

function judgeConnectionPool(
  { connectionPool, retryBudget }: EffectivePolicy,
  needs: { connections: boolean; requests: boolean },
  limits: Limits,
): Violation[] {
  const http = connectionPool.at("http");
  return [
    bound(
      connectionPool.at("tcp", "maxConnections"),
      limits.smallest,
      limits.maxConnections,
      needs.connections,
    ),
    bound(
      http.at("http1MaxPendingRequests"),
      limits.smallest,
      limits.http1MaxPendingRequests,
      needs.requests,
    ),
    judgeRequests(connectionPool, needs.requests, limits),
    // A budget takes the place of the fixed number.
    bound(http.at("maxRetries"), 1, limits.maxRetries, needs.requests && !retryBudget.isSet),
    bound(retryBudget.at("percent"), 0, limits.retryBudgetPercent, false),
    bound(retryBudget.at("minRetryConcurrency"), 0, limits.maxRetries, false),
  ].flat();
}

/**
 * Requests in flight are bounded by http2MaxRequests, or else by the connections and what each of them may carry: over
 * HTTP/2 a connection carries any number unless maxRequestsPerConnection or maxConcurrentStreams says otherwise.
 */
function judgeRequests(pool: Field, needed: boolean, limits: Limits): Violation[] {
  const requests = pool.at("http", "http2MaxRequests");
  const carried = [pool.at("http", "maxRequestsPerConnection"), pool.at("http", "maxConcurrentStreams")]
    .map((field) => field.value)
    .filter((value) => typeof value === "number" && value > 0);
  const connections = pool.at("tcp", "maxConnections").value;
  if (!needed || isLimit(requests.value) || carried.length === 0 || typeof connections !== "number") {
    return bound(requests, limits.smallest, limits.http2MaxRequests, needed);
  }
  const perConnection = Math.min(...carried.map(Number));
  const implied = connections * perConnection;
  if (implied <= limits.http2MaxRequests) return [];
  return [
    {
      field: requests,
      problem:
        `is not set, so ${connections} connections with ${perConnection} requests each allow ${implied} requests in ` +
        `flight, above the limit of ${limits.http2MaxRequests}`,
      cure: `Set it to at most ${limits.http2MaxRequests}`,
    },
  ];
}

function judgeOutlierDetection(outlier: Field, needed: boolean, limits: Limits): Violation[] {
  if (!outlier.isSet) {
    if (!needed) return [];
    return [
      { field: outlier, problem: "is not set, so a failing endpoint keeps its traffic", cure: EXAMPLE },
    ];
  }
  return [
    judgeEjection(outlier),
    bound(outlier.at("consecutive5xxErrors"), 0, limits.consecutiveErrors, false),
    bound(outlier.at("consecutiveGatewayErrors"), 0, limits.consecutiveErrors, false),
    bound(outlier.at("maxEjectionPercent"), 0, limits.maxEjectionPercent, false),
    bound(outlier.at("minHealthPercent"), 0, limits.minHealthPercent, false),
    boundDuration(outlier.at("interval"), limits.shortestInterval, limits.longestInterval),
    boundDuration(outlier.at("baseEjectionTime"), limits.shortestEjectionTime, limits.longestEjectionTime),
  ].flat();
}

const EXAMPLE =
  "Add it, for example with consecutive5xxErrors 5, interval 30s, baseEjectionTime 30s, maxEjectionPercent 50";

/** Zero turns a kind of error off; the old consecutiveErrors has no effect, though the API server accepts it. */
function judgeEjection(outlier: Field): Violation[] {
  const old = outlier.at("consecutiveErrors");
  const serverErrors = outlier.at("consecutive5xxErrors");
  const others = [outlier.at("consecutiveGatewayErrors"), outlier.at("consecutiveLocalOriginFailures")];
  const violations: Violation[] = [];
  if (old.isSet) {
    violations.push({ field: old, problem: "is ignored by Istio", cure: "Use consecutive5xxErrors instead" });
  }
  if (serverErrors.value === 0 && !others.some((field) => isLimit(field.value))) {
    violations.push({
      field: serverErrors,
      problem: "is 0, which turns ejection off",
      cure: "Set it to at least 1, or leave it out for Istio's default of 5",
    });
  }
  return violations;
}
