import type { MeshDefinition, ServiceDefinition } from "../../../catalog";
import { type Change, type Mutation, type Place, put } from "./mutation";
import {
  calleesOf,
  edgesOf,
  hasHttp,
  httpServicesOf,
  matching,
  onlyCallsOf,
  servicesOf,
  tcpServicesOf,
} from "./places";

const fault = { abort: { percentage: 5, httpStatus: 500 } };
const otherFault = { delay: { percentage: 5, fixedDelay: "1s" } };

/** What only makes sense where a proxy sees requests, by its place in a service. */
const requestFields: readonly (readonly [string, unknown])[] = [
  ["resilience.timeout", "5s"],
  ["resilience.retries", { attempts: 1 }],
  ["traffic.weights", {}],
  ["traffic.headerRoutes", []],
  ["traffic.fault", otherFault],
  ["load", { rps: 10, p99: "100ms", callers: 1 }],
  ["rateLimit", { requests: 10, per: "1s" }],
  ["loadBalancing", { consistentHash: { httpHeaderName: "x-session" } }],
  ["circuitBreaker.http1MaxPendingRequests", 10],
  ["circuitBreaker.http2MaxRequests", 10],
  ["circuitBreaker.maxRequestsPerConnection", 10],
  ["circuitBreaker.h2UpgradePolicy", "UPGRADE"],
  ["circuitBreaker.maxRetries", 10],
  ["circuitBreaker.retryBudget", { percent: 20, minRetryConcurrency: 3 }],
];

const callFields: readonly (readonly [string, unknown])[] = [
  ["methods", ["GET"]],
  ["paths", ["/api/*"]],
  ["endUser", {}],
  ["timeout", "1s"],
  ["retries", { attempts: 1 }],
];

/** Whoever isn't in the catalog has no proxy whose limits it could set. */
const limitFields = new Set(["timeout", "retries"]);

/** Every port of a service or an external one as one that carries no requests. */
const withoutRequests = (
  place: Place,
  { ports = {} }: Pick<ServiceDefinition, "ports">,
  protocol: string,
): Change[] => Object.keys(ports).map((port) => [[...place, "ports", port, "protocol"], protocol]);

/** HTTP services with versions. */
function* rolledOut(catalog: MeshDefinition) {
  for (const { name, place, service } of httpServicesOf(catalog)) {
    const { versions, traffic = {}, workload } = service;
    if (versions) yield { name, place, versions, traffic, workload };
  }
}

