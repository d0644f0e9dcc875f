import { expect } from "chai";
import { requireSafeEnvoyFilters } from "../../policies/requireSafeEnvoyFilters";
import { unknown, validateResource } from "../engine";
import { asPatch, istio } from "../resources";

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
const at = (text: string) => ({ violations: [`EnvoyFilter shop/rate-limit: spec.${text}.`] });
const operation = (operation: string, applyTo: string) => judge(patch({ applyTo, patch: { operation } }));

describe("require-safe-envoy-filters", () => {
  it("accepts a filter with priority, version and a fitting operation", async () => {
    expect(await judge(patch())).to.deep.equal({ violations: [] });
    expect(await operation("ADD", "CLUSTER")).to.deep.equal({ violations: [] });
    expect(await operation("MERGE", "ROUTE_CONFIGURATION")).to.deep.equal({ violations: [] });
    expect(await operation("REPLACE", "VIRTUAL_HOST")).to.deep.equal({ violations: [] });
  });

  it("refuses one without a priority, unless it is a patch of one", async () => {
    const bare = envoyFilter({ configPatches: [patch()], priority: undefined });
    expect(await validateResource(requireSafeEnvoyFilters, bare)).to.deep.equal(
      at(
        "priority is not set, so the order among EnvoyFilters hangs on their age. Set it to a whole number, such as 10",
      ),
    );
    expect(await validateResource(requireSafeEnvoyFilters, asPatch(bare))).to.deep.equal({ violations: [] });
    const zero = envoyFilter({ configPatches: [patch()], priority: 0 });
    expect(await validateResource(requireSafeEnvoyFilters, zero)).to.deep.equal({ violations: [] });
  });

  it("refuses patches for every version of the proxy", async () => {
    expect(await judge(patch(), patch({ match: { context: "SIDECAR_INBOUND" } }))).to.deep.equal(
      at(
        "configPatches[1].match.proxy.proxyVersion is not set, so the patch also reaches proxies that it was never tried " +
          "with. Set it to a regular expression such as ^1\\.31.*",
      ),
    );
  });

  it("refuses operations that Istio ignores", async () => {
    for (const name of ["ADD", "REMOVE"]) {
      for (const applyTo of ["ROUTE_CONFIGURATION", "HTTP_ROUTE"]) {
        expect(await operation(name, applyTo)).to.deep.equal(
          at(
            `configPatches[0].patch.operation is ${name}, which Istio ignores for ${applyTo}. Use MERGE, or patch the VIRTUAL_HOST`,
          ),
        );
      }
    }
    expect(await operation("REPLACE", "CLUSTER")).to.deep.equal(
      at(
        "configPatches[0].patch.operation is REPLACE, which Istio ignores for all but filters and virtual hosts. " +
          "Use MERGE, or apply it to HTTP_FILTER, NETWORK_FILTER, VIRTUAL_HOST",
      ),
    );
  });

  it("says what is open because of unknown values", async () => {
    expect(await judge(patch({ patch: { operation: unknown } }))).to.deep.equal({
      violations: [],
      undecided:
        "EnvoyFilter shop/rate-limit: string value at .spec.configPatches.0.patch.operation can't be known during preview",
    });
  });
});
