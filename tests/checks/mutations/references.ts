import type { Mutation } from "./mutation";
import { put } from "./mutation";
import { calleesOf, edgesOf, servicesOf, workloadsOf } from "./places";

export const references: readonly Mutation[] = [
  {
    code: "MW101",
    mistake: "a call of a service that isn't declared",
    *mutants(catalog) {
      for (const { place } of servicesOf(catalog)) yield put([...place, "calls", "nobody"], {});
    },
  },
  {
    code: "MW101",
    mistake: "a route to a service that isn't declared, or is outside of the mesh",
    *mutants(catalog) {
      const others = ["nobody", ...Object.keys(catalog.externalServices ?? {})];
      for (const { kind, place } of edgesOf(catalog)) {
        if (kind === "route") for (const other of others) yield put([...place, "service"], other);
      }
    },
  },
  {
    code: "MW101",
    mistake: "requests mirrored to a service that isn't declared",
    also: ["MW204"],
    *mutants(catalog) {
      for (const { place } of servicesOf(catalog)) {
        const mirror = [...place, "traffic", "mirror"];
        yield { at: [...mirror, "service"], changes: [[mirror, { service: "nobody", percentage: 1 }]] };
      }
    },
  },
  {
    code: "MW101",
    mistake: "a service that somebody still calls, gone",
    also: ["MW101", "MW111", "MW313"],
    *mutants(catalog) {
      for (const { kind, caller, callee, place } of edgesOf(catalog)) {
        // What calls itself is gone with its calls.
        if (kind === "admit" || (kind === "call" && caller === callee)) continue;
        const section = Object.hasOwn(catalog.services, callee) ? "services" : "externalServices";
        const at = kind === "route" ? [...place, "service"] : place;
        yield { at, changes: [[[section, callee], undefined]] };
      }
    },
  },
  {
    code: "MW102",
    mistake: "a call, route or admission to a port that the service doesn't have",
    also: ["MW111", "MW313"],
    *mutants(catalog) {
      for (const { place } of edgesOf(catalog)) yield put([...place, "port"], "nowhere");
    },
  },
  {
    code: "MW103",
    mistake: "a second port of a service whose callers don't say which",
    also: ["MW103", "MW111", "MW310", "MW603"],
    *mutants(catalog) {
      for (const { callee, call, place } of edgesOf(catalog)) {
        if (call.port !== undefined) continue;
        const section = Object.hasOwn(catalog.services, callee) ? "services" : "externalServices";
        const [first] = Object.values(calleesOf(catalog)[callee]?.ports ?? {});
        yield { at: place, changes: [[[section, callee, "ports", "second"], { ...first, port: 9999 }]] };
      }
    },
  },
  {
    code: "MW102",
    mistake: "a probe of a port that the service doesn't have",
    *mutants(catalog) {
      for (const place of workloadsOf(catalog)) {
        for (const kind of ["readiness", "liveness", "startup"]) {
          const probe = [...place, "probes", kind];
          yield { at: [...probe, "port"], changes: [[probe, { port: "nowhere" }]] };
        }
      }
    },
  },
  {
    code: "MW103",
    mistake: "a probe of a service with several ports that doesn't say which",
    also: ["MW103", "MW310"],
    *mutants(catalog) {
      for (const { place, service } of servicesOf(catalog)) {
        if (!service.workload) continue;
        const [first] = Object.values(service.ports ?? {});
        const at = [...place, "workload", "probes", "readiness"];
        const second = [...place, "ports", "second"];
        yield {
          at,
          changes: [
            [second, { ...first, port: 9999 }],
            [at, {}],
          ],
        };
      }
    },
  },
  {
    code: "MW104",
    mistake: "traffic to a version that the service doesn't declare",
    also: ["MW204"],
    *mutants(catalog) {
      for (const { place, service } of servicesOf(catalog)) {
        const traffic = [...place, "traffic"];
        const headerRoutes = service.traffic?.headerRoutes ?? [];
        const route = { headers: { "x-version": "nobody" }, version: "nobody" };
        if (service.versions) yield put([...traffic, "weights", "nobody"], 0);
        yield {
          at: [...traffic, "headerRoutes", headerRoutes.length, "version"],
          changes: [
            [
              [...traffic, "headerRoutes"],
              [...headerRoutes, route],
            ],
          ],
        };
        yield {
          at: [...traffic, "mirror", "version"],
          changes: [[[...traffic, "mirror"], { version: "nobody", percentage: 1 }]],
        };
      }
    },
  },
  {
    code: "MW104",
    mistake: "a version that traffic still goes to, gone",
    also: ["MW104", "MW508"],
    *mutants(catalog) {
      for (const { place, service } of servicesOf(catalog)) {
        const { weights = {}, headerRoutes = [], mirror } = service.traffic ?? {};
        const targets = [
          ...Object.keys(weights).map((version) => ({ version, at: ["weights", version] })),
          ...headerRoutes.map(({ version }, i) => ({ version, at: ["headerRoutes", i, "version"] })),
          ...(mirror?.version === undefined ? [] : [{ version: mirror.version, at: ["mirror", "version"] }]),
        ];
        for (const { version, at } of targets) {
          const gone = [...place, "versions", version];
          yield { at: [...place, "traffic", ...at], changes: [[gone, undefined]] };
        }
      }
    },
  },
  {
    code: "MW110",
    mistake: "mutual TLS for a port that the service doesn't have",
    *mutants(catalog) {
      for (const { place } of servicesOf(catalog))
        yield put([...place, "mtls", "ports", "nowhere"], "STRICT");
    },
  },
  {
    code: "MW111",
    mistake: "a service that nobody calls and that calls nobody",
    *mutants() {
      yield put(["services", "lonely"], { ports: { http: { port: 8080, protocol: "http" } } });
    },
  },
  {
    code: "MW111",
    mistake: "the only call of a service that calls nobody, gone",
    also: ["MW004"],
    *mutants(catalog) {
      const edges = edgesOf(catalog);
      for (const { kind, callee, place } of edges) {
        const service = catalog.services[callee];
        if (kind !== "call" || !service || Object.keys(service.calls ?? {}).length > 0) continue;
        if (edges.filter((edge) => edge.callee === callee).length > 1) continue;
        yield { at: ["services", callee], changes: [[place, undefined]] };
      }
    },
  },
];