export const traffic: readonly Mutation[] = [
  {
    code: "MW201",
    mistake: "weights that sum to 99 or 101",
    also: ["MW206", "MW207"],
    *mutants(catalog) {
      for (const { place, traffic } of rolledOut(catalog)) {
        const at = [...place, "traffic", "weights"];
        for (const [version, weight] of Object.entries(traffic.weights ?? {})) {
          yield { at, changes: [[[...at, version], weight > 0 ? weight - 1 : 1]] };
        }
      }
    },
  },
  {
    code: "MW202",
    mistake: "several versions without weights",
    also: ["MW207"],
    *mutants(catalog) {
      for (const { place, service } of httpServicesOf(catalog)) {
        const at = [...place, "versions"];
        if (service.versions) yield { at, changes: [[[...place, "traffic", "weights"], undefined]] };
        else yield put(at, { v1: {}, v2: {} });
      }
    },
  },
  {
    code: "MW203",
    mistake: "a fault in production, be it called so or by default",
    also: ["MW203", "MW508"],
    *mutants(catalog) {
      for (const { place, service } of httpServicesOf(catalog)) {
        const at = [...place, "traffic", "fault"];
        for (const environment of ["prod", undefined]) {
          for (const injected of service.traffic?.fault ? [service.traffic.fault] : [fault, otherFault]) {
            yield {
              at,
              changes: [
                [["environment"], environment],
                [at, injected],
              ],
            };
          }
        }
      }
    },
  },
  {
    code: "MW204",
    mistake: "something about requests of a service that has none",
    also: ["MW201", "MW203"],
    *mutants(catalog) {
      for (const { place } of tcpServicesOf(catalog)) {
        for (const [field, value] of requestFields) {
          const at = [...place, ...field.split(".")];
          // The hash takes the place of the whole load balancing.
          yield field === "loadBalancing"
            ? { at: [...at, "consistentHash"], changes: [[at, value]] }
            : put(at, value);
        }
      }
    },
  },
  {
    code: "MW204",
    mistake: "something about requests in a call or admission where there are none",
    also: ["MW103"],
    *mutants(catalog) {
      const callees = calleesOf(catalog);
      for (const { callee, place } of edgesOf(catalog)) {
        const called = callees[callee];
        if (!called || hasHttp(called)) continue;
        for (const [field, value] of callFields) yield put([...place, field], value);
      }
      for (const { place } of tcpServicesOf(catalog)) {
        for (const [field, value] of callFields.filter(([name]) => !limitFields.has(name))) {
          const admitted = [...place, "admit", "other"];
          const at = [...admitted, field];
          yield { at, changes: [[admitted, { namespace: "other", [field]: value }]] };
        }
      }
    },
  },
  {
    code: "MW204",
    mistake: "a route to a service that has no requests",
    also: ["MW103", "MW204"],
    *mutants(catalog) {
      for (const { kind, place } of edgesOf(catalog)) {
        if (kind !== "route") continue;
        for (const { name } of tcpServicesOf(catalog)) {
          yield {
            at: [...place, "service"],
            changes: [
              [[...place, "service"], name],
              [[...place, "port"], undefined],
            ],
          };
        }
      }
    },
  },
  {
    code: "MW204",
    mistake: "bytes where there were requests",
    also: ["MW204", "MW602", "MW906"],
    *mutants(catalog) {
      for (const { place, service } of httpServicesOf(catalog)) {
        const changes = withoutRequests(place, service, "tcp");
        for (const field of ["timeout", "retries"] as const) {
          if (service.resilience?.[field]) yield { at: [...place, "resilience", field], changes };
        }
        if (service.traffic?.weights) yield { at: [...place, "traffic", "weights"], changes };
        if (service.rateLimit) yield { at: [...place, "rateLimit"], changes };
        if (service.circuitBreaker?.maxRetries !== undefined) {
          yield { at: [...place, "circuitBreaker", "maxRetries"], changes };
        }
        for (const { callee, call, place: at } of edgesOf(catalog)) {
          const isOwn = ["services", callee].every((key, i) => key === place[i]);
          if (isOwn && call.methods) yield { at: [...at, "methods"], changes };
        }
      }
      for (const [name, external] of Object.entries(catalog.externalServices ?? {})) {
        if (!hasHttp(external) || external.resilience?.timeout === undefined) continue;
        const place = ["externalServices", name];
        yield { at: [...place, "resilience", "timeout"], changes: withoutRequests(place, external, "tls") };
      }
    },
  },
  {
    code: "MW205",
    mistake: "a header route behind one that takes its requests",
    *mutants(catalog) {
      for (const { place, versions, traffic } of rolledOut(catalog)) {
        const [version = ""] = Object.keys(versions);
        const { headerRoutes = [] } = traffic;
        const at = [...place, "traffic", "headerRoutes"];
        const routes =
          headerRoutes.length > 0 ? headerRoutes : [{ headers: { "x-canary": "true" }, version }];
        for (const { headers } of routes) {
          for (const more of [{}, { "x-more": "true" }]) {
            const hidden = { headers: { ...headers, ...more }, version };
            yield { at: [...at, routes.length], changes: [[at, [...routes, hidden]]] };
          }
        }
      }
    },
  },
  {
    code: "MW206",
    mistake: "requests mirrored to the service that gets them",
    *mutants(catalog) {
      for (const { name, place } of httpServicesOf(catalog)) {
        const at = [...place, "traffic", "mirror"];
        yield { at: [...at, "service"], changes: [[at, { service: name, percentage: 5 }]] };
      }
    },
  },
  {
    code: "MW206",
    mistake: "requests mirrored to the version that gets them",
    *mutants(catalog) {
      for (const { place, traffic } of rolledOut(catalog)) {
        const at = [...place, "traffic", "mirror"];
        for (const [version, weight] of Object.entries(traffic.weights ?? {})) {
          if (weight === 0) continue;
          yield { at: [...at, "version"], changes: [[at, { version, percentage: 5 }]] };
        }
      }
      for (const { place, service } of httpServicesOf(catalog)) {
        if (service.versions) continue;
        const at = [...place, "traffic", "mirror"];
        const mirror: Change = [at, { version: "only", percentage: 5 }];
        yield { at: [...at, "version"], changes: [[[...place, "versions"], { only: {} }], mirror] };
      }
    },
  },
  {
    code: "MW207",
    also: ["MW508", "MW705"],
    mistake: "requests to a service without pods",
    *mutants(catalog) {
      const called = new Set(Object.values(catalog.services).flatMap(({ calls = {} }) => Object.keys(calls)));
      for (const { name, place, service } of servicesOf(catalog)) {
        const { workload, versions } = service;
        if (!workload || versions || workload.autoscaling || !called.has(name)) continue;
        yield put([...place, "workload", "replicas"], 0);
      }
    },
  },
  {
    code: "MW207",
    mistake: "requests, or copies of them, to a version without pods",
    also: ["MW207", "MW508"],
    *mutants(catalog) {
      for (const { place, traffic, workload } of rolledOut(catalog)) {
        if (!workload) continue;
        const { weights = {}, headerRoutes = [], mirror } = traffic;
        const targets = [
          ...Object.entries(weights)
            .filter(([, weight]) => weight > 0)
            .map(([version]) => ({ version, at: ["weights", version] })),
          ...headerRoutes.map(({ version }, i) => ({ version, at: ["headerRoutes", i] })),
          ...(mirror?.version === undefined ? [] : [{ version: mirror.version, at: ["mirror"] }]),
        ];
        for (const { version, at } of targets) {
          const replicas = [...place, "versions", version, "replicas"];
          yield { at: [...place, "traffic", ...at], changes: [[replicas, 0]] };
        }
      }
    },
  },
  {
    code: "MW207",
    mistake: "a share for a version that waits without pods",
    *mutants(catalog) {
      for (const { place: version } of matching(catalog, "services.*.versions.*")) {
        const [, service = "", , name = ""] = version;
        const { versions = {}, traffic, workload } = catalog.services[service] ?? {};
        if (versions[name]?.replicas !== 0 || !workload || !traffic?.weights) continue;
        const weights = Object.fromEntries(Object.keys(versions).map((one) => [one, one === name ? 100 : 0]));
        const at = ["services", service, "traffic", "weights"];
        yield { at: [...at, name], changes: [[at, weights]] };
      }
    },
  },
  {
    code: "MW208",
    mistake: "requests mirrored to a service without a port that takes them",
    *mutants(catalog) {
      const mute = ["services", "zz-mute"];
      const ports = { other: { port: 8080, protocol: "http" } };
      for (const { place } of httpServicesOf(catalog)) {
        const at = [...place, "traffic", "mirror"];
        const called: Change = [[...place, "calls", "zz-mute"], {}];
        const mirror: Change = [at, { service: "zz-mute", percentage: 5 }];
        yield { at: [...at, "service"], changes: [[mute, { ports }], called, mirror] };
      }
    },
  },
  {
    code: "MW363",
    mistake: "sessions of a service that is divided by weights",
    also: ["MW204"],
    *mutants(catalog) {
      for (const { place } of httpServicesOf(catalog)) {
        const at = [...place, "loadBalancing", "consistentHash"];
        const versions: Change = [[...place, "versions"], { v1: {}, v2: {} }];
        const weights: Change = [[...place, "traffic"], { weights: { v1: 50, v2: 50 } }];
        const hash: Change = [
          [...place, "loadBalancing"],
          { consistentHash: { httpHeaderName: "x-session" } },
        ];
        yield { at, changes: [versions, weights, hash] };
      }
    },
  },
  {
    code: "MW512",
    mistake: "a method that gRPC does not have",
    also: ["MW404"],
    *mutants(catalog) {
      for (const { callee, place } of onlyCallsOf(catalog)) {
        const section = Object.hasOwn(catalog.services, callee) ? "services" : "externalServices";
        const ports = Object.keys(catalog[section]?.[callee]?.ports ?? {});
        const at = [...place, "methods"];
        const protocols = ports.map((port): Change => [[section, callee, "ports", port, "protocol"], "grpc"]);
        yield { at, changes: [...protocols, [at, ["GET", "POST"]]] };
      }
    },
  },
];
