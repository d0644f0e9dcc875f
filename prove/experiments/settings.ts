import {
  type Edge,
  type ExternalService,
  isHttp,
  type LocalityDefinition,
  type Mesh,
  originatesTls,
  type OutlierDetection,
  type Service,
} from "../../catalog";
import { milliseconds } from "../../effect";
import { type Experiment, notProvable, type Outcome, proven, refuted, type Stage } from "../experiment";
import type { Caller } from "../question";
import { type SampleCall, sampleOf } from "../sample";
import type { TokenIssuer } from "../tokens";
import { showBalancing } from "./balancing";
import { showEjection, showFailover, showReturn } from "./ejection";
import { showLimits } from "./limits";

/** A claim about the settings at a service's callers: which ones apply, and what requests show of them. */
interface Claim {
  readonly path: string;
  readonly claim: string;
  readonly expected: Settings;
  /** The proxy whose settings these are. Default: the last one before the service. */
  readonly hop?: "first";
  readonly waits?: boolean;
  readonly show?: (stage: Stage) => Promise<Outcome>;
}

/** Limits of connections and requests, ejection and load balancing of each service, at each of its callers. */
export function settingExperiments(mesh: Mesh, issuer: TokenIssuer): Experiment[] {
  return [...mesh.services, ...mesh.externalServices].flatMap((service) => {
    const edges = service.incoming.filter(({ mirrored }) => !mirrored);
    const samples = edges.map((edge) => schemed(sampleOf(mesh, service, edge, issuer), edge));
    const own = edges.findIndex(({ source }) => source.kind === "service");
    const index = Math.max(0, own);
    const [edge, sample] = [edges[index], samples[index]];
    if (edge === undefined || sample === undefined) return [];
    // Hosts outside of the mesh have one endpoint, which no test may overload.
    const shown = "egressGateway" in service ? undefined : { service, edge, sample };
    return claimsOf(service, shown).map(({ path, claim, expected, hop, waits, show }): Experiment => ({
      path,
      claim,
      ...(waits === true && { waits }),
      run: async (stage) =>
        compared(stage, samples, expected, hop) ??
        (show === undefined || !stage.real ? notProvable("requests do not show it") : show(stage)),
    }));
  });
}

/** Compares the settings that the model finds at each caller. Undefined if requests are sent instead. */
function compared(
  stage: Stage,
  samples: readonly SampleCall[],
  expected: Settings,
  hop?: "first",
): Outcome | undefined {
  // The same settings mostly apply at each caller.
  const compared = new Map<object, string[]>();
  for (const { caller, ...request } of samples) {
    const found = stage.policies(caller, request, hop);
    if (found === undefined) return undefined;
    const hidden = hiddenIn(expected, stage);
    if (hidden !== undefined) return notProvable(`clusters do not show ${hidden}`);
    const wrong = found.flatMap((policy) => {
      const known = compared.get(policy) ?? differences(expected, policy, stage);
      compared.set(policy, known);
      return known;
    });
    if (wrong.length > 0 || found.length === 0) {
      return refuted(
        samples.length,
        `${request.method} ${request.url} from ${callerText(caller)}`,
        JSON.stringify(expected),
        wrong.join(", ") || "no destination",
      );
    }
  }
  return proven(samples.length);
}

interface Shown {
  readonly service: Service;
  readonly edge: Edge;
  readonly sample: SampleCall;
}

function claimsOf(service: Service | ExternalService, shown: Shown | undefined): Claim[] {
  const { name, path, circuitBreaker, loadBalancing } = service;
  const { outlierDetection: ejection } = circuitBreaker;
  const show = (run: (stage: Stage, own: Shown) => Promise<Outcome>): Pick<Claim, "show"> =>
    shown === undefined ? {} : { show: (stage) => run(stage, shown) };
  /** As a probe with the caller's identity, whose ejections hinder no other claim. */
  const probed = (
    run: (stage: Stage, service: Service, sample: SampleCall) => Promise<Outcome>,
  ): Pick<Claim, "show"> =>
    show((stage, { service: own, edge, sample }) =>
      run(stage, own, { ...sample, caller: identityOf(edge, sample.caller) }),
    );
  const { locality } = loadBalancing;
  return [
    {
      path: `${path}.circuitBreaker`,
      claim: `callers of ${name} keep to its limits`,
      expected: limitsOf(service),
      ...show((stage, own) => showLimits(stage, own.service, own.sample, own.edge)),
    },
    {
      path: `${path}.circuitBreaker.outlierDetection`,
      claim: ejection
        ? `callers of ${name} eject a pod after consecutive errors`
        : `callers of ${name} eject no failing pod`,
      expected: settingsOf(ejection, countFields),
      waits: true,
      ...probed(showEjection),
    },
    ...(ejection === undefined
      ? []
      : [
          {
            path: `${path}.circuitBreaker.outlierDetection`,
            claim: `an ejected pod of ${name} returns after ${ejection.baseEjectionTime / 1000} s`,
            expected: settingsOf(ejection, timeFields),
            waits: true,
            ...probed(showReturn),
          },
        ]),
    {
      path: `${path}.loadBalancing`,
      claim: `callers of ${name} divide requests among its pods as it says`,
      expected: balancingOf(service),
      ...show((stage, own) =>
        showBalancing(stage, own.service, own.sample, [identityOf(own.edge, own.sample.caller)]),
      ),
    },
    ...(locality === undefined
      ? []
      : [
          {
            path: `${path}.loadBalancing.locality`,
            claim: `requests to ${name} stay near their callers, and all reach the next pods when those near fail`,
            expected: { ...localityOf(locality), "outlierDetection.maxEjectionPercent": 100 },
            waits: true,
            ...show((stage, own) => showFailover(stage, own.service, own.sample)),
          },
        ]),
    ...("egressGateway" in service && service.egressGateway ? [towardsGateway(service)] : []),
    ...("egressGateway" in service && service.ports.every((port) => originatesTls(service, port))
      ? [originated(service)]
      : []),
  ];
}

