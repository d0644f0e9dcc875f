import { expect } from "chai";
import { messages, requireEffectiveSelectors } from "../../policies/requireEffectiveSelectors";
import { type Resource, unknown, validateResource } from "../engine";
import { authorizationPolicy, istio, requestAuthentication } from "../resources";
import { said } from "../said";

const judge = (resource: Resource) => validateResource(requireEffectiveSelectors, resource);
const LABEL = "gateway.networking.k8s.io/gateway-name";
const selector = { matchLabels: { app: "catalog", [LABEL]: "public" } };

describe("require-effective-selectors", () => {
  it("states the field, the problem and the fix", async () => {
    expect(await judge(authorizationPolicy({ selector }))).to.deep.equal({
      violations: [
        `AuthorizationPolicy shop/catalog: spec.selector.matchLabels["${LABEL}"] selects a Gateway of the Gateway API, for which ` +
          "Istio ignores selectors. Use spec.targetRefs with the Gateway instead.",
      ],
    });
  });

  it("accepts other selectors, and targetRefs", async () => {
    const targetRefs = [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "public" }];
    for (const resource of [
      authorizationPolicy(),
      authorizationPolicy({ selector: undefined, targetRefs }),
      requestAuthentication(),
    ]) {
      expect(await judge(resource)).to.deep.equal({ violations: [] });
    }
  });

  it("refuses the labels of a Gateway in every kind of object", async () => {
    for (const label of [LABEL, "istio.io/gateway-name"]) {
      const spec = { selector: { matchLabels: { [label]: "public" } } };
      for (const [resource, title] of [
        [requestAuthentication({}, spec), "RequestAuthentication shop/default"],
        [
          istio("telemetry.istio.io/v1", "Telemetry", { namespace: "shop", name: "x" }, spec),
          "Telemetry shop/x",
        ],
        [
          istio("extensions.istio.io/v1alpha1", "WasmPlugin", { namespace: "shop", name: "x" }, spec),
          "WasmPlugin shop/x",
        ],
      ] as const) {
        expect(await judge(resource)).to.deep.equal({
          violations: [said(title)(`spec.selector.matchLabels["${label}"]`, messages.ignored())],
        });
      }
    }
  });

  it("reports unknown values as undecided", async () => {
    expect((await judge(authorizationPolicy({ selector: { matchLabels: unknown } }))).undecided).to.be.a(
      "string",
    );
  });
});
