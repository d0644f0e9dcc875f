import { expect } from "chai";
import type { Message } from "../../policy";
import { messages, restrictEgress } from "../../policies/restrictEgress";
import { type Resource, unknown, validateResource } from "../engine";
import { gatewayRelease, istio, istiod, service } from "../resources";
import { said } from "../said";

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

const inEntry = said("ServiceEntry shop/world");

describe("restrict-egress", () => {
  it("states the field, the value and the fix", async () => {
    expect(await judge(istiod())).to.deep.equal({
      violations: [
        "Release istio-system/istiod: values.meshConfig.outboundTrafficPolicy.mode is not set and defaults to ALLOW_ANY, so pods " +
          "may connect to every host. Set it to REGISTRY_ONLY.",
      ],
    });
    expect(await judge(serviceEntry("*"))).to.deep.equal({
      violations: [
        'ServiceEntry shop/world: spec.hosts[0] is "*", which declares the hosts of many owners. List the hosts, or their ' +
          "domain: *.example.com.",
      ],
    });
  });

  it("accepts a mesh with declared hosts", async () => {
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

  it("refuses to allow every external host", async () => {
    const at = (message: Message) => ({
      violations: [
        said("Release istio-system/istiod")("values.meshConfig.outboundTrafficPolicy.mode", message),
      ],
    });
    expect(await judge(istiod())).to.deep.equal(at(messages.notSet()));
    expect(await judge(mode("ALLOW_ANY"))).to.deep.equal(at(messages.mode(true)));
    expect(await judge(mode("hunter2"))).to.deep.equal(at(messages.mode(false)));
  });

  it("reads values where the chart does, and recognizes every reference to it", async () => {
    const outbound = (mode: string) => ({ meshConfig: { outboundTrafficPolicy: { mode } } });
    const at = (path: string) => ({
      violations: [
        said("Release istio-system/istiod", "values.")(
          `${path}meshConfig.outboundTrafficPolicy.mode`,
          messages.mode(true),
        ),
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

  it("refuses Sidecars that allow every host", async () => {
    expect(await judge(sidecar({ mode: "ALLOW_ANY" }))).to.deep.equal({
      violations: [said("Sidecar shop/catalog")("spec.outboundTrafficPolicy.mode", messages.sidecar())],
    });
  });

  it("refuses entries for all hosts", async () => {
    for (const host of ["*", "*.com", "*.co.uk", "*.COM.au"]) {
      expect(await judge(serviceEntry("api.example.com", host))).to.deep.equal({
        violations: [inEntry("spec.hosts[1]", messages.host(host))],
      });
    }
    for (const host of ["*.example.com", "*.example.co.uk", "*.corp.internal"]) {
      expect(await judge(serviceEntry(host)), host).to.deep.equal({ violations: [] });
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
        violations: [inEntry("spec.addresses[1]", messages.addresses(block, excess))],
      });
    }
  });

  it("refuses wildcards that match hosts of the mesh", async () => {
    for (const host of ["*.cluster.local", "*.svc.cluster.local", "*.shop.svc.cluster.local"]) {
      expect(await judge(serviceEntry(host))).to.deep.equal({
        violations: [inEntry("spec.hosts[0]", messages.meshHosts(host))],
      });
    }
    const meshDomains = ["svc.example.com"];
    expect((await judge(serviceEntry("*.example.com"), { meshDomains })).violations).to.have.length(1);
    expect(await judge(serviceEntry("catalog.shop.svc.cluster.local"))).to.deep.equal({ violations: [] });
  });

  it("refuses opaque ports for every address", async () => {
    const open = (protocol: string, spec: object = {}) =>
      judge(
        entry({
          hosts: ["db.example.com"],
          resolution: "NONE",
          ports: [{ number: 443, name: "any", protocol }],
          ...spec,
        }),
      );
    for (const protocol of ["TCP", "tcp", "REDIS", "POSTGRES", "UDP"]) {
      expect(await open(protocol)).to.deep.equal({
        violations: [inEntry("spec.ports[0].protocol", messages.everyAddress(protocol))],
      });
      expect((await open(protocol, { resolution: undefined })).violations).to.have.length(1);
      expect(await open(protocol, { resolution: "DNS" })).to.deep.equal({ violations: [] });
      expect(await open(protocol, { addresses: ["10.1.0.0/16"] })).to.deep.equal({ violations: [] });
    }
    expect(await open(undefined as never)).to.deep.equal({
      violations: [inEntry("spec.ports[0].protocol", messages.everyAddress("not set"))],
    });
    for (const protocol of ["TLS", "HTTP", "grpc-web"])
      expect(await open(protocol)).to.deep.equal({ violations: [] });
  });

  it("does not apply to dev", async () => {
    for (const resource of [istiod(), sidecar({ mode: "ALLOW_ANY" }), serviceEntry("*"), addresses("::/0")]) {
      expect(await judge(resource, { environment: "dev" })).to.deep.equal({ violations: [] });
    }
  });

  it("reports unknown values as undecided", async () => {
    expect(await judge(mode(unknown))).to.deep.equal({
      violations: [],
      undecided:
        "Release istio-system/istiod: string value at .values.meshConfig.outboundTrafficPolicy.mode can't be known during " +
        "preview",
    });
    expect(await judge(addresses("0.0.0.0/0", unknown))).to.deep.equal({
      violations: [inEntry("spec.addresses[0]", messages.addresses("0.0.0.0/0", "every address"))],
      undecided: "ServiceEntry shop/world: string value at .spec.addresses.1 can't be known during preview",
    });
  });

  it("refuses hosts that are resolved to the client's own pod or node, also of an ExternalName", async () => {
    const alias = (externalName: string) => judge(service({ type: "ExternalName", externalName }));
    for (const host of ["localhost", "metadata.google.internal"]) {
      expect(await judge(entry({ hosts: [host], resolution: "DNS" }))).to.deep.equal({
        violations: [inEntry("spec.hosts[0]", messages.local(host))],
      });
      expect(await judge(entry({ hosts: [host], endpoints: [{ address: "10.0.0.7" }] }))).to.deep.equal({
        violations: [],
      });
      expect(await alias(host)).to.deep.equal({
        violations: [said("Service shop/catalog")("spec.externalName", messages.local(host))],
      });
    }
    expect(await judge(entry({ hosts: ["localhost"], resolution: "STATIC" }))).to.deep.equal({
      violations: [],
    });
    expect(await alias("db.example.com")).to.deep.equal({ violations: [] });
    expect(await judge(service())).to.deep.equal({ violations: [] });
  });

  it("refuses endpoints in the client's own pod or node, and accepts others", async () => {
    const at = (address: unknown) => entry({ hosts: ["admin.example.com"], endpoints: [{ address }] });
    for (const address of ["127.0.0.1", "::1", "localhost", "0.0.0.0", "169.254.169.254", "unix:///run/x"]) {
      expect(await judge(at(address)), address).to.deep.equal({
        violations: [inEntry("spec.endpoints[0].address", messages.local(address))],
      });
    }
    for (const address of ["10.0.0.7", "db.internal", "2001:db8::7"]) {
      expect(await judge(at(address)), address).to.deep.equal({ violations: [] });
    }
    const machine = (address: string) =>
      istio("networking.istio.io/v1", "WorkloadEntry", { namespace: "shop", name: "vm" }, { address });
    expect(await judge(machine("127.0.0.1"))).to.deep.equal({
      violations: [said("WorkloadEntry shop/vm")("spec.address", messages.local("127.0.0.1"))],
    });
    expect(await judge(machine("10.0.0.7"))).to.deep.equal({ violations: [] });
    expect(await judge(machine("127.0.0.1"), { environment: "dev" })).to.deep.equal({ violations: [] });
  });
});
