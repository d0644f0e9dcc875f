import { type Change, type Mutation, put } from "./mutation";
import { edgesOf, httpServicesOf, servicesOf } from "./places";

const globalRateLimits = { all: { requests: 1000, per: "second" } };
const quota = { header: "x-tenant-id", requests: 10, per: "1m" };

export const limits: readonly Mutation[] = [
  {
    code: "MW347",
    mistake: "tenants by a header that clients of a gateway set",
    also: ["MW348"],
    *mutants(catalog) {
      const routed = edgesOf(catalog).filter(({ kind }) => kind === "route");
      for (const { name, place } of httpServicesOf(catalog)) {
        if (!routed.some(({ callee }) => callee === name)) continue;
        const at = [...place, "rateLimit"];
        const limit = { requests: 100, per: "1s", quota };
        yield { at: [...at, "quota", "header"], changes: [[at, limit]] };
      }
    },
  },
  {
    code: "MW348",
    mistake: "tenants by a header that services behind a gateway pass on",
    also: ["MW347"],
    *mutants(catalog) {
      const edges = edgesOf(catalog);
      const routed = new Set(edges.filter(({ kind }) => kind === "route").map(({ callee }) => callee));
      for (const { name, place } of httpServicesOf(catalog)) {
        if (
          !edges.some(({ kind, caller, callee }) => kind === "call" && callee === name && routed.has(caller))
        )
          continue;
        const at = [...place, "rateLimit"];
        yield {
          at: [...at, "quota", "header"],
          changes: [[at, { requests: 100, per: "1s", quota }]],
        };
      }
    },
  },
  {
    code: "MW349",
    mistake: "tenants by a claim of tokens that nobody issues",
    also: ["MW301", "MW349"],
    *mutants(catalog) {
      for (const { place } of httpServicesOf(catalog)) {
        const at = [...place, "rateLimit"];
        const own = { claim: "tenant_id", requests: 10, per: "1m" };
        yield {
          at: [...at, "quota", "claim"],
          changes: [
            [["jwtRules"], undefined],
            [at, { requests: 100, per: "1s", quota: own }],
          ],
        };
      }
    },
  },
  {
    code: "MW701",
    mistake: "a quota's time that is no multiple of its limit's",
    also: ["MW347", "MW348"],
    *mutants(catalog) {
      for (const { place } of httpServicesOf(catalog)) {
        const at = [...place, "rateLimit"];
        for (const per of ["15s", "5s"]) {
          const rateLimit = { requests: 100, per: "10s", quota: { ...quota, per } };
          yield { at: [...at, "quota", "per"], changes: [[at, rateLimit]] };
        }
      }
    },
  },
  {
    code: "MW702",
    mistake: "a quota of as much as all tenants have together",
    also: ["MW347", "MW348"],
    *mutants(catalog) {
      for (const { place } of httpServicesOf(catalog)) {
        const at = [...place, "rateLimit"];
        const limit = { requests: 100, per: "1s" };
        for (const requests of [6000, 7200]) {
          const each = { ...limit, quota: { ...quota, requests } };
          yield { at: [...at, "quota", "requests"], changes: [[at, each]] };
          const one = { ...limit, quota: { ...quota, tenants: { "big one": requests } } };
          yield { at: [...at, "quota", "tenants", "big one"], changes: [[at, one]] };
        }
      }
    },
  },
  {
    code: "MW703",
    mistake: "limits of all pods together that nobody counts",
    *mutants(catalog) {
      for (const { place } of httpServicesOf(catalog))
        yield put([...place, "globalRateLimits"], globalRateLimits);
    },
  },
  {
    code: "MW704",
    mistake: "a counter that is limited itself, or doesn't speak gRPC",
    also: ["MW403", "MW704"],
    *mutants(catalog) {
      for (const { name, place, service } of httpServicesOf(catalog)) {
        const [port = "", { protocol } = { protocol: "" }] = Object.entries(service.ports ?? {})[0] ?? [];
        const counter: Change = [["rateLimitService"], { service: name, port, onFailure: "deny" }];
        const at = [...place, "globalRateLimits"];
        yield { at, changes: [counter, [at, globalRateLimits]] };
        if (protocol !== "grpc") yield { at: ["rateLimitService"], changes: [counter] };
      }
    },
  },
  {
    code: "MW705",
    mistake: "a limit below the declared load",
    *mutants(catalog) {
      for (const { place, service } of httpServicesOf(catalog)) {
        if (!service.workload) continue;
        const at = [...place, "rateLimit"];
        const load: Change = [[...place, "load"], { rps: 1000, p99: "1ms", callers: 1 }];
        yield { at: [...at, "requests"], changes: [load, [at, { requests: 10, per: "1s" }]] };
      }
    },
  },
  {
    code: "MW801",
    mistake: "a service's own way of reporting in a mesh that reports nowhere",
    also: ["MW801"],
    *mutants(catalog) {
      for (const { place } of servicesOf(catalog)) {
        const own = { tracing: { randomSamplingPercentage: 1 }, accessLogging: { disabled: true } };
        for (const [section, value] of Object.entries(own)) {
          const at = [...place, "telemetry", section];
          yield {
            at,
            changes: [
              [["telemetry", section], undefined],
              [at, value],
            ],
          };
        }
      }
    },
  },
  {
    code: "MW802",
    mistake: "spans to a service that does not receive them",
    *mutants(catalog) {
      for (const { name, service } of servicesOf(catalog)) {
        if (Object.values(service.ports ?? {}).some(({ port }) => port === 4317)) continue;
        const namespace = service.namespace ?? catalog.namespace ?? catalog.name;
        const tracing = {
          provider: "collector",
          service: `${name}.${namespace}.svc.cluster.local`,
          randomSamplingPercentage: 1,
        };
        const at = ["telemetry", "tracing"];
        yield { at: [...at, "service"], changes: [[at, tracing]] };
      }
    },
  },
  {
    code: "MW362",
    mistake: "an access log filtered by what Envoy does not have",
    also: ["MW801"],
    *mutants(catalog) {
      const filters = [
        "responseCode >= 500",
        "response.status == 200",
        "request.header['a'] == 'b' || http.code > 1",
      ];
      for (const filter of filters) {
        const at = ["telemetry", "accessLogging"];
        yield { at: [...at, "filter"], changes: [[at, { provider: "envoy", filter }]] };
        for (const { place } of servicesOf(catalog)) {
          yield put([...place, "telemetry", "accessLogging", "filter"], filter);
        }
      }
    },
  },
];
