import { bound, boundDuration, isLimit } from "../bounds";
import { duration, limit, meshDomains, type Settings } from "../configuration";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { effectivePolicies, type EffectivePolicy, isMeshHost } from "../reading/destinationRule";
import { type Field, UNKNOWN } from "../reading/field";
import { PROTOCOL } from "../reading/protocol";
import { isDestinationRule, type KubernetesResource } from "../reading/resource";
import { asText } from "../reading/value";

/** Protocols for which proxies count connections, but no requests. */
const OPAQUE = ["tcp", "tls", "https", "mongo", "mysql", "redis"];

const settings = {
  meshDomains,
  smallest: limit(
    2,
    "Minimum of maxConnections, http1MaxPendingRequests and http2MaxRequests. With 1, requests queue.",
  ),
  // The default is Envoy's own, which Istio replaces with 4294967295.
  maxConnections: limit(1024, "Maximum of connectionPool.tcp.maxConnections"),
  http1MaxPendingRequests: limit(1024, "Maximum of connectionPool.http.http1MaxPendingRequests"),
  http2MaxRequests: limit(
    1024,
    "Maximum number of requests in flight: http2MaxRequests, or the number that connections imply",
  ),
  maxRetries: limit(
    10,
    "Maximum of connectionPool.http.maxRetries and retryBudget.minRetryConcurrency: concurrent retries",
  ),
  retryBudgetPercent: limit(50, "Maximum of retryBudget.percent"),
  consecutiveErrors: limit(
    10,
    "Maximum of outlierDetection.consecutive5xxErrors, consecutiveGatewayErrors and consecutiveLocalOriginFailures",
  ),
  maxEjectionPercent: limit(
    50,
    "Maximum of outlierDetection.maxEjectionPercent. With locality failover, the maximum is 100.",
  ),
  minHealthPercent: limit(
    50,
    "Maximum of outlierDetection.minHealthPercent. Below that share, ejected endpoints receive traffic again.",
  ),
  shortestInterval: duration("1s", "Minimum of outlierDetection.interval"),
  longestInterval: duration("1m", "Maximum of outlierDetection.interval"),
  shortestEjectionTime: duration("1s", "Minimum of outlierDetection.baseEjectionTime"),
  longestEjectionTime: duration(
    "5m",
    "Maximum of outlierDetection.baseEjectionTime, which grows with each ejection",
  ),
};

type Limits = Settings<typeof settings>;

/** The texts of this policy's violations. Those about limits are {@link numberMessages} and {@link durationMessages}. */
export const messages = {
  impliedRequests: (connections: number, perConnection: number, limit: number): Message => ({
    problem:
      `is not set, so ${connections} connections with ${perConnection} requests each allow ` +
      `${connections * perConnection} requests in flight, above the limit of ${limit}`,
    fix: `Set it to at most ${limit}`,
  }),
  noOutlierDetection: (): Message => ({
    problem: "is not set, so a failing endpoint keeps receiving traffic",
    fix: "Add it, for example with consecutive5xxErrors 5, interval 30s, baseEjectionTime 30s, maxEjectionPercent 50",
  }),
  ejectionOff: (): Message => ({
    problem: "is 0, which disables ejection",
    fix: "Set it to at least 1, or remove it to use Istio's default of 5",
  }),
  ignored: (): Message => ({ problem: "is ignored by Istio", fix: "Use consecutive5xxErrors instead" }),
};

/**
 * Istio sets no limit by default: every threshold is 4294967295, so one slow service also slows its callers.
 * https://istio.io/latest/docs/tasks/traffic-management/circuit-breaking/
 */
