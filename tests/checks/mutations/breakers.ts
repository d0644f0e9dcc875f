import { type Change, type Mutation, type Place, put } from "./mutation";
import { edgesOf, httpServicesOf, servicesOf } from "./places";
import type { MeshDefinition } from "../../../catalog";

const failover = (from: string, to: string): object => ({ failover: [{ from, to }] });

/** Of services and of external ones. */
function breakersOf(catalog: MeshDefinition): Place[] {
  const external = Object.keys(catalog.externalServices ?? {}).map((name) => ["externalServices", name]);
  return [...servicesOf(catalog).map(({ place }) => place), ...external].map((place) => [
    ...place,
    "circuitBreaker",
  ]);
}

export const breakers: readonly Mutation[] = [
  {
    code: "MW501",
    mistake: "failover of endpoints that never count as unhealthy",
    *mutants(catalog) {
      for (const { place } of servicesOf(catalog)) {
        const at = [...place, "circuitBreaker", "outlierDetection"];
        yield {
          at,
          changes: [
            [[...place, "loadBalancing", "locality"], failover("us-west", "us-east")],
            [at, false],
          ],
        };
      }
    },
  },
  {
    code: "MW502",
    mistake: "more than half of the endpoints ejected",
    also: ["MW508"],
    *mutants(catalog) {
      for (const place of breakersOf(catalog)) {
        const at = [...place, "outlierDetection", "maxEjectionPercent"];
        const near = [...place.slice(0, -1), "loadBalancing", "locality"];
        const changes: Change[] = place[0] === "services" ? [[near, undefined]] : [];
        for (const percent of [51, 100]) yield { at, changes: [...changes, [at, percent]] };
      }
    },
  },
  {
    code: "MW510",
    mistake: "failover of some of the endpoints that fail",
    also: ["MW508"],
    *mutants(catalog) {
      for (const { place } of servicesOf(catalog)) {
        const at = [...place, "circuitBreaker", "outlierDetection", "maxEjectionPercent"];
        for (const percent of [0, 50, 99]) {
          yield {
            at,
            changes: [
              [[...place, "loadBalancing", "locality"], failover("us-west", "us-east")],
              [at, percent],
            ],
          };
        }
      }
    },
  },
  {
    code: "MW503",
    mistake: "as many gateway errors as 5xx errors",
    also: ["MW508"],
    *mutants(catalog) {
      for (const place of breakersOf(catalog)) {
        const at = [...place, "outlierDetection"];
        yield { at: [...at, "consecutiveGatewayErrors"], changes: [[at, { consecutiveGatewayErrors: 5 }]] };
        const both = { consecutive5xxErrors: 3, consecutiveGatewayErrors: 4 };
        yield { at: [...at, "consecutiveGatewayErrors"], changes: [[at, both]] };
      }
    },
  },
  {
    code: "MW504",
    mistake: "failover to where it comes from",
    also: ["MW510"],
    *mutants(catalog) {
      for (const { place } of servicesOf(catalog)) {
        const at = [...place, "loadBalancing", "locality"];
        yield { at: [...at, "failover", 0, "to"], changes: [[at, failover("us-west", "us-west")]] };
      }
    },
  },
  {
    code: "MW505",
    mistake: "a load of nobody knows how many callers",
    also: ["MW004"],
    *mutants(catalog) {
      const load = { rps: 1, p99: "10ms" };
      for (const { name, place } of httpServicesOf(catalog)) {
        const edges = edgesOf(catalog).filter(({ callee }) => callee === name);
        const at = [...place, "load"];
        if (edges.length === 0 || edges.some(({ kind }) => kind !== "call")) yield put(at, load);
        // Somebody else deploys one of them.
        for (const { kind, caller } of edges) {
          if (kind === "call")
            yield {
              at,
              changes: [
                [["services", caller, "workload"], undefined],
                [at, load],
              ],
            };
        }
      }
    },
  },
  {
    code: "MW506",
    mistake: "a breaker that opens under the declared load",
    also: ["MW407", "MW506", "MW705"],
    *mutants(catalog) {
      const load = { rps: 1000, p99: "2s", callers: 2 };
      for (const { place, service } of httpServicesOf(catalog)) {
        // Over HTTP/2 many requests share a connection.
        const isHttp1 = Object.values(service.ports ?? {}).some(({ protocol }) => protocol === "http");
        for (const limit of isHttp1 ? ["maxConnections", "http2MaxRequests"] : ["http2MaxRequests"]) {
          const at = [...place, "circuitBreaker", limit];
          yield {
            at,
            changes: [
              [[...place, "load"], load],
              [at, 999],
            ],
          };
        }
      }
    },
  },
  {
    code: "MW507",
    mistake: "a breaker for one request at a time",
    *mutants(catalog) {
      for (const { place } of httpServicesOf(catalog)) {
        for (const limit of ["maxConnections", "http1MaxPendingRequests", "http2MaxRequests"]) {
          yield put([...place, "circuitBreaker", limit], 1);
        }
      }
      for (const place of breakersOf(catalog)) yield put([...place, "maxConnections"], 1);
    },
  },
  {
    code: "MW508",
    mistake: "endpoints ejected in production where there are hardly any",
    also: ["MW203", "MW508"],
    *mutants(catalog) {
      for (const { place, service } of servicesOf(catalog)) {
        if (!service.workload) continue;
        yield {
          at: [...place, "workload", "replicas"],
          changes: [
            [["environment"], "prod"],
            [[...place, "circuitBreaker", "outlierDetection"], { consecutive5xxErrors: 3 }],
            [[...place, "workload", "replicas"], 1],
          ],
        };
      }
    },
  },
];
