import { expect } from "chai";
import type { Message } from "../../policy";
import { messages, requireSafeEnvoyFilters } from "../../policies/requireSafeEnvoyFilters";
import { unknown, validateResource } from "../engine";
import { asPatch, istio } from "../resources";
import { said } from "../said";

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
  patch: { operation: "INSERT_BEFORE", value: {} },
  ...changes,
});
const judge = (...configPatches: unknown[]) =>
  validateResource(requireSafeEnvoyFilters, envoyFilter({ configPatches }));
const at = (path: string, message: Message) => ({
  violations: [said("EnvoyFilter shop/rate-limit", "spec.")(path, message)],
});
const operation = (operation: string, applyTo: string) => judge(patch({ applyTo, patch: { operation } }));

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

  it("reports unknown values as undecided", async () => {
    expect(await judge(patch({ patch: { operation: unknown } }))).to.deep.equal({
      violations: [],
      undecided:
        "EnvoyFilter shop/rate-limit: string value at .spec.configPatches.0.patch.operation can't be known during preview",
    });
  });
});