export const boundCircuitBreakers = resourcePolicy({
  name: "bound-circuit-breakers",
  displayName: "Circuit breakers are set and within limits",
  description: "DestinationRules of hosts in the mesh set circuit breakers within the organization's limits.",
  severity: "high",
  framework: nist("SC-5", "Denial-of-service protection"),
  tags: ["istio", "traffic", "resilience"],
  remediationSteps:
    "In the DestinationRule's trafficPolicy, set connectionPool.tcp.maxConnections, connectionPool.http." +
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
  const opaque = protocol === UNKNOWN || OPAQUE.includes(asText(protocol));
  // PASSTHROUGH keeps the address that the caller chose, so there are neither other endpoints nor limits on requests.
  const chosenByCaller = balancer === "PASSTHROUGH" || balancer === UNKNOWN;
  // A patch does not change the fields that it does not set.
  const needs = { connections: !type.patch, requests: !type.patch && !opaque && !chosenByCaller };
  return [
    ...judgeConnectionPool(policy, needs, limits),
    ...judgeOutlierDetection(policy, !type.patch && !chosenByCaller, limits),
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
    // A retry budget replaces maxRetries.
    bound(http.at("maxRetries"), 1, limits.maxRetries, needs.requests && !retryBudget.isSet),
    bound(retryBudget.at("percent"), 0, limits.retryBudgetPercent, false),
    bound(retryBudget.at("minRetryConcurrency"), 0, limits.maxRetries, false),
  ].flat();
}

/**
 * Judges the number of requests in flight. Its limit is http2MaxRequests, else the number of connections times the
 * requests of each. An HTTP/2 connection carries any number unless maxRequestsPerConnection or maxConcurrentStreams is set.
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
  if (connections * perConnection <= limits.http2MaxRequests) return [];
  return [
    { field: requests, ...messages.impliedRequests(connections, perConnection, limits.http2MaxRequests) },
  ];
}

function judgeOutlierDetection(
  { outlierDetection: outlier, loadBalancer }: EffectivePolicy,
  needed: boolean,
  limits: Limits,
): Violation[] {
  if (!outlier.isSet) return needed ? [{ field: outlier, ...messages.noOutlierDetection() }] : [];
  return [
    judgeEjection(outlier),
    bound(outlier.at("consecutive5xxErrors"), 0, limits.consecutiveErrors, false),
    bound(outlier.at("consecutiveGatewayErrors"), 0, limits.consecutiveErrors, false),
    ...localFailures(outlier).map((field) => bound(field, 0, limits.consecutiveErrors, false)),
    judgeEjected(outlier.at("maxEjectionPercent"), loadBalancer, limits.maxEjectionPercent),
    bound(outlier.at("minHealthPercent"), 0, limits.minHealthPercent, false),
    boundDuration(outlier.at("interval"), limits.shortestInterval, limits.longestInterval),
    boundDuration(outlier.at("baseEjectionTime"), limits.shortestEjectionTime, limits.longestEjectionTime),
  ].flat();
}

/** With failover, all endpoints near the caller may be ejected: only ejected endpoints fail over. */
function judgeEjected(percent: Field, loadBalancer: Field, limit: number): Violation[] {
  const violations = bound(percent, 0, limit, false);
  return violations.length > 0 && failsOver(loadBalancer) ? bound(percent, 0, 100, false) : violations;
}

/**
 * Whether endpoints of other zones or regions take over from ejected ones. True if the value is unknown.
 * https://istio.io/latest/docs/reference/config/networking/destination-rule/#LocalityLoadBalancerSetting
 */
function failsOver(loadBalancer: Field): boolean {
  const locality = loadBalancer.at("localityLbSetting");
  if (locality.value === UNKNOWN) return true;
  return locality.isSet && locality.at("enabled").value !== false && !locality.at("distribute").isSet;
}

/** 0 disables ejection for a kind of error. The old consecutiveErrors has no effect, though the API server accepts it. */
function judgeEjection(outlier: Field): Violation[] {
  const old = outlier.at("consecutiveErrors");
  const serverErrors = outlier.at("consecutive5xxErrors");
  const others = [outlier.at("consecutiveGatewayErrors"), ...localFailures(outlier)];
  const off = serverErrors.value === 0 && !others.some((field) => isLimit(field.value));
  return [
    ...(old.isSet ? [{ field: old, ...messages.ignored() }] : []),
    ...(off ? [{ field: serverErrors, ...messages.ejectionOff() }] : []),
  ];
}

/** The limit of failures of the client's own side. None if they are not counted separately: Istio then ignores it. */
function localFailures(outlier: Field): Field[] {
  const split = outlier.at("splitExternalLocalOriginErrors").value;
  return split === true || split === UNKNOWN ? [outlier.at("consecutiveLocalOriginFailures")] : [];
}
