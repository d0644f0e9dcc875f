import type { IstioVersion } from "../../catalog";
import { expect } from "chai";
import type { RateLimitDefinition } from "../../catalog";
import { type Manifest } from "../../mesh";
import { find, http, metadata, render } from "./render";

const rendered = (rateLimit: RateLimitDefinition): Manifest =>
  find(
    render({ name: "shop", services: { web: { ports: { http }, rateLimit } } }),
    "EnvoyFilter",
    "web-rate-limit",
  );

const always = { default_value: { numerator: 100, denominator: "HUNDRED" } };
const limit = {
  "@type": "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
  stat_prefix: "http_local_rate_limiter",
  filter_enabled: always,
  filter_enforced: always,
  rate_limited_as_resource_exhausted: true,
  enable_x_ratelimit_headers: "DRAFT_VERSION_03",
};

/** Counts requests without a header for the tenant "-". */
const withoutHeader = (name: string): object => ({
  header_value_match: {
    descriptor_key: "tenant",
    descriptor_value: "-",
    expect_match: false,
    headers: [{ name, present_match: true }],
  },
});

function typedConfig({ spec }: Manifest): unknown {
  const { configPatches } = spec as {
    configPatches: { patch: { value: { typed_config: unknown } } }[];
  };
  expect(configPatches).to.have.lengthOf(1);
  return configPatches[0]?.patch.value.typed_config;
}

describe("envoyFilter", () => {
  it("limits the requests to each pod, last before the router, for the versions that it was tried with", () => {
    expect(rendered({ requests: 100, per: "1s" })).to.deep.equal({
      apiVersion: "networking.istio.io/v1alpha3",
      kind: "EnvoyFilter",
      metadata: {
        ...metadata("web-rate-limit", "services.web.rateLimit"),
        annotations: {
          "galley.istio.io/analyze-suppress": "IST0133",
          "meshwright.dev/from": "services.web.rateLimit",
        },
      },
      spec: {
        workloadSelector: { labels: { app: "web" } },
        priority: 10,
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
                name: "envoy.filters.http.local_ratelimit",
                typed_config: {
                  ...limit,
                  token_bucket: { max_tokens: 100, tokens_per_fill: 100, fill_interval: "1s" },
                },
              },
            },
          },
        ],
      },
    });
  });

  it("applies to the minor version of each control plane and to the one before, whose proxies stay after an upgrade", () => {
    const versions = (own: IstioVersion, canaryIstioVersion?: IstioVersion): RegExp => {
      const [filter] = render({
        name: "shop",
        istioVersion: own,
        ...(canaryIstioVersion && { canaryIstioVersion }),
        services: { web: { ports: { http }, rateLimit: { requests: 1, per: "1s" } } },
      }).filter(({ kind }) => kind === "EnvoyFilter");
      const { configPatches } = filter?.spec as {
        configPatches: { match: { proxy: { proxyVersion: string } } }[];
      };
      return new RegExp(configPatches[0]?.match.proxy.proxyVersion ?? "");
    };
    const all = ["2.2.9", "2.3.1", "2.4.17", "2.5.0", "2.6.0", "12.4.0", "2.40.0"];
    for (const one of [versions("2.4.17"), versions("2.4.17", "2.4.18")]) {
      expect(one.source).to.equal("^(2\\.3|2\\.4)\\..*");
      expect(all.filter((version) => one.test(version))).to.deep.equal(["2.3.1", "2.4.17"]);
    }
    for (const both of [versions("2.4.17", "2.5.0"), versions("2.5.0", "2.4.17")]) {
      expect(both.source).to.equal("^(2\\.3|2\\.4|2\\.5)\\..*");
      expect(all.filter((version) => both.test(version))).to.deep.equal(["2.3.1", "2.4.17", "2.5.0"]);
    }
  });

  it("gives every tenant a bucket, and some of them one of another size", () => {
    const quota = {
      header: "x-tenant-id",
      requests: 60,
      per: "1m",
      tenants: { zeta: 30, acme: 600 },
    } as const;
    expect(typedConfig(rendered({ requests: 50, per: "500ms", burst: 80, quota }))).to.deep.equal({
      ...limit,
      token_bucket: { max_tokens: 80, tokens_per_fill: 50, fill_interval: "0.5s" },
      rate_limits: [
        { actions: [{ request_headers: { header_name: "x-tenant-id", descriptor_key: "tenant" } }] },
        { actions: [withoutHeader("x-tenant-id")] },
      ],
      descriptors: [
        {
          entries: [{ key: "tenant", value: "acme" }],
          token_bucket: { max_tokens: 600, tokens_per_fill: 600, fill_interval: "60s" },
        },
        {
          entries: [{ key: "tenant", value: "zeta" }],
          token_bucket: { max_tokens: 30, tokens_per_fill: 30, fill_interval: "60s" },
        },
        {
          entries: [{ key: "tenant" }],
          token_bucket: { max_tokens: 60, tokens_per_fill: 60, fill_interval: "60s" },
        },
      ],
      max_dynamic_descriptors: 1000,
    });
  });

  it("takes the tenant from a claim of the validated token, inside of others too, and never from the request", () => {
    const actions = (claim: string | string[]): unknown => {
      const quota = { claim, requests: 60, per: "1m" } as const;
      const [filter] = render({
        name: "shop",
        services: { web: { ports: { http }, rateLimit: { requests: 100, per: "1s", quota } } },
        jwtRules: [{ issuer: "https://auth.example.com" }],
      }).filter(({ kind }) => kind === "EnvoyFilter");
      if (!filter) throw new Error("there is no filter");
      return (typedConfig(filter) as { rate_limits: unknown }).rate_limits;
    };
    const metadataOf = (...path: string[]): object => ({
      metadata: {
        descriptor_key: "tenant",
        source: "DYNAMIC",
        metadata_key: { key: "envoy.filters.http.jwt_authn", path: path.map((key) => ({ key })) },
        default_value: "-",
      },
    });
    const named = [{ actions: [metadataOf("payload", "tenant_id")] }];
    expect(actions("tenant_id")).to.deep.equal(named);
    expect(actions(["tenant_id"])).to.deep.equal(named);
    expect(actions(["org.unit", "id"])).to.deep.equal([
      { actions: [metadataOf("payload", "org.unit", "id")] },
    ]);
  });

  it("is not there where nothing is limited", () => {
    const kinds = render({ name: "shop", services: { web: { ports: { http } } } }).map(({ kind }) => kind);
    expect(kinds).to.not.include("EnvoyFilter");
  });
});
