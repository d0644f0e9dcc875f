import { istio } from "../../../policy-pack/tests/resources";
import { matching } from "../../checks/mutations/places";
import { fault, type Mutation, titleOf } from "./mutation";

const pool = ["spec", "trafficPolicy", "connectionPool"];
const outlier = ["spec", "trafficPolicy", "outlierDetection"];

interface Route {
  readonly redirect?: unknown;
  readonly timeout?: string;
  readonly retries?: { readonly attempts: number };
  readonly match?: unknown;
}

interface DestinationRuleSpec {
  readonly host: string;
  readonly trafficPolicy: {
    readonly loadBalancer?: {
      readonly simple?: string;
      readonly localityLbSetting?: { readonly enabled: boolean };
    };
  };
}

/** Routes of a VirtualService that send requests on. */
const routesOf = (props: unknown) =>
  [...matching(props, "spec.http.*")].filter(({ value }) => !(value as Route).redirect);

/** Requests: where they go, how long they take and how often they are repeated. */
export const traffic: readonly Mutation[] = [
  {
    policy: "require-gateway-tls",
    mistake: "old TLS, or none",
    kind: "Gateway",
    *faults(resource) {
      for (const { place, value } of matching(resource.props, "spec.servers.*")) {
        const { port, tls } = value as { port: { protocol: string }; tls?: { mode?: string } };
        if (port.protocol === "HTTP") {
          const redirect = [...place, "tls", "httpsRedirect"];
          yield fault(resource, redirect, false, ["HTTP", "true"]);
        } else if (tls?.mode !== "PASSTHROUGH") {
          yield fault(resource, [...place, "tls", "minProtocolVersion"], "TLSV1_1", ["TLSV1_1", "TLSV1_2"]);
        }
      }
    },
  },
  {
    policy: "forbid-wildcard-hosts",
    mistake: "a gateway for every host",
    kind: "Gateway",
    *faults(resource) {
      for (const { place } of matching(resource.props, "spec.servers.*.hosts.*")) {
        yield fault(resource, place, "*", ['"*"']);
        yield fault(resource, place, "other/*", ['"other/*"']);
      }
    },
  },
  {
    policy: "forbid-wildcard-hosts",
    mistake: "routes of hosts that come later",
    kind: "VirtualService",
    *faults(resource) {
      for (const { place } of matching(resource.props, "spec.hosts.*")) {
        // At Gateways only, the hosts of one domain are fine.
        yield fault(resource, place, "*", ['"*"']);
      }
    },
  },
  {
    policy: "restrict-egress",
    mistake: "every host of the world within reach",
    kind: "istiod",
    *faults(resource) {
      const mode = ["values", "meshConfig", "outboundTrafficPolicy", "mode"];
      yield fault(resource, mode, "ALLOW_ANY", ["ALLOW_ANY", "REGISTRY_ONLY"]);
      yield fault(resource, mode, undefined, ["ALLOW_ANY", "REGISTRY_ONLY"]);
    },
  },
  {
    policy: "restrict-egress",
    mistake: "every host of the world within reach of some pods",
    kind: "Sidecar",
    *faults(resource) {
      const mode = ["spec", "outboundTrafficPolicy", "mode"];
      yield fault(resource, mode, "ALLOW_ANY", ["ALLOW_ANY", "REGISTRY_ONLY"]);
    },
  },
  {
    policy: "restrict-egress",
    mistake: "an entry for hosts that nobody has looked at",
    kind: "ServiceEntry",
    *faults(resource) {
      for (const { place } of matching(resource.props, "spec.hosts.*")) {
        for (const host of ["*", "*.com"]) yield fault(resource, place, host, [`"${host}"`]);
      }
    },
  },
  {
    policy: "require-circuit-breakers",
    mistake: "the limits of a host that requests go to, gone",
    kind: "VirtualService",
    *faults(resource) {
      // Nobody has a DestinationRule for it.
      const host = "nobody.elsewhere.svc.cluster.local";
      for (const { place } of matching(resource.props, "spec.http.*.route.*.destination.host")) {
        yield fault(resource, place, host, [`"${host}"`, "DestinationRule"]);
      }
    },
  },
  {
    policy: "bound-circuit-breakers",
    mistake: "limits that are none, or gone",
    kind: "DestinationRule",
    *faults(resource) {
      const { host, trafficPolicy } = resource.props.spec as DestinationRuleSpec;
      if (!host.endsWith(".svc.cluster.local")) return;
      const connections = [...pool, "tcp", "maxConnections"];
      yield fault(resource, connections, 1025, ["1025", "1024"]);
      yield fault(resource, connections, 1, ["1", "2"]);
      yield fault(resource, connections, undefined, ["not set", "1024"]);
      yield fault(resource, [...pool, "http", "http2MaxRequests"], 4096, ["4096", "1024"]);
      yield fault(resource, [...pool, "http", "http1MaxPendingRequests"], 4096, ["4096", "1024"]);
      // Where the caller has chosen the address there is no other endpoint to turn to.
      if (trafficPolicy.loadBalancer?.simple !== "PASSTHROUGH") {
        yield fault(resource, outlier, undefined, ["not set"]);
      }
      // With failover all endpoints near the caller may be ejected.
      const most = trafficPolicy.loadBalancer?.localityLbSetting?.enabled ? 100 : 50;
      yield fault(resource, [...outlier, "maxEjectionPercent"], most + 1, [`${most + 1}`, `${most}`]);
      yield fault(resource, [...outlier, "consecutive5xxErrors"], 11, ["11", "10"]);
      yield fault(resource, [...outlier, "interval"], "2m", ["2m", "1m"]);
      yield fault(resource, [...outlier, "baseEjectionTime"], "6m", ["6m", "5m"]);
    },
  },
  {
    policy: "bound-timeouts",
    mistake: "a route without an end, or a late one",
    kind: "VirtualService",
    *faults(resource) {
      for (const { place } of routesOf(resource.props)) {
        yield fault(resource, [...place, "timeout"], "121s", ["121s", "2m"]);
        yield fault(resource, [...place, "timeout"], "0s", ["2m"]);
        yield fault(resource, [...place, "timeout"], undefined, ["not set", "2m"]);
      }
    },
  },
  {
    policy: "bound-retries",
    mistake: "too many retries, or more than fit into the timeout",
    kind: "VirtualService",
    *faults(resource) {
      for (const { place, value } of routesOf(resource.props)) {
        yield fault(resource, [...place, "retries", "attempts"], 4, ["4", "3"]);
        const { timeout = "" } = value as Route;
        yield {
          ...fault(resource, [...place, "retries", "perTryTimeout"], undefined, [timeout]),
          changes: [
            [[...place, "retries"], { attempts: 1, perTryTimeout: timeout, retryOn: "gateway-error" }],
          ],
        };
      }
    },
  },
  {
    policy: "forbid-unsafe-retries",
    mistake: "requests repeated that may have been done already",
    kind: "VirtualService",
    *faults(resource) {
      const { annotations } = resource.props.metadata as { annotations?: Record<string, string> };
      if (Object.values(annotations ?? {}).includes("grpc")) return;
      for (const { place, value } of routesOf(resource.props)) {
        // Behind a route for POST and PATCH nothing gets them.
        const match = JSON.stringify((value as Route).match ?? []);
        if (match.includes("method") ? !match.includes("POST") : place.at(-1) !== 0) continue;
        yield {
          ...fault(resource, [...place, "retries", "retryOn"], undefined, ["5xx", "POST"]),
          changes: [[[...place, "retries"], { attempts: 2, retryOn: "5xx,connect-failure" }]],
        };
      }
    },
  },
  {
    policy: "forbid-fault-injection",
    mistake: "requests delayed or aborted on purpose",
    kind: "VirtualService",
    *faults(resource) {
      for (const { place } of routesOf(resource.props)) {
        const percentage = { value: 5 };
        yield fault(resource, [...place, "fault", "delay"], { fixedDelay: "5s", percentage }, ["delays"]);
        yield fault(resource, [...place, "fault", "abort"], { httpStatus: 500, percentage }, ["aborts"]);
      }
    },
  },
  {
    policy: "require-safe-envoy-filters",
    mistake: "patches without order or version, or without effect",
    kind: "EnvoyFilter",
    *faults(resource) {
      yield fault(resource, ["spec", "priority"], undefined, ["not set"]);
      for (const { place } of matching(resource.props, "spec.configPatches.*")) {
        yield fault(resource, [...place, "match", "proxy", "proxyVersion"], undefined, ["not set"]);
        yield {
          ...fault(resource, [...place, "patch", "operation"], undefined, ["ADD", "HTTP_ROUTE"]),
          changes: [
            [[...place, "applyTo"], "HTTP_ROUTE"],
            [[...place, "patch", "operation"], "ADD"],
          ],
        };
      }
    },
  },
  {
    policy: "require-pinned-wasm",
    mistake: "a module that somebody can replace, or that opens the gate when it fails",
    kind: "WasmPlugin",
    // No platform has a module of its own.
    added: istio(
      "extensions.istio.io/v1alpha1",
      "WasmPlugin",
      { namespace: "istio-system", name: "audit" },
      { url: "oci://registry.example.com/audit:1.0.0", sha256: "0".repeat(64) },
    ),
    *faults(resource) {
      yield fault(resource, ["spec", "sha256"], undefined, ["not set"]);
      yield fault(resource, ["spec", "url"], "http://registry.example.com/audit", ["http://"]);
      yield fault(resource, ["spec", "failStrategy"], "FAIL_OPEN", ["FAIL_OPEN", "FAIL_CLOSE"]);
    },
  },
  {
    policy: "report-coverage",
    mistake: "pods that accept plain text",
    kind: "Deployment",
    *faults(resource) {
      yield {
        changes: [[["spec", "template", "spec", "hostNetwork"], true]],
        begins: "",
        names: [`Not STRICT: ${titleOf(resource)}.`],
      };
    },
  },
  {
    policy: "require-safe-envoy-filters",
    mistake: "patches for other purposes",
    kind: "EnvoyFilter",
    *faults(resource) {
      for (const { place } of matching(resource.props, "spec.configPatches.*")) {
        yield fault(resource, [...place, "applyTo"], "NETWORK_FILTER", ["NETWORK_FILTER"]);
        yield fault(resource, [...place, "patch", "operation"], "REMOVE", ["REMOVE"]);
        yield fault(resource, [...place, "patch", "value", "typed_config", "@type"], "x/Lua", ["x/Lua"]);
      }
    },
  },
  {
    policy: "require-host-ownership",
    mistake: "hosts of other namespaces for the whole mesh",
    kind: "VirtualService",
    *faults(resource) {
      const { gateways } = resource.props.spec as { gateways?: string[] };
      if (gateways !== undefined) return;
      const taken = fault(resource, ["spec", "hosts", 0], "db.other.svc.cluster.local", ["namespace other"]);
      yield { ...taken, changes: [...taken.changes, [["spec", "exportTo"], ["*"]]] };
    },
  },
  {
    policy: "forbid-forged-headers",
    mistake: "an identity set by a route",
    kind: "VirtualService",
    *faults(resource) {
      for (const { place } of routesOf(resource.props)) {
        const header = [...place, "headers", "request", "set", "x-forwarded-client-cert"];
        yield fault(resource, header, "By=spiffe://a", ["x-forwarded-client-cert"]);
      }
    },
  },
];