/** The TLS that a proxy starts: the name that it sends, and the CA that it trusts. */
function originated({ name, path, host, tls }: ExternalService): Claim {
  const { mode, credentialName } = tls ?? {};
  return {
    path: `${path}.tls`,
    claim: `proxies send ${host} as the server name of their TLS to ${name}, and verify its certificate`,
    expected: {
      "tls.mode": mode,
      ...(!host.startsWith("*") && { "tls.sni": host }),
      ...(credentialName === undefined
        ? { "tls.caCertificates": "system" }
        : { "tls.credentialName": credentialName }),
    },
  };
}

/** The way to the egress gateway: the service's own limits, and no ejection of the gateway for what the host does. */
function towardsGateway({ name, path, host, circuitBreaker }: ExternalService): Claim {
  const { maxConnections, http1MaxPendingRequests, http2MaxRequests, maxRetries } = circuitBreaker;
  return {
    path: `${path}.egressGateway`,
    claim: `callers of ${name} keep to its limits on the way to the egress gateway, and errors of the host do not eject the gateway`,
    hop: "first",
    expected: {
      [`${pool}.tcp.maxConnections`]: maxConnections,
      [`${pool}.http.http1MaxPendingRequests`]: http1MaxPendingRequests,
      [`${pool}.http.http2MaxRequests`]: http2MaxRequests,
      [`${pool}.http.maxRetries`]: maxRetries,
      "outlierDetection.consecutive5xxErrors": 0,
      "outlierDetection.consecutiveGatewayErrors": 0,
      "outlierDetection.splitExternalLocalOriginErrors": true,
      "tls.mode": "ISTIO_MUTUAL",
      // The gateway chooses its route by this name.
      ...(!host.startsWith("*") && { "tls.sni": host }),
    },
  };
}

function schemed(sample: SampleCall, { port }: Edge): SampleCall {
  if (isHttp(port.protocol)) return sample;
  return { ...sample, url: sample.url.replace(/^http/, port.protocol === "tls" ? "https" : "tcp") };
}

function identityOf({ source }: Edge, caller: Caller): Caller {
  if (caller.kind !== "workload") return caller;
  const serviceAccount = source.principal?.split("/").at(-1) ?? "default";
  return { kind: "identity", namespace: source.namespace, serviceAccount };
}

function callerText(caller: Caller): string {
  if (caller.kind === "workload") return caller.service;
  return caller.kind === "identity"
    ? `${caller.namespace}/${caller.serviceAccount}`
    : "a pod without a proxy";
}

const pool = "connectionPool";

/** A setting by its path in a DestinationRule's traffic policy. Undefined: it must not be set. */
type Settings = Readonly<Record<string, unknown>>;

/** https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings */
function limitsOf({
  circuitBreaker,
  connectTimeout,
  idleTimeout,
  ports,
}: Service | ExternalService): Settings {
  const { retryBudget } = circuitBreaker;
  const http = ports.some(({ protocol }) => isHttp(protocol));
  const tcp = ports.some(({ protocol }) => !isHttp(protocol));
  return {
    [`${pool}.tcp.maxConnections`]: circuitBreaker.maxConnections,
    [`${pool}.tcp.connectTimeout`]: connectTimeout,
    [`${pool}.tcp.idleTimeout`]: tcp ? idleTimeout : undefined,
    // Connections have no limits of requests.
    [`${pool}.http.http1MaxPendingRequests`]: http ? circuitBreaker.http1MaxPendingRequests : undefined,
    [`${pool}.http.http2MaxRequests`]: http ? circuitBreaker.http2MaxRequests : undefined,
    [`${pool}.http.maxRequestsPerConnection`]: http ? circuitBreaker.maxRequestsPerConnection : undefined,
    [`${pool}.http.maxRetries`]: http ? circuitBreaker.maxRetries : undefined,
    [`${pool}.http.h2UpgradePolicy`]: http ? circuitBreaker.h2UpgradePolicy : undefined,
    [`${pool}.http.idleTimeout`]: http ? idleTimeout : undefined,
    "retryBudget.percent": retryBudget?.percent,
    "retryBudget.minRetryConcurrency": retryBudget?.minRetryConcurrency,
  };
}

const countFields = [
  "consecutive5xxErrors",
  "consecutiveGatewayErrors",
  "maxEjectionPercent",
  "minHealthPercent",
] as const;
const timeFields = ["interval", "baseEjectionTime"] as const;

function settingsOf(
  ejection: OutlierDetection | undefined,
  fields: readonly (keyof OutlierDetection)[],
): Settings {
  return Object.fromEntries(fields.map((name) => [`outlierDetection.${name}`, ejection?.[name]]));
}

/** https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings */
function balancingOf({ loadBalancing }: Service | ExternalService): Settings {
  const { simple, consistentHash, locality } = loadBalancing;
  return {
    "loadBalancer.simple": simple,
    "loadBalancer.consistentHash": consistentHash,
    "loadBalancer.localityLbSetting.enabled": locality !== undefined,
    ...(locality === undefined && localityOf({})),
  };
}

function localityOf({ failover, failoverPriority }: LocalityDefinition): Settings {
  return {
    "loadBalancer.localityLbSetting.failover": failover,
    "loadBalancer.localityLbSetting.failoverPriority": failoverPriority,
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
  if (found === expected) return true;
  if (typeof expected === "number" && typeof found === "string") return milliseconds(found) === expected;
  return JSON.stringify(found) === JSON.stringify(expected);
}
