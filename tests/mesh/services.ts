import fc from "fast-check";
import {
  type AdmitDefinition,
  type CallDefinition,
  httpMethods,
  isHttp,
  loadBalancers,
  type PortDefinition,
  type Protocol,
  protocols,
  type ServiceDefinition,
} from "../../catalog";

/** A DNS label, as services, namespaces and versions are called. */
export const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/);

const some = <T>(values: readonly T[]): fc.Arbitrary<T[]> => fc.subarray([...values], { minLength: 1 });
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

/** Few letters, so that paths of different calls meet. */
const path = fc
  .stringMatching(/^\/[ab]{0,2}(\/\*)?$/)
  .filter((text) => !text.startsWith("//"))
  .map((text) => text as `/${string}`);

const timeout = fc.constantFrom("1s", "2s", "500ms");

/** What a call of an HTTP port may ask. */
export const asked = fc.record(
  {
    methods: some(httpMethods),
    paths: fc.uniqueArray(path, { minLength: 1, maxLength: 3 }),
    endUser: fc.record(
      {
        claims: fc.record(
          { roles: some(["admin", "reader"]), tenant: fc.constant(["shop"]) },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

const retries = fc.record(
  {
    attempts: fc.integer({ min: 0, max: 3 }),
    retryOn: some(["gateway-error", "connect-failure", "refused-stream", "reset"] as const),
    backoff: fc.constant("50ms" as const),
  },
  { requiredKeys: ["attempts"] },
);

/** A call's own limits. */
export const limits = fc.record({ timeout, retries }, { requiredKeys: [] });

const ports: fc.Arbitrary<Record<string, PortDefinition>> = fc
  .uniqueArray(
    fc.record(
      {
        // Below the ports of external hosts.
        port: fc.integer({ min: 1, max: 60_000 }).filter((port) => port < 15_000 || port > 15_099),
        protocol: fc.constantFrom(...protocols),
        targetPort: fc.constantFrom(8080, 8081),
      },
      { requiredKeys: ["port", "protocol"] },
    ),
    { minLength: 1, maxLength: 3, selector: ({ port }) => port },
  )
  .map((list) => {
    // What is spoken on a port of the container is one thing.
    const spoken = new Map<number, PortDefinition["protocol"]>();
    return Object.fromEntries(
      list.map(({ targetPort, ...rest }, i): [string, PortDefinition] => {
        const protocol = spoken.get(targetPort ?? rest.port) ?? rest.protocol;
        spoken.set(targetPort ?? rest.port, protocol);
        return [`port-${i}`, { ...rest, protocol, ...(targetPort !== undefined && { targetPort }) }];
      }),
    );
  });

const outlierDetection = fc.record(
  {
    consecutive5xxErrors: fc.integer({ min: 3, max: 9 }),
    consecutiveGatewayErrors: fc.integer({ min: 1, max: 2 }),
    interval: fc.constant("30s" as const),
    maxEjectionPercent: fc.integer({ min: 1, max: 50 }),
  },
  { requiredKeys: ["consecutive5xxErrors"] },
);

const workload = fc.record(
  {
    image: fc.constantFrom("image:1", "registry.example.com/image@sha256:0123"),
    replicas: fc.integer({ min: 3, max: 5 }),
    env: fc.constant({ MODE: "fast" }),
    labels: fc.constant({ tier: "backend" }),
    annotations: fc.constant({ "prometheus.io/port": "9090" }),
    resources: fc.constant({ requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "128Mi" } }),
    runAsUser: fc.constant(1000),
    autoscaling: fc.constant({ minReplicas: 3, maxReplicas: 6, averageUtilization: 80 }),
  },
  { requiredKeys: ["image", "resources", "replicas"] },
);

const headers = fc.dictionary(fc.constantFrom("x-canary", "x-user-group"), label, {
  minKeys: 1,
  noNullPrototype: true,
});

/** With failover all endpoints must be ejectable. */
function failsOver<Own extends Pick<ServiceDefinition, "circuitBreaker" | "loadBalancing">>(own: Own): Own {
  const { circuitBreaker, loadBalancing } = own;
  const { outlierDetection } = circuitBreaker ?? {};
  if (!loadBalancing?.locality || !outlierDetection || !outlierDetection.maxEjectionPercent) return own;
  return {
    ...own,
    circuitBreaker: { ...circuitBreaker, outlierDetection: { ...outlierDetection, maxEjectionPercent: 100 } },
  };
}

/** What HTTP services have besides. */
const requests = fc.record(
  {
    resilience: fc.record(
      {
        timeout,
        retries,
        connectTimeout: fc.constant("1s" as const),
        idleTimeout: fc.constant("1h" as const),
      },
      { requiredKeys: [] },
    ),
    circuitBreaker: fc.record(
      {
        maxConnections: fc.integer({ min: 2, max: 500 }),
        http2MaxRequests: fc.integer({ min: 2, max: 500 }),
        retryBudget: fc.constant({ percent: 20, minRetryConcurrency: 3 }),
        outlierDetection,
      },
      { requiredKeys: [] },
    ),
    rateLimit: fc.record(
      {
        requests: fc.integer({ min: 1, max: 1000 }),
        per: fc.constant("1s" as const),
        burst: fc.constant(5000),
        quota: fc.record(
          {
            claim: fc.constantFrom("tenant_id", ["organization", "id"] as const),
            requests: fc.constant(1),
            per: fc.constant("1m" as const),
            tenants: fc.constant({ shop: 2 }),
          },
          { requiredKeys: ["claim", "requests", "per"] },
        ),
      },
      { requiredKeys: ["requests", "per"] },
    ),
    loadBalancing: fc.oneof(
      fc.record({ simple: fc.constantFrom(...loadBalancers) }),
      fc.constant({ consistentHash: { httpHeaderName: "x-session" } }),
      fc.constant({ consistentHash: { httpCookie: { name: "session", ttl: "1h" as const } } }),
      fc.constant({ locality: { failover: [{ from: "us-west", to: "us-east" }] } }),
      fc.constant({ locality: { failoverPriority: ["topology.kubernetes.io/zone"] } }),
    ),
    traffic: fc.record({ headers, mirrored: fc.boolean() }, { requiredKeys: ["mirrored"] }),
  },
  { requiredKeys: [] },
);

/** What a service may say whatever it speaks. */
const anything = fc.record(
  {
    namespace: fc.constantFrom("one", "two"),
    sidecar: fc.constant({ resources: { requests: { cpu: "50m" } } }),
    telemetry: fc.record(
      {
        tracing: fc.record({ randomSamplingPercentage: fc.integer({ min: 0, max: 100 }) }),
        accessLogging: fc.constantFrom({ disabled: true }, { filter: "response.code >= 500" }),
      },
      { requiredKeys: [] },
    ),
    workload,
    mtls: fc.constant({ mode: "STRICT" as const }),
  },
  { requiredKeys: [] },
);

const admission = fc.record({
  account: fc.constantFrom<Pick<AdmitDefinition, "namespace" | "serviceAccount">>(
    { namespace: "monitoring" },
    { namespace: "monitoring", serviceAccount: "prometheus" },
    { namespace: "batch", serviceAccount: "nightly" },
  ),
  call: asked,
});

/** A service without its calls, which need to know the others. */
export const service: fc.Arbitrary<ServiceDefinition> = fc
  .record({
    ports,
    own: anything,
    versions: maybe(fc.uniqueArray(fc.stringMatching(/^v[a-z0-9]{1,9}$/), { minLength: 1, maxLength: 3 })),
    requests,
    balancer: fc.constantFrom(...loadBalancers),
    admissions: fc.array(admission, { maxLength: 2 }),
  })
  .map(({ ports: declared, own, versions = [], requests: { traffic, ...more }, balancer, admissions }) => {
    const http = Object.values(declared).some(({ protocol }) => isHttp(protocol));
    const [first = "", last = ""] = [versions[0], versions.at(-1)];
    return {
      ports: declared,
      ...own,
      ...(versions.length > 0 && { versions: Object.fromEntries(versions.map((version) => [version, {}])) }),
      ...(http ? failsOver(more) : { loadBalancing: { simple: balancer } }),
      ...(http &&
        versions.length > 0 && {
          traffic: {
            weights: Object.fromEntries(versions.map((version) => [version, version === first ? 100 : 0])),
            ...(traffic?.headers && { headerRoutes: [{ headers: traffic.headers, version: last }] }),
            ...(traffic?.mirrored && versions.length > 1 && { mirror: { version: last, percentage: 5 } }),
          },
        }),
      admit: Object.fromEntries(
        admissions.map(({ account, call }, i) => [
          `outside-${i}`,
          { ...account, ...callOf(declared, i, call) },
        ]),
      ),
    } satisfies ServiceDefinition;
  });

/** A call of one of a service's ports. */
export function calls(callee: ServiceDefinition): fc.Arbitrary<CallDefinition> {
  return fc.tuple(fc.nat({ max: 2 }), asked).map(([i, call]) => callOf(callee.ports ?? {}, i, call));
}

function callOf(
  declared: NonNullable<ServiceDefinition["ports"]>,
  index: number,
  call: CallDefinition,
): CallDefinition {
  const named = Object.keys(declared);
  const port = named[index % named.length] ?? "";
  const protocol = declared[port]?.protocol;
  return { port, ...(protocol && isHttp(protocol) && over(protocol, call)) };
}

/** A call with the only method that gRPC has. */
export function over<Call extends CallDefinition>(protocol: Protocol, call: Call): Call {
  return protocol === "grpc" && call.methods ? { ...call, methods: ["POST"] } : call;
}
