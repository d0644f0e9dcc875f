import { expect } from "chai";
import { forbidInjectionOptOut } from "../../policies/forbidInjectionOptOut";
import { type Resource, unknown, validateResource } from "../engine";
import { annotatedPod, deployment, gatewayRelease, grafana, istiod, kubernetes } from "../resources";

const judge = (resource: Resource) => validateResource(forbidInjectionOptOut, resource);
const INJECT = "sidecar.istio.io/inject";
const at = (path: string, text: string) => ({
  violations: [`Deployment shop/catalog: spec.template.metadata.${path} ${text}.`],
});

describe("forbid-injection-opt-out", () => {
  it("accepts pods that say nothing, or that ask for a sidecar", async () => {
    expect(await judge(deployment())).to.deep.equal({ violations: [] });
    expect(await judge(deployment({ metadata: { labels: { [INJECT]: "true" } } }))).to.deep.equal({
      violations: [],
    });
    const ordinary = annotatedPod({
      "sidecar.istio.io/interceptionMode": "TPROXY",
      "traffic.sidecar.istio.io/includeInboundPorts": "8080",
      "traffic.sidecar.istio.io/includeOutboundIPRanges": "*",
      "traffic.sidecar.istio.io/excludeOutboundIPRanges": "10.0.0.0/8",
    });
    expect(await judge(ordinary)).to.deep.equal({ violations: [] });
  });

  it("refuses a refusal, by label or by annotation", async () => {
    const text = "is false, so the pod gets no sidecar. Remove it";
    expect(await judge(deployment({ metadata: { labels: { [INJECT]: "false" } } }))).to.deep.equal(
      at(`labels["${INJECT}"]`, text),
    );
    expect(await judge(annotatedPod({ [INJECT]: "false" }))).to.deep.equal(
      at(`annotations["${INJECT}"]`, text),
    );
  });

  it("refuses it for a console's pods, wherever its chart takes it", async () => {
    const of = (path: string, text: string) => ({
      violations: [`Release monitoring/grafana: values.${path} ${text}. Remove it.`],
    });
    expect(await judge(grafana({ podLabels: { app: "grafana", [INJECT]: "true" } }))).to.deep.equal({
      violations: [],
    });
    expect(await judge(grafana({ podLabels: { [INJECT]: "false" } }))).to.deep.equal(
      of(`podLabels["${INJECT}"]`, "is false, so the pod gets no sidecar"),
    );
    const inbound = "traffic.sidecar.istio.io/includeInboundPorts";
    expect(await judge(grafana({ podAnnotations: { [inbound]: "" } }))).to.deep.equal(
      of(`podAnnotations["${inbound}"]`, 'is "", so the sidecar sees no inbound traffic'),
    );
    expect(await judge(grafana({ podLabels: unknown }))).to.deep.equal({ violations: [] });
  });

  it("refuses it in every kind of workload", async () => {
    const metadata = { name: "job", namespace: "shop", labels: { [INJECT]: "false" } };
    const template = { metadata, spec: {} };
    const pods: [apiVersion: string, kind: string, props: object, path: string][] = [
      ["core/v1", "Pod", {}, "metadata"],
      ["apps/v1", "StatefulSet", { spec: { template } }, "spec.template.metadata"],
      ["apps/v1", "DaemonSet", { spec: { template } }, "spec.template.metadata"],
      ["batch/v1", "Job", { spec: { template } }, "spec.template.metadata"],
      [
        "batch/v1",
        "CronJob",
        { spec: { jobTemplate: { spec: { template } } } },
        "spec.jobTemplate.spec.template.metadata",
      ],
    ];
    for (const [apiVersion, kind, props, path] of pods) {
      expect(await judge(kubernetes(apiVersion, kind, { metadata, ...props }))).to.deep.equal({
        violations: [
          `${kind} shop/job: ${path}.labels["${INJECT}"] is false, so the pod gets no sidecar. Remove it.`,
        ],
      });
    }
  });

  it("refuses annotations that leave the sidecar without traffic", async () => {
    const emptying: [annotation: string, value: string, effect: string][] = [
      ["sidecar.istio.io/interceptionMode", "NONE", "the sidecar sees no traffic"],
      ["traffic.sidecar.istio.io/includeInboundPorts", "", "the sidecar sees no inbound traffic"],
      ["traffic.sidecar.istio.io/includeOutboundIPRanges", "", "the sidecar sees no outbound traffic"],
      [
        "traffic.sidecar.istio.io/excludeOutboundIPRanges",
        "10.0.0.0/8, 0.0.0.0/0",
        "the sidecar sees no outbound traffic",
      ],
    ];
    for (const [annotation, value, effect] of emptying) {
      expect(await judge(annotatedPod({ [annotation]: value }))).to.deep.equal(
        at(`annotations["${annotation}"]`, `is "${value}", so ${effect}. Remove it`),
      );
    }
  });

  it("refuses an istiod that keeps pods out", async () => {
    const webhook = { neverInjectSelector: [{ matchLabels: { job: "x" } }] };
    expect(await judge(istiod({ sidecarInjectorWebhook: webhook }))).to.deep.equal({
      violations: [
        "Release istio-system/istiod: values.sidecarInjectorWebhook.neverInjectSelector keeps pods out of the mesh. " +
          "Leave it out.",
      ],
    });
    expect(await judge(istiod({ sidecarInjectorWebhook: { neverInjectSelector: [] } }))).to.deep.equal({
      violations: [],
    });
    expect(await judge(gatewayRelease({ sidecarInjectorWebhook: webhook }))).to.deep.equal({
      violations: [],
    });
  });

  it("says what is open because of unknown values", async () => {
    const metadata = { labels: { [INJECT]: unknown }, annotations: { [INJECT]: "false" } };
    expect(await judge(deployment({ metadata }))).to.deep.equal({
      ...at(`annotations["${INJECT}"]`, "is false, so the pod gets no sidecar. Remove it"),
      undecided: `Deployment shop/catalog: string value at .spec.template.metadata.labels.${INJECT} can't be known during preview`,
    });
  });
});
