import { expect } from "chai";
import type { Message } from "../../policy";
import { messages, requireSafeEnvoyFilters } from "../../policies/requireSafeEnvoyFilters";
import { unknown, validateResource } from "../engine";
import { asPatch, istio } from "../resources";
import { said } from "../said";

const LIMIT = "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit";
const envoyFilter = (spec: object) =>
  istio(
    "networking.istio.io/v1alpha3",
    "EnvoyFilter",
    { namespace: "shop", name: "rate-limit" },
    { priority: 10, ...spec },
  );
const patch = (changes: object = {}) => ({
  applyTo: "HTTP_FILTER",
  match: { proxy: { proxyVersion: "^1\\.31.*" } },
  patch: { operation: "INSERT_BEFORE", value: { typed_config: { "@type": LIMIT } } },
  ...changes,
});
const judge = (...configPatches: unknown[]) =>
  validateResource(requireSafeEnvoyFilters, envoyFilter({ configPatches }));
const inDev = { environment: "dev" };
const at = (path: string, message: Message) => ({
  violations: [said("EnvoyFilter shop/rate-limit", "spec.")(path, message)],
});
/** The outcome in dev, where every purpose is allowed. */
const operation = (operation: string, applyTo: string) =>
  validateResource(
    requireSafeEnvoyFilters,
    envoyFilter({ configPatches: [patch({ applyTo, patch: { operation } })] }),
    inDev,
  );

