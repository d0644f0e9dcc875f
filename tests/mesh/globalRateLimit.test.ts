import { expect } from "chai";
import { parse } from "yaml";
import type { MeshDefinition } from "../../catalog";
import { checkMesh, type Manifest } from "../../mesh";
import { limitsItself } from "../../checks/rules/counterAsked";
import { overTcp } from "../../checks/rules/httpOnly";
import { creationOrder } from "../../components/order";
import { find, http, metadata, render } from "./render";

const definition: MeshDefinition = {
  name: "shop",
  networkPolicies: {},
  rateLimitService: { service: "counter", port: "grpc", onFailure: "deny", timeout: "50ms" },
  services: {
    web: {
      ports: { http },
      rateLimit: { requests: 100, per: "1s" },
      globalRateLimits: {
        everything: { requests: 1000, per: "second" },
        login: { requests: 5, per: "minute", by: "remoteAddress", path: "/login" },
        tenants: {
          requests: 60,
          per: "minute",
          by: { header: "x-tenant-id", tenants: { zeta: 30, acme: 600 } },
          path: "/api/*",
        },
      },
    },
    api: { namespace: "backend", ports: { http }, calls: { web: {} } },
    counter: {
      namespace: "limits",
      ports: { grpc: { port: 8081, protocol: "grpc" }, admin: { port: 6070, protocol: "http" } },
      workload: { image: "envoyproxy/ratelimit:1", env: { REDIS_URL: "redis:6379", USE_STATSD: "true" } },
      calls: { redis: {} },
    },
    redis: { namespace: "limits", ports: { redis: { port: 6379, protocol: "redis" } } },
  },
};
let objects: Manifest[];
const counter = "counter.limits.svc.cluster.local";
const from = "services.web.globalRateLimits";

