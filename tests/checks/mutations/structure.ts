import { type Mutation, type Place, put } from "./mutation";
import { everything, matching } from "./places";

/** Values that have the right type and yet can't be meant, by the places where they are put. */
const wrongValues: Readonly<Record<string, readonly unknown[]>> = {
  environment: ["production"],
  "services.*.ports": [[]],
  "services.*.ports.*.port": [0, 65536, 80.5],
  "services.*.ports.*.protocol": ["postgres"],
  "services.*.resilience.timeout": ["10 seconds", "0s", "10"],
  "services.*.resilience.retries.attempts": [-1, 11],
  "services.*.resilience.retries.retryOn.*": ["gateway_error"],
  "services.*.traffic.weights.*": [-1, 101, 0.5],
  "services.*.traffic.headerRoutes.*.headers": [{}, { "X-Canary": "true" }, { cookie: "canary=true" }],
  "services.*.traffic.mirror.percentage": [101],
  "services.*.traffic.fault.abort.httpStatus": [199, 600],
  "services.*.loadBalancing.simple": ["LEAST_CONN"],
  "services.*.loadBalancing.locality": [{}],
  "services.*.calls.*.methods": [[]],
  "services.*.calls.*.methods.*": ["get"],
  "services.*.calls.*.paths.*": ["api", "/api/*/x"],
  "services.*.circuitBreaker.maxConnections": [0],
  "services.*.circuitBreaker.retryBudget.percent": [101],
  "services.*.circuitBreaker.outlierDetection": [true],
  "services.*.circuitBreaker.outlierDetection.maxEjectionPercent": [101],
  "services.*.rateLimit.requests": [0],
  "services.*.rateLimit.per": ["49ms"],
  "services.*.rateLimit.quota.claim": ["", []],
  "services.*.mtls.mode": ["DISABLE"],
  "services.*.sidecar.resources.requests.cpu": ["half"],
  "services.*.sidecar.excludeOutboundPorts": [[]],
  "services.*.sidecar.excludeOutboundPorts.*": [0],
  "services.*.workload.image": ["an image"],
  "services.*.workload.replicas": [-1],
  "services.*.workload.runAsUser": [0, 1337],
  "services.*.workload.probes.*.path": ["health", "/he alth"],
  "services.*.workload.probes.*.period": ["0s", "1500ms"],
  "externalServices.*.ports": [{}],
  "externalServices.*.ports.*.protocol": ["postgres"],
  "externalServices.*.tls.mode": ["DISABLE"],
  "gateways.*.hosts.*.tls.minProtocolVersion": ["TLSV1_1"],
  "gateways.*.hosts.*.routes.*.prefix": ["api", "/api*"],
  "jwtRules.*.jwksUri": ["keys"],
  "telemetry.tracing.randomSamplingPercentage": [101],
  "networkPolicies.metricsNamespaces.*": ["Monitoring"],
  "suppressions.*.reason": [""],
};

const requiredFields: Readonly<Record<string, readonly string[]>> = {
  "": ["name", "services"],
  "services.*.ports.*": ["port", "protocol"],
  "services.*.workload": ["image"],
  "services.*.resilience.retries": ["attempts"],
  "services.*.circuitBreaker.retryBudget": ["percent", "minRetryConcurrency"],
  "services.*.loadBalancing.locality.failover.*": ["from", "to"],
  "services.*.traffic.headerRoutes.*": ["version"],
  "services.*.traffic.mirror": ["percentage"],
  "services.*.traffic.fault.delay": ["percentage", "fixedDelay"],
  "services.*.traffic.fault.abort": ["percentage", "httpStatus"],
  "services.*.rateLimit": ["requests", "per"],
  "services.*.rateLimit.quota": ["requests", "per"],
  "services.*.telemetry.tracing": ["randomSamplingPercentage"],
  "services.*.admit.*": ["namespace"],
  "externalServices.*": ["host", "ports"],
  "externalServices.*.ports.*": ["port", "protocol"],
  "gateways.*": ["hosts"],
  "gateways.*.hosts.*": ["tls", "routes"],
  "gateways.*.hosts.*.tls": ["credentialName"],
  "gateways.*.hosts.*.routes.*": ["service"],
  "jwtRules.*": ["issuer"],
  "telemetry.metrics": ["provider"],
  "telemetry.tracing": ["provider", "randomSamplingPercentage"],
  "telemetry.accessLogging": ["provider"],
  "suppressions.*": ["code", "path", "reason"],
};

