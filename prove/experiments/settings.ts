import { type ExternalService, isHttp, type Mesh, type Service } from "../../catalog";
import { milliseconds } from "../../effect";
import { type Experiment, notProvable, proven, refuted, type Stage } from "../experiment";
import { sampleOf } from "../sample";
import type { TokenIssuer } from "../tokens";

/** Limits of connections and requests, ejection and load balancing of each service, at each of its callers. */
export function settingExperiments(mesh: Mesh, issuer: TokenIssuer): Experiment[] {
  return [...mesh.services, ...mesh.externalServices].flatMap((service) => {
    const callers = service.incoming.filter(({ mirrored }) => !mirrored);
    if (callers.length === 0) return [];
    const about = { circuitBreaker: limitsOf(service), loadBalancing: balancingOf(service) };
    return Object.entries(about).map(([field, expected]): Experiment => ({
      path: `${service.path}.${field}`,
      claim: claims[field as keyof typeof about](service.name),
      run: (stage) => {
        for (const edge of callers) {
          const { caller, url, method, headers } = sampleOf(mesh, service, edge, issuer);
          const { protocol } = edge.port;
          const scheme = isHttp(protocol) ? "http" : protocol === "tls" ? "https" : "tcp";
          const request = { url: url.replace(/^http/, scheme), method, headers };
          const found = stage.policies(caller, request);
          if (found === undefined) return Promise.resolve(notProvable("requests do not show it"));
          const hidden = hiddenIn(expected, stage);
          if (hidden !== undefined) return Promise.resolve(notProvable(`clusters do not show ${hidden}`));
          const wrong = found.flatMap((policy) => differences(expected, policy, stage));
          if (wrong.length > 0 || found.length === 0) {
            return Promise.resolve(
              refuted(
                callers.length,
                `${method} ${url} from ${edge.source.name}`,
                JSON.stringify(expected),
                wrong.join(", ") || "no destination",
              ),
            );
          }
        }
        return Promise.resolve(proven(callers.length));
      },
    }));
  });
}

const claims = {
  circuitBreaker: (name: string) => `callers of ${name} keep to its limits, and eject failing pods`,
  loadBalancing: (name: string) => `callers of ${name} divide requests among its pods as it says`,
};

/** A setting by its path in a DestinationRule's traffic policy. Undefined: it must not be set. */
type Settings = Readonly<Record<string, unknown>>;

/** https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings */
function limitsOf({ circuitBreaker, connectTimeout, ports }: Service | ExternalService): Settings {
  const { outlierDetection: ejection, retryBudget } = circuitBreaker;
  const pool = "connectionPool";
  const http = ports.some(({ protocol }) => isHttp(protocol));
  return {
    [`${pool}.tcp.maxConnections`]: circuitBreaker.maxConnections,
    [`${pool}.tcp.connectTimeout`]: connectTimeout,
    ...(http && {
      [`${pool}.http.http1MaxPendingRequests`]: circuitBreaker.http1MaxPendingRequests,
      [`${pool}.http.http2MaxRequests`]: circuitBreaker.http2MaxRequests,
      [`${pool}.http.maxRequestsPerConnection`]: circuitBreaker.maxRequestsPerConnection,
      [`${pool}.http.maxRetries`]: circuitBreaker.maxRetries,
      [`${pool}.http.h2UpgradePolicy`]: circuitBreaker.h2UpgradePolicy,
    }),
    "retryBudget.percent": retryBudget?.percent,
    "retryBudget.minRetryConcurrency": retryBudget?.minRetryConcurrency,
    ...Object.fromEntries(ejectionFields.map((name) => [`outlierDetection.${name}`, ejection?.[name]])),
  };
}

const ejectionFields = [
  "consecutive5xxErrors",
  "consecutiveGatewayErrors",
  "interval",
  "baseEjectionTime",
  "maxEjectionPercent",
  "minHealthPercent",
] as const;

/** https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings */
function balancingOf({ loadBalancing }: Service | ExternalService): Settings {
  const { simple, consistentHash, locality } = loadBalancing;
  return {
    "loadBalancer.simple": simple,
    "loadBalancer.consistentHash": consistentHash,
    "loadBalancer.localityLbSetting.enabled": locality !== undefined,
    "loadBalancer.localityLbSetting.failover": locality?.failover,
    "loadBalancer.localityLbSetting.failoverPriority": locality?.failoverPriority,
  };
}

/** The first expected setting that the stage's policies do not show. */
function hiddenIn(expected: Settings, { shows = () => true }: Stage): string | undefined {
  return Object.keys(expected).find((path) => expected[path] !== undefined && !shows(path));
}

function differences(expected: Settings, policy: object, { defaults = {} }: Stage): string[] {
  return Object.entries(expected).flatMap(([path, value]) => {
    const found = path
      .split(".")
      .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], policy);
    const met = same(found, value) || (found === undefined && same(defaults[path], value));
    return met ? [] : [`${path} ${found === undefined ? "not set" : JSON.stringify(found)}`];
  });
}

/** Whether a setting has the catalog's value. The catalog has durations in milliseconds. */
function same(found: unknown, expected: unknown): boolean {
  if (typeof expected === "number" && typeof found === "string") return milliseconds(found) === expected;
  return JSON.stringify(found) === JSON.stringify(expected);
}