describe("global rate limits", () => {
  beforeEach(() => {
    objects = render(definition);
  });

  it("are asked for at the rate limit service, after the pod's own limit, and fail as the catalog says", () => {
    const filter = find(objects, "EnvoyFilter", "web-global-rate-limit");
    expect(filter.metadata).to.deep.equal({
      ...metadata("web-global-rate-limit", from),
      annotations: { "galley.istio.io/analyze-suppress": "IST0133", "meshwright.dev/from": from },
    });
    const limit = (name: string): object => ({ descriptor_key: "limit", descriptor_value: `web/${name}` });
    const below = (name: string, path: object): object => ({
      header_value_match: { ...limit(name), headers: [{ name: ":path", string_match: path }] },
    });
    expect(filter.spec).to.deep.equal({
      workloadSelector: { labels: { app: "web" } },
      priority: 20,
      configPatches: [
        {
          applyTo: "HTTP_FILTER",
          match: {
            context: "SIDECAR_INBOUND",
            proxy: { proxyVersion: "^(1\\.30|1\\.31)\\..*" },
            listener: {
              filterChain: {
                filter: {
                  name: "envoy.filters.network.http_connection_manager",
                  subFilter: { name: "envoy.filters.http.router" },
                },
              },
            },
          },
          patch: {
            operation: "INSERT_BEFORE",
            value: {
              name: "envoy.filters.http.ratelimit",
              typed_config: {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit",
                domain: "shop",
                failure_mode_deny: true,
                timeout: "0.05s",
                rate_limited_as_resource_exhausted: true,
                enable_x_ratelimit_headers: "DRAFT_VERSION_03",
                rate_limit_service: {
                  grpc_service: {
                    envoy_grpc: { cluster_name: `outbound|8081||${counter}`, authority: counter },
                  },
                  transport_api_version: "V3",
                },
                rate_limits: [
                  { actions: [{ generic_key: limit("everything") }] },
                  {
                    actions: [
                      below("login", { safe_regex: { regex: "/login(\\?.*)?" } }),
                      { remote_address: {} },
                    ],
                  },
                  {
                    actions: [
                      below("tenants", { prefix: "/api/" }),
                      { request_headers: { header_name: "x-tenant-id", descriptor_key: "tenant" } },
                    ],
                  },
                  {
                    actions: [
                      below("tenants", { prefix: "/api/" }),
                      {
                        header_value_match: {
                          descriptor_key: "tenant",
                          descriptor_value: "-",
                          expect_match: false,
                          headers: [{ name: "x-tenant-id", present_match: true }],
                        },
                      },
                    ],
                  },
                ],
              },
            },
          },
        },
      ],
    });
    expect(find(objects, "EnvoyFilter", "web-rate-limit")).to.have.nested.property("spec.priority", 10);
  });

  it("count tenants by a claim of the token, and one without it as the tenant -", () => {
    const { web, ...others } = definition.services;
    const filter = find(
      render({
        ...definition,
        services: {
          ...others,
          web: {
            ...web,
            globalRateLimits: {
              tenants: { requests: 60, per: "minute", by: { claim: "tenant_id", tenants: { acme: 600 } } },
            },
          },
        },
        jwtRules: [{ issuer: "https://auth.example.com" }],
      }),
      "EnvoyFilter",
      "web-global-rate-limit",
    );
    expect(filter).to.have.deep.nested.property(
      "spec.configPatches[0].patch.value.typed_config.rate_limits",
      [
        {
          actions: [
            { generic_key: { descriptor_key: "limit", descriptor_value: "web/tenants" } },
            {
              metadata: {
                descriptor_key: "tenant",
                source: "DYNAMIC",
                metadata_key: {
                  key: "envoy.filters.http.jwt_authn",
                  path: [{ key: "payload" }, { key: "tenant_id" }],
                },
                default_value: "-",
              },
            },
          ],
        },
      ],
    );
  });

  it("let requests through without an answer where the catalog says so", () => {
    const rateLimitService = { service: "counter", port: "grpc", onFailure: "allow" } as const;
    const filter = find(render({ ...definition, rateLimitService }), "EnvoyFilter", "web-global-rate-limit");
    const path = "spec.configPatches[0].patch.value.typed_config";
    expect(filter).to.have.nested.property(`${path}.failure_mode_deny`, false);
    expect(filter).to.have.nested.property(`${path}.timeout`, "0.1s");
  });

  it("have their quotas in the rate limit service's own format", () => {
    const quotas = find(objects, "ConfigMap", "counter-quotas");
    expect(quotas.metadata).to.deep.equal({
      ...metadata("counter-quotas", `rateLimitService,${from}`),
      namespace: "limits",
    });
    const per = (unit: string, count: number): object => ({
      rate_limit: { unit, requests_per_unit: count },
    });
    const { data } = quotas as unknown as { data: Record<string, string> };
    expect(Object.keys(data)).to.deep.equal(["config.yaml"]);
    expect(parse(data["config.yaml"] ?? "")).to.deep.equal({
      domain: "shop",
      descriptors: [
        { key: "limit", value: "web/everything", ...per("second", 1000) },
        {
          key: "limit",
          value: "web/login",
          descriptors: [{ key: "remote_address", ...per("minute", 5) }],
        },
        {
          key: "limit",
          value: "web/tenants",
          descriptors: [
            { key: "tenant", value: "acme", ...per("minute", 600) },
            { key: "tenant", value: "zeta", ...per("minute", 30) },
            { key: "tenant", ...per("minute", 60) },
          ],
        },
      ],
    });
  });

  it("are read by the service's pods, which come after them", () => {
    const deployment = find(objects, "Deployment", "counter");
    expect(deployment).to.have.deep.nested.property("spec.template.spec.volumes", [
      { name: "quotas", configMap: { name: "counter-quotas" } },
    ]);
    const container = "spec.template.spec.containers[0]";
    expect(deployment).to.have.deep.nested.property(`${container}.volumeMounts`, [
      { name: "quotas", mountPath: "/data/ratelimit/config", readOnly: true },
    ]);
    expect(deployment).to.have.deep.nested.property(`${container}.env`, [
      { name: "REDIS_URL", value: "redis:6379" },
      { name: "RUNTIME_IGNOREDOTFILES", value: "true" },
      { name: "RUNTIME_ROOT", value: "/data" },
      { name: "RUNTIME_SUBDIRECTORY", value: "ratelimit" },
      { name: "RUNTIME_WATCH_ROOT", value: "false" },
      { name: "USE_STATSD", value: "true" },
    ]);
    expect(creationOrder(objects).get("Deployment/limits/counter")).to.include(
      "ConfigMap/limits/counter-quotas",
    );
  });

  it("are asked for by the limited services alone: the policy, the proxies and the network say so", () => {
    expect(find(objects, "AuthorizationPolicy", "counter").spec).to.deep.equal({
      selector: { matchLabels: { app: "counter" } },
      action: "ALLOW",
      rules: [
        {
          from: [{ source: { principals: ["cluster.local/ns/shop/sa/web"] } }],
          to: [
            {
              operation: {
                ports: ["8081"],
                methods: ["POST"],
                paths: ["/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit"],
              },
            },
          ],
        },
      ],
    });
    const knows = (name: string): boolean =>
      JSON.stringify(find(objects, "Sidecar", name).spec).includes(`limits/${counter}`);
    expect(["web", "api"].filter(knows)).to.deep.equal(["web"]);
    expect(find(objects, "NetworkPolicy", "counter")).to.have.deep.nested.property("spec.ingress", [
      {
        from: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop" } },
            podSelector: { matchLabels: { app: "web" } },
          },
        ],
        ports: [{ protocol: "TCP", port: 8081 }],
      },
    ]);
  });

  it("are refused without a rate limit service, on TCP, and on the rate limit service itself", () => {
    const brief = (web: object, rest: object, own: object = {}): string[] =>
      checkMesh({
        name: "shop",
        services: {
          web: { ports: { http }, ...web },
          counter: { ports: { grpc: { port: 8081, protocol: "grpc" } }, ...own },
        },
        ...rest,
      })
        .findings.filter(({ code }) => code !== "MW111")
        .map(({ code, path, fix }) => `${code} ${path}: ${fix}`);
    const globalRateLimits = { all: { requests: 1, per: "second" } };
    const rateLimitService = { service: "counter", onFailure: "allow" };
    expect(brief({ globalRateLimits }, { rateLimitService })).to.deep.equal([]);
    expect(brief({ globalRateLimits }, { rateLimitService }, { globalRateLimits })).to.deep.equal([
      `MW704 services.counter.globalRateLimits: ${limitsItself("counter").fix}`,
    ]);
    expect(
      brief({ globalRateLimits }, { rateLimitService: { ...rateLimitService, service: "countr" } }),
    ).to.deep.equal(['MW101 rateLimitService.service: did you mean "counter"?']);
    expect(
      brief({ globalRateLimits }, { rateLimitService: { ...rateLimitService, port: "grp" } }),
    ).to.deep.equal(['MW102 rateLimitService.port: did you mean "grpc"?']);
    const ports = { tcp: { port: 5432, protocol: "tcp" } };
    expect(brief({ globalRateLimits, ports }, { rateLimitService })).to.deep.equal([
      `MW204 services.web.globalRateLimits: ${overTcp("web", "globalRateLimits").fix}`,
    ]);
    expect(
      brief(
        { globalRateLimits: { all: { requests: 1, per: "second", path: "login" } } },
        { rateLimitService },
      ),
    ).to.deep.equal([
      'MW001 services.web.globalRateLimits.all.path: write an absolute path, optionally with a trailing "*", such as "/api/*"',
    ]);
  });
});
