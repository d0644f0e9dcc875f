import { expect } from "chai";
import type { Message } from "../../policy";
import { forbidInjectionOptOut, messages } from "../../policies/forbidInjectionOptOut";
import { type Resource, unknown, validateResource } from "../engine";
import {
  annotatedPod,
  asPatch,
  deployment,
  gatewayRelease,
  grafana,
  istiod,
  kubernetes,
  namespace,
} from "../resources";
import { said } from "../said";

const judge = (resource: Resource) => validateResource(forbidInjectionOptOut, resource);
const INJECT = "sidecar.istio.io/inject";
const onPod = said("Deployment shop/catalog", "spec.template.metadata.");
const at = (path: string, message: Message) => ({ violations: [onPod(path, message)] });

describe("forbid-injection-opt-out", () => {
  it("states the field, the value and the fix", async () => {
    expect(await judge(annotatedPod({ "sidecar.istio.io/interceptionMode": "NONE" }))).to.deep.equal({
      violations: [
        'Deployment shop/catalog: spec.template.metadata.annotations["sidecar.istio.io/interceptionMode"] is "NONE", so the ' +
          "sidecar sees no traffic. Remove it.",
      ],
    });
  });

  it("accepts pods without these settings, or that request a sidecar", async () => {
    expect(await judge(deployment())).to.deep.equal({ violations: [] });
    expect(await judge(deployment({ metadata: { labels: { [INJECT]: "true" } } }))).to.deep.equal({
      violations: [],
    });
    const ordinary = annotatedPod({
      "sidecar.istio.io/interceptionMode": "TPROXY",
      "traffic.sidecar.istio.io/includeInboundPorts": "8080",
      "traffic.sidecar.istio.io/includeOutboundIPRanges": "*",
      "traffic.sidecar.istio.io/excludeOutboundIPRanges": "10.0.0.0/8",
      "proxy.istio.io/config": "interceptionMode: TPROXY\nconcurrency: 2",
      "inject.istio.io/templates": "sidecar, spire",
      "ambient.istio.io/bypass-inbound-capture": "false",
    });
    const ambient = deployment({ metadata: { labels: { "istio.io/dataplane-mode": "ambient" } } });
    expect(await judge(ambient)).to.deep.equal({ violations: [] });
    expect(await judge(ordinary)).to.deep.equal({ violations: [] });
  });

  it("refuses to disable injection, by label or by annotation", async () => {
    expect(await judge(deployment({ metadata: { labels: { [INJECT]: "false" } } }))).to.deep.equal(
      at(`labels["${INJECT}"]`, messages.noSidecar()),
    );
    expect(await judge(annotatedPod({ [INJECT]: "false" }))).to.deep.equal(
      at(`annotations["${INJECT}"]`, messages.noSidecar()),
    );
  });

  it("ignores the annotation if the label enables injection, as Istio does", async () => {
    const metadata = { labels: { [INJECT]: "true" }, annotations: { [INJECT]: "false" } };
    expect(await judge(deployment({ metadata }))).to.deep.equal({ violations: [] });
  });

  it("refuses patches of a Namespace that exclude its pods from the mesh", async () => {
    const patch = (labels: Record<string, unknown>) => judge(asPatch(namespace(labels)));
    for (const labels of [
      { team: "shop" },
      { "istio-injection": "enabled" },
      { "istio.io/dataplane-mode": "ambient" },
    ]) {
      expect(await patch(labels)).to.deep.equal({ violations: [] });
    }
    for (const [label, value] of [
      ["istio-injection", "disabled"],
      ["istio.io/dataplane-mode", "none"],
    ] as const) {
      const path = label === "istio-injection" ? `.${label}` : `["${label}"]`;
      expect(await patch({ [label]: value })).to.deep.equal({
        violations: [said("Namespace shop", "metadata.labels")(path, messages.namespace(value))],
      });
    }
    expect((await patch({ "istio-injection": unknown })).undecided).to.be.a("string");
    const whole = await judge(namespace({ "istio-injection": "disabled" }));
    expect(whole.violations).to.deep.equal([]);
  });

  it("refuses it in every value of a console's chart", async () => {
    const of = (path: string, message: Message) => ({
      violations: [said("Release monitoring/grafana", "values.")(path, message)],
    });
    expect(await judge(grafana({ podLabels: { app: "grafana", [INJECT]: "true" } }))).to.deep.equal({
      violations: [],
    });
    expect(await judge(grafana({ podLabels: { [INJECT]: "false" } }))).to.deep.equal(
      of(`podLabels["${INJECT}"]`, messages.noSidecar()),
    );
    const inbound = "traffic.sidecar.istio.io/includeInboundPorts";
    expect(await judge(grafana({ podAnnotations: { [inbound]: "" } }))).to.deep.equal(
      of(`podAnnotations["${inbound}"]`, messages.optOut('is ""', "the sidecar sees no inbound traffic")),
    );
    expect(await judge(grafana({ podLabels: { "istio.io/dataplane-mode": "none" } }))).to.deep.equal(
      of('podLabels["istio.io/dataplane-mode"]', messages.optOut('is "none"', "ztunnel sees no traffic")),
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
      ["argoproj.io/v1alpha1", "Rollout", { spec: { template } }, "spec.template.metadata"],
      [
        "batch/v1",
        "CronJob",
        { spec: { jobTemplate: { spec: { template } } } },
        "spec.jobTemplate.spec.template.metadata",
      ],
    ];
    for (const [apiVersion, kind, props, path] of pods) {
      expect(await judge(kubernetes(apiVersion, kind, { metadata, ...props }))).to.deep.equal({
        violations: [said(`${kind} shop/job`)(`${path}.labels["${INJECT}"]`, messages.noSidecar())],
      });
    }
  });

  it("refuses annotations that keep traffic from the sidecar", async () => {
    const emptying: [annotation: string, value: string, effect: string][] = [
      ["sidecar.istio.io/interceptionMode", "NONE", "the sidecar sees no traffic"],
      ["traffic.sidecar.istio.io/includeInboundPorts", "", "the sidecar sees no inbound traffic"],
      ["traffic.sidecar.istio.io/includeOutboundIPRanges", "", "the sidecar sees no outbound traffic"],
      [
        "traffic.sidecar.istio.io/excludeOutboundIPRanges",
        "10.0.0.0/8, 0.0.0.0/0",
        "the sidecar sees no outbound traffic",
      ],
      [
        "traffic.sidecar.istio.io/excludeOutboundIPRanges",
        "0.0.0.0/1,128.0.0.0/1",
        "the sidecar sees no outbound traffic",
      ],
    ];
    for (const [annotation, value, effect] of emptying) {
      expect(await judge(annotatedPod({ [annotation]: value }))).to.deep.equal(
        at(`annotations["${annotation}"]`, messages.optOut(`is "${value}"`, effect)),
      );
    }
  });

  it("refuses a proxy configuration that keeps traffic from the sidecar, in YAML or JSON", async () => {
    const CONFIG = "proxy.istio.io/config";
    for (const config of [
      "interceptionMode: NONE\ntracing:\n  sampling: 1",
      '{"interceptionMode": "NONE"}',
      "interception_mode: NONE",
      "interceptionMode: REDIRECT\ninterceptionMode: NONE",
      "x: &x\n  interceptionMode: NONE\n<<: *x",
    ]) {
      expect(await judge(annotatedPod({ [CONFIG]: config })), config).to.deep.equal(
        at(
          `annotations["${CONFIG}"]`,
          messages.optOut("sets interceptionMode to NONE", "the sidecar sees no traffic"),
        ),
      );
    }
    expect(await judge(annotatedPod({ [CONFIG]: "interceptionMode: 2" }))).to.deep.equal(
      at(
        `annotations["${CONFIG}"]`,
        messages.optOut("sets interceptionMode to 2", "the sidecar sees no traffic"),
      ),
    );
    for (const config of ["interceptionMode: NONE\n---\nconcurrency: 2", "{"]) {
      expect(await judge(annotatedPod({ [CONFIG]: config })), config).to.deep.equal(
        at(`annotations["${CONFIG}"]`, messages.optOut("is not YAML", "its interceptionMode is unknown")),
      );
    }
    for (const config of ["", "concurrency: 2", "[NONE]", unknown]) {
      expect((await judge(annotatedPod({ [CONFIG]: config }))).violations, config).to.deep.equal([]);
    }
  });

  const proxy = { containers: [{ name: "istio-proxy", image: "auto" }] };

  it("refuses every template except sidecar, but not for pods that are only a proxy", async () => {
    const TEMPLATES = "inject.istio.io/templates";
    for (const template of ["gateway", "grpc-agent", "hello, sidecars"]) {
      expect(await judge(annotatedPod({ [TEMPLATES]: template }))).to.deep.equal(
        at(
          `annotations["${TEMPLATES}"]`,
          messages.optOut(`is "${template}"`, "the pod's traffic is not redirected to a sidecar"),
        ),
      );
    }
    const metadata = {
      labels: { "istio.io/dataplane-mode": "none" },
      annotations: { [TEMPLATES]: "gateway" },
    };
    expect(await judge(deployment({ metadata, spec: proxy }))).to.deep.equal({ violations: [] });
    const both = {
      containers: [...proxy.containers, { name: "catalog", image: "registry.example.com/catalog:1" }],
    };
    expect((await judge(deployment({ metadata, spec: both }))).violations).to.have.length(2);
  });

  it("refuses settings that exclude a pod from ambient mode", async () => {
    const MODE = "istio.io/dataplane-mode";
    expect(await judge(deployment({ metadata: { labels: { [MODE]: "none" } } }))).to.deep.equal(
      at(`labels["${MODE}"]`, messages.optOut('is "none"', "ztunnel sees no traffic")),
    );
    const BYPASS = "ambient.istio.io/bypass-inbound-capture";
    for (const value of ["true", "T", "1"]) {
      expect(await judge(annotatedPod({ [BYPASS]: value }))).to.deep.equal(
        at(`annotations["${BYPASS}"]`, messages.optOut(`is "${value}"`, "ztunnel sees no inbound traffic")),
      );
    }
    const STATUS = "sidecar.istio.io/status";
    const metadata = { annotations: { [STATUS]: "{}" } };
    expect(await judge(deployment({ metadata }))).to.deep.equal(
      at(
        `annotations["${STATUS}"]`,
        messages.optOut("is set", "ambient mode skips the pod, which has no sidecar"),
      ),
    );
    const injected = { containers: [{ name: "catalog" }, ...proxy.containers] };
    expect(await judge(deployment({ metadata, spec: injected }))).to.deep.equal({ violations: [] });
  });

  const inIstiod = said("Release istio-system/istiod", "values.");

  it("refuses values of istiod that keep traffic from all sidecars, or sidecars from pods", async () => {
    const refused: [path: string, value: unknown, effect: string][] = [
      ["global.proxy.autoInject", "disabled", "only pods that request a sidecar get one"],
      ["global.proxy.autoInject", "", "only pods that request a sidecar get one"],
      ["global.proxy.includeInboundPorts", "", "the sidecar sees no inbound traffic"],
      ["global.proxy.includeIPRanges", "", "the sidecar sees no outbound traffic"],
      ["global.proxy.excludeIPRanges", "0.0.0.0/0", "the sidecar sees no outbound traffic"],
      ["meshConfig.defaultConfig.interceptionMode", "NONE", "the sidecar sees no traffic"],
      ["meshConfig.defaultConfig.interception_mode", 2, "the sidecar sees no traffic"],
      [
        "sidecarInjectorWebhook.defaultTemplates",
        ["gateway", "hello"],
        "the pod's traffic is not redirected to a sidecar",
      ],
    ];
    const valueAt = (path: string, value: unknown) =>
      path.split(".").reduceRight<unknown>((below, key) => ({ [key]: below }), value) as Record<
        string,
        unknown
      >;
    for (const [path, value, effect] of refused) {
      for (const prefix of ["", "pilot.", "_internal_defaults_do_not_set."]) {
        expect(await judge(istiod(valueAt(`${prefix}${path}`, value))), path).to.deep.equal({
          violations: [inIstiod(`${prefix}${path}`, messages.optOut(`is "${String(value)}"`, effect))],
        });
      }
    }
    const accepted = {
      global: {
        proxy: { autoInject: "enabled", includeInboundPorts: "*", includeIPRanges: "*", excludeIPRanges: "" },
      },
      meshConfig: { defaultConfig: { interceptionMode: "TPROXY" } },
      sidecarInjectorWebhook: { defaultTemplates: ["sidecar", "hello"] },
    };
    expect(await judge(istiod(accepted))).to.deep.equal({ violations: [] });
    expect(await judge(istiod({ sidecarInjectorWebhook: { defaultTemplates: [] } }))).to.deep.equal({
      violations: [],
    });
  });

  it("refuses selectors of pods that are never injected", async () => {
    const webhook = { neverInjectSelector: [{ matchLabels: { job: "x" } }] };
    expect(await judge(istiod({ sidecarInjectorWebhook: webhook }))).to.deep.equal({
      violations: [inIstiod("sidecarInjectorWebhook.neverInjectSelector", messages.neverInject())],
    });
    expect(await judge(istiod({ sidecarInjectorWebhook: { neverInjectSelector: [] } }))).to.deep.equal({
      violations: [],
    });
    expect(await judge(gatewayRelease({ sidecarInjectorWebhook: webhook }))).to.deep.equal({
      violations: [],
    });
  });

  it("refuses another network of the pod in place of that of Istio's CNI plugin", async () => {
    const annotation = "v1.multus-cni.io/default-network";
    const effect = "the pod has another network than the one in which Istio's CNI plugin redirects traffic";
    expect(await judge(annotatedPod({ [annotation]: "shop/other" }))).to.deep.equal(
      at(`annotations["${annotation}"]`, messages.optOut('is "shop/other"', effect)),
    );
    expect(await judge(annotatedPod({ "k8s.v1.cni.cncf.io/networks": "shop/other" }))).to.deep.equal({
      violations: [],
    });
  });

  it("judges the values of every chart that is not Istio's", async () => {
    const values = { worker: { podLabels: { [INJECT]: "false" } } };
    const redis = gatewayRelease(values, { name: "redis", namespace: "shop", chart: "redis" });
    expect(await judge(redis)).to.deep.equal({
      violations: [said("Release shop/redis")(`values.worker.podLabels["${INJECT}"]`, messages.noSidecar())],
    });
    expect(await judge(gatewayRelease({ podLabels: { [INJECT]: "true" } }))).to.deep.equal({
      violations: [],
    });
  });

  it("reports unknown values as undecided", async () => {
    const metadata = { labels: { [INJECT]: unknown }, annotations: { [INJECT]: "false" } };
    expect(await judge(deployment({ metadata }))).to.deep.equal({
      ...at(`annotations["${INJECT}"]`, messages.noSidecar()),
      undecided: `Deployment shop/catalog: string value at .spec.template.metadata.labels.${INJECT} can't be known during preview`,
    });
  });
});
