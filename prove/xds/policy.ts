import { durationOf, type Json, listOf, objectOf, valueAt } from "./json";

/** Whether a cluster shows a setting. Localities are shown by endpoints, hashes by routes, TLS by transport sockets. */
export function showsSetting(path: string): boolean {
  return !/^(loadBalancer|tls)\./.test(path) && !/\.(h2UpgradePolicy|idleTimeout)$/.test(path);
}

/** What istiod writes without a DestinationRule's setting. */
export const clusterDefaults = { "connectionPool.tcp.connectTimeout": "10000ms" };

/** Envoy's value for no limit. istiod writes it where a DestinationRule sets none. */
const unlimited = 4_294_967_295;

/**
 * The settings of a cluster as the traffic policy of the DestinationRule that they come from. What istiod writes without
 * one counts as not set.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/circuit_breaker.proto
 */
export function policyOf(cluster: Json): object {
  const policy = known.get(cluster) ?? readPolicy(cluster);
  known.set(cluster, policy);
  return policy;
}

const known = new WeakMap<Json, object>();

function readPolicy(cluster: Json): object {
  const [limits = {}] = listOf(objectOf(cluster.circuitBreakers).thresholds);
  const ejection = objectOf(cluster.outlierDetection);
  const budget = limits.retryBudget === undefined ? undefined : objectOf(limits.retryBudget);
  return defined({
    connectionPool: {
      tcp: {
        maxConnections: limit(limits.maxConnections),
        connectTimeout: given("connectionPool.tcp.connectTimeout", text(cluster.connectTimeout)),
      },
      http: {
        http1MaxPendingRequests: limit(limits.maxPendingRequests),
        http2MaxRequests: limit(limits.maxRequests),
        maxRequestsPerConnection: valueAt(
          cluster,
          "typedExtensionProtocolOptions",
          "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
          "commonHttpProtocolOptions",
          "maxRequestsPerConnection",
        ),
        maxRetries: limit(limits.maxRetries),
      },
    },
    retryBudget: budget && {
      percent: valueAt(budget, "budgetPercent", "value"),
      minRetryConcurrency: budget.minRetryConcurrency,
    },
    outlierDetection:
      cluster.outlierDetection === undefined
        ? undefined
        : {
            consecutive5xxErrors: ejection.consecutive5xx,
            consecutiveGatewayErrors: ejection.consecutiveGatewayFailure,
            interval: text(ejection.interval),
            baseEjectionTime: text(ejection.baseEjectionTime),
            maxEjectionPercent: ejection.maxEjectionPercent,
            minHealthPercent: valueAt(cluster, "commonLbConfig", "healthyPanicThreshold", "value"),
          },
  }) as object;
}

function given(path: keyof typeof clusterDefaults, value: unknown): unknown {
  return value === clusterDefaults[path] ? undefined : value;
}

function limit(value: unknown): unknown {
  return value === unlimited ? undefined : value;
}

function text(value: unknown): string | undefined {
  const duration = durationOf(value);
  return duration === undefined ? undefined : `${duration}ms`;
}

/** A copy without undefined values. */
function defined(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([name, inner]) => [name, defined(inner)]));
}
