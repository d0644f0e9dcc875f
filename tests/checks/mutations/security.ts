import type { GatewayRouteDefinition, MeshDefinition } from "../../../catalog";
import { type Change, type Mutation, type Place, put } from "./mutation";
import {
  calleesOf,
  edgesOf,
  hasHttp,
  hostsOf,
  httpServicesOf,
  matching,
  servicesOf,
  workloadsOf,
} from "./places";

export const security: readonly Mutation[] = [
  {
    code: "MW301",
    mistake: "an end user's token that nobody issues",
    also: ["MW204", "MW301", "MW319", "MW349", "MW605"],
    *mutants(catalog) {
      for (const { place, call } of edgesOf(catalog)) {
        const at = [...place, "endUser"];
        const endUser = call.endUser ?? { claims: { roles: ["admin"] } };
        yield {
          at,
          changes: [
            [["jwtRules"], undefined],
            [at, endUser],
          ],
        };
      }
    },
  },
  {
    code: "MW302",
    mistake: "traffic past the proxy, out or in",
    also: ["MW310"],
    *mutants(catalog) {
      for (const { place } of servicesOf(catalog)) {
        yield put([...place, "sidecar", "excludeOutboundPorts"], [5432]);
        yield put([...place, "sidecar", "includeInboundPorts"], [8080]);
      }
    },
  },
  {
    code: "MW303",
    mistake: "plain text accepted by a service or a port",
    *mutants(catalog) {
      for (const { place, service } of servicesOf(catalog)) {
        yield put([...place, "mtls", "mode"], "PERMISSIVE");
        for (const port of Object.keys(service.ports ?? {})) {
          yield put([...place, "mtls", "ports", port], "PERMISSIVE");
        }
      }
    },
  },
  {
    code: "MW329",
    mistake: "rules of a service or of the mesh in a dry run",
    *mutants(catalog) {
      yield put(["authorization"], "dryRun");
      for (const { place } of servicesOf(catalog)) yield put([...place, "authorization"], "dryRun");
    },
  },
  {
    code: "MW304",
    mistake: "everybody in the own namespace admitted",
    also: ["MW103"],
    *mutants(catalog) {
      for (const { place, service } of servicesOf(catalog)) {
        const namespace = service.namespace ?? catalog.namespace ?? catalog.name;
        const admitted = [...place, "admit", "everybody"];
        yield { at: [...admitted, "namespace"], changes: [[admitted, { namespace }]] };
      }
    },
  },
  {
    code: "MW305",
    mistake: "a label or annotation that says otherwise than the catalog, or that Istio doesn't know",
    *mutants(catalog) {
      for (const { place, service } of servicesOf(catalog)) {
        if (!service.workload) continue;
        const workload = [...place, "workload"];
        yield put([...workload, "annotations", "sidecar.istio.io/inject"], "false");
        yield put([...workload, "annotations", "traffic.sidecar.istio.io/excludeOutboundPorts"], "443");
        yield put([...workload, "annotations", "sidecar.istio.io/rewriteAppHTTPProbers"], "false");
        yield put([...workload, "annotations", "sidecar.istio.io/logLevels"], "debug");
        yield put([...workload, "labels", "istio.io/rev"], "canary");
        yield put([...workload, "annotations", "sidecar.istio.io/interceptionMode"], "NONE");
        yield put([...workload, "annotations", "inject.istio.io/templates"], "grpc-agent");
        yield put([...workload, "annotations", "proxy.istio.io/config"], "interceptionMode: NONE");
      }
    },
  },
  {
    code: "MW306",
    mistake: "a path that no request has",
    also: ["MW204", "MW533"],
    *mutants(catalog) {
      const inPrefixes = ["/a//b", "/a/../b", "/a%2Fb", "/a\\b"];
      for (const { kind, place } of edgesOf(catalog)) {
        if (kind === "route") for (const path of inPrefixes) yield put([...place, "prefix"], path);
        for (const path of [...inPrefixes, "/a?b=c", "/a#b"]) {
          yield { at: [...place, "paths", 0], changes: [[[...place, "paths"], [path]]] };
        }
      }
    },
  },
  {
    code: "MW307",
    mistake: "issuers whose tokens nobody asks for",
    *mutants(catalog) {
      const asked = edgesOf(catalog).filter(({ call }) => call.endUser);
      const issuers = catalog.jwtRules ?? [{ issuer: "https://auth.example.com" }];
      const changes = asked.map(({ place }): Change => [[...place, "endUser"], undefined]);
      // A limit by claim uses the tokens as well.
      const limits = httpServicesOf(catalog)
        .filter(({ service }) => service.rateLimit?.quota)
        .map(({ place }): Change => [[...place, "rateLimit", "quota"], undefined]);
      yield { at: ["jwtRules"], changes: [[["jwtRules"], issuers], ...changes, ...limits] };
    },
  },
  {
    code: "MW324",
    mistake: "a DENY rule for every request of a declared call",
    *mutants(catalog) {
      for (const { caller, callee } of edgesOf(catalog)) {
        if (!Object.hasOwn(catalog.services, callee)) continue;
        yield put(["services", callee, "deny", "most"], { callers: [caller] });
      }
    },
  },
  {
    code: "MW325",
    mistake: "a DENY rule that names no caller of the service",
    *mutants(catalog) {
      for (const { place } of httpServicesOf(catalog)) {
        for (const field of ["callers", "notCallers"]) {
          const rule = { paths: ["/no/such/path"], notMethods: ["GET"], [field]: ["stranger"] };
          yield { at: [...place, "deny", "one", field], changes: [[[...place, "deny", "one"], rule]] };
        }
      }
    },
  },
  {
    code: "MW326",
    mistake: "a DENY rule of paths or methods that everyone gets around with another spelling",
    also: ["MW324"],
    *mutants(catalog) {
      for (const { place } of httpServicesOf(catalog)) {
        for (const rule of [{ paths: ["/no/such/path"] }, { methods: ["TRACE"] }]) {
          const field = Object.keys(rule).join("");
          yield { at: [...place, "deny", "one", field], changes: [[[...place, "deny", "one"], rule]] };
        }
      }
    },
  },
  {
    code: "MW327",
    mistake: "external authorization by a provider that is not declared",
    *mutants(catalog) {
      for (const place of protectable(catalog)) {
        const at = [...place, "extAuthz", "provider"];
        yield { at, changes: [[[...place, "extAuthz"], { provider: "nowhere" }]] };
      }
    },
  },
  {
    code: "MW328",
    mistake: "a service that is its own external authorizer",
    also: ["MW403"],
    *mutants(catalog) {
      for (const { name, place, service } of httpServicesOf(catalog)) {
        const [port] =
          Object.entries(service.ports ?? {}).find(([, { protocol }]) => protocol === "http") ?? [];
        if (port === undefined) continue;
        const provider = { envoyExtAuthzHttp: { service: name, port, timeout: "10ms" } };
        yield {
          at: [...place, "extAuthz"],
          changes: [
            [["extensionProviders", "itself"], provider],
            [[...place, "extAuthz"], { provider: "itself" }],
          ],
        };
      }
    },
  },
  {
    code: "MW535",
    mistake: "an external authorizer without which every request passes",
    *mutants(catalog) {
      for (const { name, service } of httpServicesOf(catalog)) {
        const [port] =
          Object.entries(service.ports ?? {}).find(([, { protocol }]) => protocol === "http") ?? [];
        if (port === undefined) continue;
        const provider = ["extensionProviders", "open", "envoyExtAuthzHttp"];
        yield {
          at: [...provider, "failOpen"],
          changes: [[provider, { service: name, port, failOpen: true }]],
        };
      }
    },
  },
  {
    code: "MW313",
    mistake: "a second host that lets past the token of the first",
    *mutants(catalog) {
      for (const { kind, caller, place, call } of edgesOf(catalog)) {
        if (kind !== "route" || !call.endUser) continue;
        const { endUser, ...open } = call;
        for (const route of [
          open,
          { ...open, endUser: { claims: { roles: ["nobody"] } } },
        ] as (typeof call)[]) {
          const other = { tls: { credentialName: "other" }, routes: [route] };
          const host = ["gateways", caller, "hosts", "z.example.com"];
          // The stricter of the two is named; if neither is, the first.
          const stricter = route.endUser && Object.keys(endUser.claims ?? {}).length === 0;
          yield {
            at: stricter ? [...host, "routes", 0, "endUser"] : [...place, "endUser"],
            changes: [
              [host, other],
              [[...place, "endUser"], endUser],
            ],
          };
        }
      }
    },
  },
  {
    code: "MW314",
    mistake: "a claim inside another one, written with a dot",
    *mutants(catalog) {
      for (const { place, call } of edgesOf(catalog)) {
        if (call.endUser) yield put([...place, "endUser", "claims", "realm_access.roles"], ["admin"]);
      }
    },
  },
  {
    code: "MW315",
    mistake: "a second issuer, whose claims count as those of the first",
    also: ["MW315"],
    *mutants(catalog) {
      for (const { place, call } of edgesOf(catalog)) {
        if (!call.endUser || !catalog.jwtRules) continue;
        const claims = [...place, "endUser", "claims"];
        yield {
          at: claims,
          changes: [
            [["jwtRules"], [...catalog.jwtRules, { issuer: "https://customers.example.com" }]],
            [claims, { roles: ["admin"] }],
          ],
        };
      }
    },
  },
  {
    code: "MW316",
    mistake: "an issuer that is not declared",
    *mutants(catalog) {
      for (const { place, call } of edgesOf(catalog)) {
        if (call.endUser && catalog.jwtRules) {
          yield put([...place, "endUser", "issuer"], "https://nobody.example.com");
        }
      }
    },
  },
  {
    code: "MW317",
    mistake: "the token of a route removed or replaced at the gateway",
    *mutants(catalog) {
      for (const { kind, place, call } of edgesOf(catalog)) {
        if (kind !== "route" || !call.endUser) continue;
        const at = [...place, "headers", "request"];
        yield { at: [...at, "remove", 0], changes: [[[...at, "remove"], ["Authorization"]]] };
        yield put([...at, "set", "authorization"], "Basic c2hvcDpzaG9w");
      }
    },
  },
  {
    code: "MW318",
    mistake: "CORS that keeps the token from a host",
    also: ["MW318"],
    *mutants(catalog) {
      for (const { kind, place, call } of edgesOf(catalog)) {
        if (kind !== "route" || !call.endUser) continue;
        const cors = [...place.slice(0, -2), "cors"];
        yield {
          at: [...cors, "allowHeaders"],
          changes: [[cors, { allowOrigins: ["https://app.example.com"] }]],
        };
      }
    },
  },
  {
    code: "MW319",
    mistake: "a token for preflight requests",
    *mutants(catalog) {
      for (const { kind, caller, place, call } of edgesOf(catalog)) {
        const host = kind === "route" ? catalog.gateways?.[caller]?.hosts[String(place[3])] : undefined;
        if (!call.endUser || host === undefined || host.cors) continue;
        yield { at: [...place, "endUser"], changes: [[[...place, "methods"], undefined]] };
      }
    },
  },
  {
    code: "MW308",
    mistake: "keys that anybody on the way can replace",
    *mutants(catalog) {
      for (const { place } of matching(catalog, "jwtRules.*")) {
        yield put([...place, "jwksUri"], "http://auth.example.com/jwks.json");
      }
    },
  },
  {
    code: "MW334",
    mistake: "a key that signs tokens among the keys that verify them",
    *mutants(catalog) {
      for (const { place } of matching(catalog, "jwtRules.*")) {
        for (const key of [
          { kty: "RSA", n: "AQAB", e: "AQAB", d: "AQAB" },
          { kty: "oct", k: "AQAB" },
        ]) {
          const jwks = JSON.stringify({ keys: [{ kty: "EC", crv: "P-256", x: "AQAB", y: "AQAB" }, key] });
          yield {
            at: [...place, "jwks"],
            changes: [
              [[...place, "jwksUri"], undefined],
              [[...place, "jwks"], jwks],
            ],
          };
        }
      }
    },
  },
  {
    code: "MW908",
    mistake: "a password in the catalog, by its name or in a URL",
    *mutants(catalog) {
      for (const place of workloadsOf(catalog)) {
        yield put([...place, "env", "DB_PASSWORD"], "hunter2");
        yield put([...place, "env", "DATABASE"], "postgres://app:hunter2@db.example.com/app");
      }
    },
  },
  {
    code: "MW309",
    mistake: "a service of the catalog admitted instead of calling",
    also: ["MW103"],
    *mutants(catalog) {
      for (const { kind, caller, callee } of edgesOf(catalog)) {
        if (kind !== "call" || !catalog.services[callee]) continue;
        const namespace = catalog.services[caller]?.namespace ?? catalog.namespace ?? catalog.name;
        yield put(["services", callee, "admit", "inside"], { namespace, serviceAccount: caller });
      }
    },
  },
  {
    code: "MW312",
    mistake: "a service of the catalog reached instead of called",
    *mutants(catalog) {
      for (const { kind, caller, callee } of edgesOf(catalog)) {
        const called = catalog.services[callee];
        if (kind !== "call" || !called) continue;
        const host = `${callee}.${called.namespace ?? catalog.namespace ?? catalog.name}.svc.cluster.local`;
        yield put(["services", caller, "reach", host], { targetPorts: [8080] });
      }
    },
  },
  {
    code: "MW310",
    mistake: "calls past the proxy of the caller or of the called service",
    also: ["MW302"],
    *mutants(catalog) {
      for (const { place } of servicesOf(catalog))
        yield put([...place, "sidecar", "includeInboundPorts"], [1]);
      for (const { kind, caller, callee, call } of edgesOf(catalog)) {
        const ports = catalog.services[callee]?.ports;
        const port = call.port === undefined ? Object.values(ports ?? {})[0] : ports?.[call.port];
        if (kind !== "call" || !port) continue;
        yield put(["services", caller, "sidecar", "excludeOutboundPorts"], [port.port]);
      }
    },
  },
  {
    code: "MW311",
    mistake: "a wildcard that takes more than what is below a path",
    also: ["MW204"],
    *mutants(catalog) {
      for (const { place } of edgesOf(catalog)) {
        yield { at: [...place, "paths", 0], changes: [[[...place, "paths"], ["/orders*"]]] };
      }
    },
  },
  {
    code: "MW370",
    mistake: "a route that admits only the paths below its prefix",
    also: ["MW313"],
    *mutants(catalog) {
      for (const { kind, place, call } of edgesOf(catalog)) {
        if (kind !== "route" || (call as GatewayRouteDefinition).prefix === "/") continue;
        // Paths are judged as the service receives them.
        const { prefix, rewrite = prefix } = call as GatewayRouteDefinition;
        const other = rewrite === "/" ? [[[...place, "rewrite"], undefined] as const] : [];
        const path = rewrite === "/" ? prefix : rewrite;
        yield { at: [...place, "paths"], changes: [[[...place, "paths"], [`${path}/*`]], ...other] };
      }
    },
  },
  {
    code: "MW320",
    mistake: "an alert before certificates are renewed",
    *mutants() {
      for (const alertAt of [9, 10, 25]) {
        yield { at: ["certificates", "alertAt"], changes: [[["certificates"], { renewAt: 10, alertAt }]] };
      }
    },
  },
  {
    code: "MW514",
    mistake: "a token required of a service that does not receive it",
    also: ["MW605"],
    *mutants(catalog) {
      const edges = edgesOf(catalog);
      const callees = calleesOf(catalog);
      const receiving = new Set(edges.filter(({ call }) => call.endUser).map(({ callee }) => callee));
      for (const { kind, caller, callee, place } of edges) {
        const called = callees[callee];
        if (!catalog.jwtRules || kind !== "call" || !receiving.has(caller)) continue;
        if (!called || !hasHttp(called)) continue;
        const at = ["jwtRules", 0, "forwardOriginalToken"];
        yield {
          at,
          changes: [
            [[...place, "endUser"], {}],
            [at, false],
          ],
        };
      }
    },
  },
];

/** Services and hosts that can have external authorization. */
function protectable(catalog: MeshDefinition): Place[] {
  return [...httpServicesOf(catalog), ...hostsOf(catalog)].map(({ place }) => place);
}
