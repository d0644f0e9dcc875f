import { expect } from "chai";
import { restrictEgress } from "../../policies/restrictEgress";
import { type Resource, unknown, validateResource } from "../engine";
import { gatewayRelease, istio, istiod } from "../resources";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(restrictEgress, resource, configuration);
const mode = (mode: unknown) => istiod({ meshConfig: { outboundTrafficPolicy: { mode } } });
const sidecar = (outboundTrafficPolicy: unknown) =>
  istio(
    "networking.istio.io/v1",
    "Sidecar",
    { namespace: "shop", name: "catalog" },
    { outboundTrafficPolicy },
  );
const entry = (spec: Record<string, unknown>) =>
  istio("networking.istio.io/v1", "ServiceEntry", { namespace: "shop", name: "world" }, spec);
const serviceEntry = (...hosts: unknown[]) => entry({ hosts });
const addresses = (...addresses: unknown[]) => entry({ hosts: ["db.internal"], addresses });

describe("restrict-egress", () => {
  it("accepts a mesh that knows its hosts", async () => {
    for (const resource of [
      mode("REGISTRY_ONLY"),
      gatewayRelease(),
      sidecar(undefined),
      sidecar({ mode: "REGISTRY_ONLY" }),
      serviceEntry("api.example.com", "*.example.com"),
      addresses("203.0.113.7", "10.0.0.0/8", "fd00::/8"),
    ]) {
      expect(await judge(resource)).to.deep.equal({ violations: [] });
    }
  });

  it("refuses an istiod that lets everything out", async () => {
    const at = (problem: string) => ({
      violations: [
        `Release istio-system/istiod: values.meshConfig.outboundTrafficPolicy.mode ${problem}, so pods may call every host. ` +
          "Set it to REGISTRY_ONLY.",
      ],
    });
    expect(await judge(istiod())).to.deep.equal(at("is not set, which is ALLOW_ANY"));
    expect(await judge(mode("ALLOW_ANY"))).to.deep.equal(at("is ALLOW_ANY"));
    expect(await judge(mode("hunter2"))).to.deep.equal(at("is none of Istio's modes"));
  });

  it("looks where the chart does, and finds it however it is referred to", async () => {
    const outbound = (mode: string) => ({ meshConfig: { outboundTrafficPolicy: { mode } } });
    const at = (path: string) => ({
      violations: [
        `Release istio-system/istiod: values.${path}meshConfig.outboundTrafficPolicy.mode is ALLOW_ANY, so pods may call ` +
          "every host. Set it to REGISTRY_ONLY.",
      ],
    });
    const undone = { ...outbound("REGISTRY_ONLY"), pilot: outbound("ALLOW_ANY") };
    expect(await judge(istiod(undone))).to.deep.equal(at("pilot."));
    expect(await judge(istiod({ ...outbound("ALLOW_ANY"), pilot: outbound("REGISTRY_ONLY") }))).to.deep.equal(
      {
        violations: [],
      },
    );
    const other = { ...outbound("REGISTRY_ONLY"), pilot: { meshConfig: { accessLogFile: "" } } };
    expect(await judge(istiod(other))).to.deep.equal({ violations: [] });
    expect(await judge(istiod({ _internal_defaults_do_not_set: outbound("ALLOW_ANY") }))).to.deep.equal(
      at("_internal_defaults_do_not_set."),
    );
    for (const chart of [":1.31.0", `@sha256:${"a".repeat(64)}`]) {
      const release = istiod(outbound("ALLOW_ANY"), `oci://registry.example.com/charts/istiod${chart}`);
      expect(await judge(release)).to.deep.equal(at(""));
    }
  });

  it("refuses Sidecars that undo it", async () => {
    expect(await judge(sidecar({ mode: "ALLOW_ANY" }))).to.deep.equal({
      violations: [
        "Sidecar shop/catalog: spec.outboundTrafficPolicy.mode is ALLOW_ANY, so these pods may call every host. " +
          "Set it to REGISTRY_ONLY.",
      ],
    });
  });

  it("refuses entries for all hosts", async () => {
    for (const host of ["*", "*.com"]) {
      expect(await judge(serviceEntry("api.example.com", host))).to.deep.equal({
        violations: [
          `ServiceEntry shop/world: spec.hosts[1] is "${host}", which declares hosts that nobody has looked at. ` +
            "Name the hosts, or their domain: *.example.com.",
        ],
      });
    }
  });

  it("refuses entries for all addresses, whole or in pieces", async () => {
    for (const [block, excess] of [
      ["0.0.0.0/0", "every address"],
      ["::/0", "every address"],
      ["128.0.0.0/1", "more addresses than a /8"],
      ["2000::/3", "more addresses than a /16"],
    ] as const) {
      expect(await judge(addresses("203.0.113.7", block))).to.deep.equal({
        violations: [
          `ServiceEntry shop/world: spec.addresses[1] is "${block}", which declares ${excess}. ` +
            "Name the blocks that are called, each no wider than its network.",
        ],
      });
    }
  });

  it("leaves dev alone", async () => {
    for (const resource of [istiod(), sidecar({ mode: "ALLOW_ANY" }), serviceEntry("*"), addresses("::/0")]) {
      expect(await judge(resource, { environment: "dev" })).to.deep.equal({ violations: [] });
    }
  });

  it("says what is open because of unknown values", async () => {
    expect(await judge(mode(unknown))).to.deep.equal({
      violations: [],
      undecided:
        "Release istio-system/istiod: string value at .values.meshConfig.outboundTrafficPolicy.mode can't be known during " +
        "preview",
    });
    expect(await judge(addresses("0.0.0.0/0", unknown))).to.deep.equal({
      violations: [
        'ServiceEntry shop/world: spec.addresses[0] is "0.0.0.0/0", which declares every address. ' +
          "Name the blocks that are called, each no wider than its network.",
      ],
      undecided: "ServiceEntry shop/world: string value at .spec.addresses.1 can't be known during preview",
    });
  });
});