/** Fields that hold objects whose keys are names that a team chooses. No platform calls anything like one of them. */
const chosenNames = new Set<string | number | undefined>([
  "globalRateLimits",
  "services",
  "externalServices",
  "gateways",
  "ports",
  "versions",
  "calls",
  "admit",
  "hosts",
  "weights",
  "headers",
  "claims",
  "labels",
  "env",
  "generatedSecrets",
  "selector",
  "annotations",
]);

/**
 * One place of each kind, such as `services.*.ports.*.port`: the form that a value must have doesn't depend on whose value
 * it is. Overrides have any form.
 */
function* kindsOf(
  places: Iterable<{ readonly place: Place }>,
): Iterable<{ readonly place: Place; readonly isField: boolean }> {
  const seen = new Set<string>();
  for (const { place } of places) {
    if (place[0] === "overrides" && place.length > 1) continue;
    const isField = (key: string | number, i: number): boolean =>
      typeof key === "string" && !chosenNames.has(place[i - 1]);
    const kind = place.map((key, i) => (isField(key, i) ? key : "*")).join(".");
    if (seen.has(kind)) continue;
    seen.add(kind);
    yield { place, isField: !kind.endsWith("*") };
  }
}

export const structure: readonly Mutation[] = [
  {
    code: "MW001",
    mistake: "null instead of anything that there is",
    also: [
      "MW101",
      "MW104",
      "MW110",
      "MW111",
      "MW114",
      "MW201",
      "MW202",
      "MW203",
      "MW207",
      "MW302",
      "MW303",
      "MW313",
      "MW319",
      "MW307",
      "MW310",
      "MW402",
      "MW403",
      "MW404",
      "MW408",
      "MW508",
      "MW604",
      "MW605",
      "MW801",
    ],
    *mutants(catalog) {
      for (const { place } of kindsOf(everything(catalog))) yield put(place, null);
    },
  },
  {
    code: "MW001",
    mistake: "a value that its field can't have",
    also: [
      "MW102",
      "MW110",
      "MW111",
      "MW114",
      "MW201",
      "MW203",
      "MW302",
      "MW303",
      "MW313",
      "MW310",
      "MW402",
      "MW404",
      "MW408",
      "MW508",
      "MW604",
    ],
    *mutants(catalog) {
      for (const [pattern, values] of Object.entries(wrongValues)) {
        for (const { place } of kindsOf(matching(catalog, pattern))) {
          for (const value of values) yield put(place, value);
        }
      }
    },
  },
  {
    code: "MW002",
    mistake: "a misspelt field beside any that there is",
    *mutants(catalog) {
      for (const { place, isField } of kindsOf(everything(catalog))) {
        if (isField) yield put([...place.slice(0, -1), `${place.at(-1) ?? ""}x`], "misspelt");
      }
    },
  },
  {
    code: "MW003",
    mistake: "a required field left out",
    also: ["MW101", "MW110", "MW111", "MW302", "MW303", "MW307", "MW310", "MW313", "MW402", "MW404", "MW508"],
    *mutants(catalog) {
      for (const [pattern, fields] of Object.entries(requiredFields)) {
        for (const { place } of kindsOf(matching(catalog, pattern))) {
          for (const field of fields) yield put([...place, field], undefined);
        }
      }
    },
  },
  {
    code: "MW004",
    mistake: "a suppression that nothing needs",
    *mutants(catalog) {
      const { services, suppressions = [] } = catalog;
      for (const name of Object.keys(services)) {
        const unneeded = { code: "MW207", path: `services.${name}`, reason: "no reason" };
        const changes = [[["suppressions"], [...suppressions, unneeded]]] as const;
        yield { at: ["suppressions", suppressions.length], changes };
      }
    },
  },
  {
    code: "MW004",
    mistake: "a suppression of something else than there is",
    also: ["MW302", "MW303", "MW402", "MW404", "MW508"],
    *mutants(catalog) {
      for (const { place } of matching(catalog, "suppressions.*")) {
        yield { at: place, changes: [[[...place, "path"], "services.nobody"]] };
        yield { at: place, changes: [[[...place, "code"], "MW207"]] };
      }
    },
  },
  {
    code: "MW386",
    mistake: "a Pulumi Output instead of anything that there is",
    also: ["MW114", "MW302", "MW313", "MW319", "MW402", "MW404", "MW508"],
    *mutants(catalog) {
      for (const { place } of kindsOf(everything(catalog))) yield put(place, { __pulumiOutput: true });
    },
  },
];
