import { expect } from "chai";
import type { Message } from "../../policy";
import { flagCaptureBypasses, messages } from "../../policies/flagCaptureBypasses";
import { type Resource, unknown, validateResource } from "../engine";
import { annotatedPod, deployment, gatewayRelease, grafana, istiod, release } from "../resources";
import { said } from "../said";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(flagCaptureBypasses, resource, configuration);
const pod = (annotation: string, value: unknown, configuration = {}) =>
  judge(annotatedPod({ [`traffic.sidecar.istio.io/${annotation}`]: value }), configuration);
const onPod = said("Deployment shop/catalog");
const at = (annotation: string, message: Message) => ({
  violations: [
    onPod(`spec.template.metadata.annotations["traffic.sidecar.istio.io/${annotation}"]`, message),
  ],
});
const inIstiod = said("Release istio-system/istiod", "values.");

describe("flag-capture-bypasses", () => {
  it("states the field, the ports and the fix", async () => {
    expect(await pod("excludeOutboundPorts", "5432")).to.deep.equal({
      violations: [
        'Deployment shop/catalog: spec.template.metadata.annotations["traffic.sidecar.istio.io/excludeOutboundPorts"] excludes ' +
          "5432, so the sidecar does not secure that traffic. Remove it, or allow the port in the policy's configuration.",
      ],
    });
  });

  it("is advisory by default", () => {
    expect(flagCaptureBypasses.enforcementLevel).to.equal("advisory");
  });

  it("accepts pods whose sidecar sees all traffic", async () => {
    expect(await judge(deployment())).to.deep.equal({ violations: [] });
    const all = { includeInboundPorts: "*", includeOutboundIPRanges: "*", excludeOutboundPorts: "" };
    for (const [annotation, value] of Object.entries(all)) {
      expect(await pod(annotation, value)).to.deep.equal({ violations: [] });
    }
    expect(await pod("includeInboundPorts", "8080")).to.deep.equal({ violations: [] });
  });

  it("reports ports that bypass a console's sidecar, except those of metrics", async () => {
    const annotated = (annotation: string, value: string, configuration = {}) =>
      judge(
        grafana({ podAnnotations: { [`traffic.sidecar.istio.io/${annotation}`]: value } }),
        configuration,
      );
    const refused = (annotation: string, message: Message) => ({
      violations: [
        said("Release monitoring/grafana")(
          `values.podAnnotations["traffic.sidecar.istio.io/${annotation}"]`,
          message,
        ),
      ],
    });
    expect(await annotated("excludeOutboundPorts", "15014,15020")).to.deep.equal({ violations: [] });
    expect(await annotated("excludeOutboundPorts", "15020,443")).to.deep.equal(
      refused("excludeOutboundPorts", messages.ports("443")),
    );
    expect(await annotated("excludeInboundPorts", "3000")).to.deep.equal(
      refused("excludeInboundPorts", messages.ports("3000")),
    );
    expect(await annotated("excludeInboundPorts", "3000", { allowedInboundPorts: [3000] })).to.deep.equal({
      violations: [],
    });
    expect(await annotated("excludeOutboundIPRanges", "10.0.0.0/8")).to.deep.equal(
      refused("excludeOutboundIPRanges", messages.ranges("10.0.0.0/8")),
    );
    expect(await annotated("includeOutboundIPRanges", "*")).to.deep.equal({ violations: [] });
    expect(await annotated("includeOutboundIPRanges", "10.0.0.0/8")).to.deep.equal(
      refused("includeOutboundIPRanges", messages.ranges("10.0.0.0/8")),
    );
    expect(await annotated("excludeInterfaces", "eth1, eth2")).to.deep.equal(
      refused("excludeInterfaces", messages.ranges("eth1,eth2")),
    );
    expect(await annotated("excludeInterfaces", "")).to.deep.equal({ violations: [] });
    expect(await annotated("kubevirtInterfaces", "net1")).to.deep.equal({ violations: [] });
    const { type, name, props } = release("other", {
      [`traffic.sidecar.istio.io/excludeOutboundPorts`]: "15020",
      excludeOutboundPorts: "443",
    });
    expect(await judge({ type, name, props })).to.deep.equal({
      violations: [
        said("Release monitoring/other")(
          'values["traffic.sidecar.istio.io/excludeOutboundPorts"]',
          messages.ports("15020"),
        ),
      ],
    });
  });

  it("accepts ports of metrics of pods that run Prometheus, which a chart or an operator creates", async () => {
    const annotation = "traffic.sidecar.istio.io/excludeOutboundPorts";
    const running = (image: string, ports: string) =>
      judge(deployment({ metadata: { annotations: { [annotation]: ports } } }, { image }));
    for (const image of [
      "quay.io/prometheus/prometheus:v3.14.0",
      "mirror.example.com/a/prometheus/prometheus",
    ]) {
      expect(await running(image, "15014,15020")).to.deep.equal({ violations: [] });
      expect(await running(image, "15020,443")).to.deep.equal(
        at("excludeOutboundPorts", messages.ports("443")),
      );
    }
    for (const image of [
      "example.com/notprometheus/prometheus",
      "example.com/prometheus/prometheus-exporter:1",
    ]) {
      expect(await running(image, "15020")).to.deep.equal(
        at("excludeOutboundPorts", messages.ports("15020")),
      );
    }
  });

  it("reports ports that bypass the sidecar, except those that the organization allows", async () => {
    expect(await pod("excludeOutboundPorts", "443, 9092")).to.deep.equal(
      at("excludeOutboundPorts", messages.ports("443, 9092")),
    );
    expect(await pod("excludeOutboundPorts", "443,9092", { allowedOutboundPorts: [443] })).to.deep.equal(
      at("excludeOutboundPorts", messages.ports("9092")),
    );
    expect(await pod("excludeInboundPorts", 9100)).to.deep.equal(
      at("excludeInboundPorts", messages.ports("9100")),
    );
    expect(await pod("excludeInboundPorts", "9100", { allowedInboundPorts: [9100] })).to.deep.equal({
      violations: [],
    });
  });

  it("reports declared ports that are not captured", async () => {
    expect(await pod("includeInboundPorts", "9000")).to.deep.equal(
      at("includeInboundPorts", messages.portsLeftOut("8080")),
    );
    expect(await pod("includeInboundPorts", "9000", { allowedInboundPorts: [8080] })).to.deep.equal({
      violations: [],
    });
  });

  it("reports a list of captured ports of a pod that declares none", async () => {
    const undeclared = (value: unknown, container: object) =>
      judge(
        deployment(
          { metadata: { annotations: { "traffic.sidecar.istio.io/includeInboundPorts": value } } },
          { ports: undefined, ...container },
        ),
      );
    const open = (path: string) => ({
      violations: [],
      undecided: `Deployment shop/catalog: string value at .spec.template.spec.containers.0.${path} can't be known during preview`,
    });
    for (const ports of [undefined, []]) {
      expect(await undeclared("9, 10", { ports })).to.deep.equal(
        at("includeInboundPorts", messages.undeclaredPorts("9,10")),
      );
      expect(await undeclared("*", { ports })).to.deep.equal({ violations: [] });
    }
    expect(await undeclared("9", { ports: unknown })).to.deep.equal(open("ports"));
    expect(await undeclared("9", { ports: [{ containerPort: unknown }] })).to.deep.equal(
      open("ports.0.containerPort"),
    );
  });

  it("reports addresses and interfaces that bypass the sidecar", async () => {
    const ranges = {
      excludeOutboundIPRanges: "10.1.0.0/16",
      includeOutboundIPRanges: "10.0.0.0/8",
      excludeInterfaces: "eth1",
    };
    for (const [annotation, value] of Object.entries(ranges)) {
      expect(await pod(annotation, value)).to.deep.equal(at(annotation, messages.ranges(value)));
    }
  });

  it("reports them in istiod's values", async () => {
    const inbound = { excludeInboundPorts: "9100", includeIPRanges: "10.0.0.0/8", excludeIPRanges: "" };
    expect(
      await judge(istiod({ global: { proxy: inbound } }), { allowedOutboundPorts: [9100] }),
    ).to.deep.equal({
      violations: [
        inIstiod("global.proxy.excludeInboundPorts", messages.ports("9100")),
        inIstiod("global.proxy.includeIPRanges", messages.ranges("10.0.0.0/8")),
      ],
    });
    const proxy = { excludeOutboundPorts: "443", includeIPRanges: "*", excludeIPRanges: "10.1.0.0/16" };
    expect(await judge(istiod({ global: { proxy } }))).to.deep.equal({
      violations: [
        inIstiod("global.proxy.excludeOutboundPorts", messages.ports("443")),
        inIstiod("global.proxy.excludeIPRanges", messages.ranges("10.1.0.0/16")),
      ],
    });
    expect(await judge(istiod({ global: { proxy: { includeInboundPorts: "9080" } } }))).to.deep.equal({
      violations: [inIstiod("global.proxy.includeInboundPorts", messages.ranges("9080"))],
    });
    expect(await judge(istiod({ global: { proxy: { includeInboundPorts: "*" } } }))).to.deep.equal({
      violations: [],
    });
    expect(await judge(gatewayRelease({ global: { proxy } }))).to.deep.equal({ violations: [] });
    const below = { global: { proxy: { excludeOutboundPorts: "" } }, pilot: { global: { proxy } } };
    expect((await judge(istiod(below))).violations).to.deep.equal([
      inIstiod("pilot.global.proxy.excludeOutboundPorts", messages.ports("443")),
      inIstiod("pilot.global.proxy.excludeIPRanges", messages.ranges("10.1.0.0/16")),
    ]);
  });

  it("reports unknown values as undecided", async () => {
    expect(await pod("excludeOutboundPorts", unknown)).to.deep.equal({
      violations: [],
      undecided:
        "Deployment shop/catalog: string value at " +
        ".spec.template.metadata.annotations.traffic.sidecar.istio.io/excludeOutboundPorts can't be known during preview",
    });
  });
});
