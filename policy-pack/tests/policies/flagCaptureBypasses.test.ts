import { expect } from "chai";
import { flagCaptureBypasses } from "../../policies/flagCaptureBypasses";
import { type Resource, unknown, validateResource } from "../engine";
import { annotatedPod, deployment, gatewayRelease, grafana, istiod } from "../resources";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(flagCaptureBypasses, resource, configuration);
const pod = (annotation: string, value: unknown, configuration = {}) =>
  judge(annotatedPod({ [`traffic.sidecar.istio.io/${annotation}`]: value }), configuration);
const at = (annotation: string, text: string) => ({
  violations: [
    `Deployment shop/catalog: spec.template.metadata.annotations["traffic.sidecar.istio.io/${annotation}"] ${text}.`,
  ],
});
const UNSEEN = "whose traffic the sidecar neither secures nor sees";

describe("flag-capture-bypasses", () => {
  it("only advises, unless it is told otherwise", () => {
    expect(flagCaptureBypasses.enforcementLevel).to.equal("advisory");
  });

  it("accepts pods whose traffic all goes through the sidecar", async () => {
    expect(await judge(deployment())).to.deep.equal({ violations: [] });
    const all = { includeInboundPorts: "*", includeOutboundIPRanges: "*", excludeOutboundPorts: "" };
    for (const [annotation, value] of Object.entries(all)) {
      expect(await pod(annotation, value)).to.deep.equal({ violations: [] });
    }
    expect(await pod("includeInboundPorts", "8080")).to.deep.equal({ violations: [] });
  });

  it("flags what bypasses a console's sidecar, but for metrics, which nothing guards", async () => {
    const annotated = (annotation: string, value: string, configuration = {}) =>
      judge(
        grafana({ podAnnotations: { [`traffic.sidecar.istio.io/${annotation}`]: value } }),
        configuration,
      );
    const says = (annotation: string, text: string) => ({
      violations: [
        `Release monitoring/grafana: values.podAnnotations["traffic.sidecar.istio.io/${annotation}"] ${text}.`,
      ],
    });
    const cure = "Remove it, or allow it in the policy's configuration";
    expect(await annotated("excludeOutboundPorts", "15014,15020")).to.deep.equal({ violations: [] });
    expect(await annotated("excludeOutboundPorts", "15020,443")).to.deep.equal(
      says("excludeOutboundPorts", `has 443, ${UNSEEN}. ${cure}`),
    );
    expect(await annotated("excludeInboundPorts", "3000")).to.deep.equal(
      says("excludeInboundPorts", `has 3000, ${UNSEEN}. ${cure}`),
    );
    expect(await annotated("excludeInboundPorts", "3000", { allowedInboundPorts: [3000] })).to.deep.equal({
      violations: [],
    });
    expect(await annotated("excludeOutboundIPRanges", "10.0.0.0/8")).to.deep.equal(
      says("excludeOutboundIPRanges", 'is "10.0.0.0/8", so the sidecar does not see all traffic. Remove it'),
    );
    expect(await annotated("includeOutboundIPRanges", "*")).to.deep.equal({ violations: [] });
  });

  it("flags ports that bypass it, save those that the organization allows", async () => {
    const cure = "Remove it, or allow it in the policy's configuration";
    expect(await pod("excludeOutboundPorts", "443, 9092")).to.deep.equal(
      at("excludeOutboundPorts", `has 443, 9092, ${UNSEEN}. ${cure}`),
    );
    expect(await pod("excludeOutboundPorts", "443,9092", { allowedOutboundPorts: [443] })).to.deep.equal(
      at("excludeOutboundPorts", `has 9092, ${UNSEEN}. ${cure}`),
    );
    expect(await pod("excludeInboundPorts", 9100)).to.deep.equal(
      at("excludeInboundPorts", `has 9100, ${UNSEEN}. ${cure}`),
    );
    expect(await pod("excludeInboundPorts", "9100", { allowedInboundPorts: [9100] })).to.deep.equal({
      violations: [],
    });
  });

  it("flags declared ports that are not captured", async () => {
    expect(await pod("includeInboundPorts", "9000")).to.deep.equal(
      at("includeInboundPorts", `leaves out 8080, ${UNSEEN}. Remove it, or add the port`),
    );
    expect(await pod("includeInboundPorts", "9000", { allowedInboundPorts: [8080] })).to.deep.equal({
      violations: [],
    });
  });

  it("flags a list of captured ports where none is declared", async () => {
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
        at(
          "includeInboundPorts",
          'is "9,10" while the pod declares no port, so the sidecar may not see all traffic. Remove it, or declare the ports',
        ),
      );
      expect(await undeclared("*", { ports })).to.deep.equal({ violations: [] });
    }
    expect(await undeclared("9", { ports: unknown })).to.deep.equal(open("ports"));
    expect(await undeclared("9", { ports: [{ containerPort: unknown }] })).to.deep.equal(
      open("ports.0.containerPort"),
    );
  });

  it("flags addresses and interfaces that bypass it", async () => {
    const ranges = {
      excludeOutboundIPRanges: "10.1.0.0/16",
      includeOutboundIPRanges: "10.0.0.0/8",
      excludeInterfaces: "eth1",
    };
    for (const [annotation, value] of Object.entries(ranges)) {
      expect(await pod(annotation, value)).to.deep.equal(
        at(annotation, `is "${value}", so the sidecar does not see all traffic. Remove it`),
      );
    }
  });

  it("flags them in istiod's values", async () => {
    const proxy = { excludeOutboundPorts: "443", includeIPRanges: "*", excludeIPRanges: "10.1.0.0/16" };
    expect(await judge(istiod({ global: { proxy } }))).to.deep.equal({
      violations: [
        `Release istio-system/istiod: values.global.proxy.excludeOutboundPorts has 443, ${UNSEEN}. ` +
          "Remove it, or allow it in the policy's configuration.",
        'Release istio-system/istiod: values.global.proxy.excludeIPRanges is "10.1.0.0/16", so the sidecar does not see all ' +
          "traffic. Remove it.",
      ],
    });
    expect(await judge(istiod({ global: { proxy: { includeInboundPorts: "9080" } } }))).to.deep.equal({
      violations: [
        'Release istio-system/istiod: values.global.proxy.includeInboundPorts is "9080", so the sidecar does not see all ' +
          "traffic. Remove it.",
      ],
    });
    expect(await judge(istiod({ global: { proxy: { includeInboundPorts: "*" } } }))).to.deep.equal({
      violations: [],
    });
    expect(await judge(gatewayRelease({ global: { proxy } }))).to.deep.equal({ violations: [] });
    const below = { global: { proxy: { excludeOutboundPorts: "" } }, pilot: { global: { proxy } } };
    expect((await judge(istiod(below))).violations).to.deep.equal([
      `Release istio-system/istiod: values.pilot.global.proxy.excludeOutboundPorts has 443, ${UNSEEN}. ` +
        "Remove it, or allow it in the policy's configuration.",
      'Release istio-system/istiod: values.pilot.global.proxy.excludeIPRanges is "10.1.0.0/16", so the sidecar does not see ' +
        "all traffic. Remove it.",
    ]);
  });

  it("says what is open because of unknown values", async () => {
    expect(await pod("excludeOutboundPorts", unknown)).to.deep.equal({
      violations: [],
      undecided:
        "Deployment shop/catalog: string value at " +
        ".spec.template.metadata.annotations.traffic.sidecar.istio.io/excludeOutboundPorts can't be known during preview",
    });
  });
});