describe("require-safe-envoy-filters", () => {
  it("states the field, the problem and the fix", async () => {
    expect(await operation("REPLACE", "CLUSTER")).to.deep.equal({
      violations: [
        "EnvoyFilter shop/rate-limit: spec.configPatches[0].patch.operation is REPLACE, which Istio ignores except for filters " +
          "and virtual hosts. Use MERGE, or set applyTo to HTTP_FILTER, NETWORK_FILTER, VIRTUAL_HOST.",
      ],
    });
  });

  it("accepts a filter with priority, version and a valid operation", async () => {
    expect(await judge(patch())).to.deep.equal({ violations: [] });
    expect(await operation("ADD", "CLUSTER")).to.deep.equal({ violations: [] });
    expect(await operation("MERGE", "ROUTE_CONFIGURATION")).to.deep.equal({ violations: [] });
    expect(await operation("REPLACE", "VIRTUAL_HOST")).to.deep.equal({ violations: [] });
  });

  it("refuses a version expression that Istio refuses because of its length", async () => {
    const versions = (length: number) =>
      judge(patch({ match: { proxy: { proxyVersion: "1".repeat(length) } } }));
    expect(await versions(1024)).to.deep.equal({ violations: [] });
    expect(await versions(1025)).to.deep.equal(
      at("configPatches[0].match.proxy.proxyVersion", messages.longVersion(1025)),
    );
  });

  it("refuses a filter without a priority, unless it is a patch", async () => {
    const bare = envoyFilter({ configPatches: [patch()], priority: undefined });
    expect(await validateResource(requireSafeEnvoyFilters, bare)).to.deep.equal(
      at("priority", messages.noPriority()),
    );
    expect(await validateResource(requireSafeEnvoyFilters, asPatch(bare))).to.deep.equal({ violations: [] });
    const zero = envoyFilter({ configPatches: [patch()], priority: 0 });
    expect(await validateResource(requireSafeEnvoyFilters, zero)).to.deep.equal({ violations: [] });
  });

  it("refuses patches for every proxy version", async () => {
    expect(await judge(patch(), patch({ match: { context: "SIDECAR_INBOUND" } }))).to.deep.equal(
      at("configPatches[1].match.proxy.proxyVersion", messages.noVersion()),
    );
  });

  it("refuses operations that Istio ignores", async () => {
    for (const name of ["ADD", "REMOVE"]) {
      for (const applyTo of ["ROUTE_CONFIGURATION", "HTTP_ROUTE"]) {
        expect(await operation(name, applyTo)).to.deep.equal(
          at("configPatches[0].patch.operation", messages.ignored(name, applyTo)),
        );
      }
    }
    expect(await operation("REPLACE", "CLUSTER")).to.deep.equal(
      at("configPatches[0].patch.operation", messages.replace()),
    );
  });

  const removal = patch({ applyTo: "NETWORK_FILTER", patch: { operation: "REMOVE" } });

  it("accepts only insertions of allowed filters in staging and prod", async () => {
    for (const name of ["INSERT_BEFORE", "INSERT_AFTER", "INSERT_FIRST", "ADD"]) {
      const inserted = patch({ patch: { operation: name, value: { typed_config: { "@type": LIMIT } } } });
      expect(await judge(inserted), name).to.deep.equal({ violations: [] });
    }
    const refused: [change: object, path: string, value: string][] = [
      [{ applyTo: "NETWORK_FILTER", patch: { operation: "REMOVE" } }, "applyTo", "NETWORK_FILTER"],
      [{ applyTo: "FILTER_CHAIN", patch: { operation: "MERGE" } }, "applyTo", "FILTER_CHAIN"],
      [{ applyTo: "BOOTSTRAP", patch: { operation: "MERGE" } }, "applyTo", "BOOTSTRAP"],
      [{ applyTo: undefined }, "applyTo", "undefined"],
      [{ patch: { operation: "REMOVE" } }, "patch.operation", "REMOVE"],
      [{ patch: { operation: "MERGE" } }, "patch.operation", "MERGE"],
      [
        { patch: { operation: "INSERT_FIRST", value: { name: "envoy.filters.http.local_ratelimit" } } },
        'patch.value.typed_config["@type"]',
        "not set",
      ],
    ];
    for (const [change, path, value] of refused) {
      expect(await judge(patch(change)), path).to.deep.equal(
        at(`configPatches[0].${path}`, messages.notAllowed(value)),
      );
    }
    const lua = "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua";
    const named = patch({
      patch: {
        operation: "INSERT_BEFORE",
        value: { name: "envoy.filters.http.local_ratelimit", typed_config: { "@type": lua } },
      },
    });
    expect(await judge(named)).to.deep.equal(
      at('configPatches[0].patch.value.typed_config["@type"]', messages.notAllowed(lua)),
    );
    const resource = envoyFilter({ configPatches: [named] });
    for (const settings of [{ allowedTypes: [lua] }, inDev]) {
      expect(await validateResource(requireSafeEnvoyFilters, resource, settings)).to.deep.equal({
        violations: [],
      });
    }
  });

  it("judges the purpose of a patch of an EnvoyFilter, too", async () => {
    const resource = asPatch(envoyFilter({ configPatches: [removal], priority: undefined }));
    expect(await validateResource(requireSafeEnvoyFilters, resource)).to.deep.equal(
      at("configPatches[0].applyTo", messages.notAllowed("NETWORK_FILTER")),
    );
  });

  it("refuses Lua in a TrafficExtension, unless the organization allows it", async () => {
    const extension = (spec: Record<string, unknown>, settings = {}) =>
      validateResource(
        requireSafeEnvoyFilters,
        istio("extensions.istio.io/v1alpha1", "TrafficExtension", { namespace: "shop", name: "own" }, spec),
        settings,
      );
    const lua = { inlineCode: "function envoy_on_request(handle) end" };
    expect(await extension({ lua })).to.deep.equal({
      violations: [said("TrafficExtension shop/own")("spec.lua", messages.code())],
    });
    const allowedTypes = ["type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua"];
    for (const [spec, settings] of [
      [{}, {}],
      [{ wasm: { url: "oci://example.com/a" } }, {}],
      [{ lua }, { allowedTypes }],
      [{ lua }, { environment: "dev" }],
    ] as const) {
      expect(await extension(spec, settings), JSON.stringify([spec, settings])).to.deep.equal({
        violations: [],
      });
    }
  });

  it("reports unknown values as undecided", async () => {
    const type = { typed_config: { "@type": LIMIT } };
    expect(await judge(patch({ patch: { operation: unknown, value: type } }))).to.deep.equal({
      violations: [],
      undecided:
        "EnvoyFilter shop/rate-limit: string value at .spec.configPatches.0.patch.operation can't be known during preview",
    });
  });

  it("refuses forged headers in either spelling, and clients outside of the mesh's clusters", async () => {
    const limit = (config: object) =>
      judge(
        patch({
          patch: {
            operation: "INSERT_BEFORE",
            value: { typed_config: { "@type": LIMIT, ...config } },
          },
        }),
      );
    const path = "configPatches[0].patch.value.typed_config.";
    for (const key of ["request_headers_to_add_when_not_enforced", "requestHeadersToAddWhenNotEnforced"]) {
      expect(await limit({ [key]: [{ header: { key: "x" } }] }), key).to.deep.equal(
        at(`${path}${key}`, messages.forging()),
      );
    }
    const service = (grpc: object) => ({ rate_limit_service: { grpc_service: grpc } });
    expect(await limit(service({ google_grpc: { target_uri: "x.example.com" } }))).to.deep.equal(
      at(`${path}rate_limit_service.grpc_service.google_grpc.target_uri`, messages.outside()),
    );
    expect(await limit(service({ envoy_grpc: { cluster_name: "x" } }))).to.deep.equal({ violations: [] });
  });
});
