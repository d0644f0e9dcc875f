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
      "proxy.istio.io/config": "interceptionMode: TPROXY\nconcurrency: 2",
      "inject.istio.io/templates": "sidecar, spire",
      "ambient.istio.io/bypass-inbound-capture": "false",
    });
    const ambient = deployment({ metadata: { labels: { "istio.io/dataplane-mode": "ambient" } } });
    expect(await judge(ambient)).to.deep.equal({ violations: [] });
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
    expect(await judge(grafana({ podLabels: { "istio.io/dataplane-mode": "none" } }))).to.deep.equal(
      of('podLabels["istio.io/dataplane-mode"]', 'is "none", so ztunnel sees no traffic'),
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

  it("refuses a proxy's configuration that leaves it without traffic, in YAML or JSON", async () => {
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
          "sets interceptionMode to NONE, so the sidecar sees no traffic. Remove it",
        ),
      );
    }
    expect(await judge(annotatedPod({ [CONFIG]: "interceptionMode: 2" }))).to.deep.equal(
      at(`annotations["${CONFIG}"]`, "sets interceptionMode to 2, so the sidecar sees no traffic. Remove it"),
    );
    for (const config of ["interceptionMode: NONE\n---\nconcurrency: 2", "{"]) {
      expect(await judge(annotatedPod({ [CONFIG]: config })), config).to.deep.equal(
        at(`annotations["${CONFIG}"]`, "is not YAML, so nobody can tell what the sidecar sees. Remove it"),
      );
    }
    for (const config of ["", "concurrency: 2", "[NONE]", unknown]) {
      expect((await judge(annotatedPod({ [CONFIG]: config }))).violations, config).to.deep.equal([]);
    }
  });

  const proxy = { containers: [{ name: "istio-proxy", image: "auto" }] };

  it("refuses every template but a sidecar's, save for pods that are nothing but a proxy", async () => {
    const TEMPLATES = "inject.istio.io/templates";
    for (const template of ["gateway", "grpc-agent", "hello, sidecars"]) {
      expect(await judge(annotatedPod({ [TEMPLATES]: template }))).to.deep.equal(
        at(
          `annotations["${TEMPLATES}"]`,
          `is "${template}", so nothing leads the pod's traffic to a sidecar. Remove it`,
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

  it("refuses what takes a pod out of ambient mode", async () => {
    const MODE = "istio.io/dataplane-mode";
    expect(await judge(deployment({ metadata: { labels: { [MODE]: "none" } } }))).to.deep.equal(
      at(`labels["${MODE}"]`, 'is "none", so ztunnel sees no traffic. Remove it'),
    );
    const BYPASS = "ambient.istio.io/bypass-inbound-capture";
    for (const value of ["true", "T", "1"]) {
      expect(await judge(annotatedPod({ [BYPASS]: value }))).to.deep.equal(
        at(`annotations["${BYPASS}"]`, `is "${value}", so ztunnel sees no inbound traffic. Remove it`),
      );
    }
    const STATUS = "sidecar.istio.io/status";
    const metadata = { annotations: { [STATUS]: "{}" } };
    expect(await judge(deployment({ metadata }))).to.deep.equal(
      at(
        `annotations["${STATUS}"]`,
        "is set, so ambient mode leaves the pod to a sidecar that it does not have. Remove it",
      ),
    );
    const injected = { containers: [{ name: "catalog" }, ...proxy.containers] };
    expect(await judge(deployment({ metadata, spec: injected }))).to.deep.equal({ violations: [] });
  });

  it("refuses an istiod that leaves all sidecars without traffic, or pods without one", async () => {
    const refused: [path: string, value: unknown, text: string][] = [
      [
        "global.proxy.autoInject",
        "disabled",
        'is "disabled", so no pod gets a sidecar unless it asks for one',
      ],
      ["global.proxy.autoInject", "", 'is "", so no pod gets a sidecar unless it asks for one'],
      ["global.proxy.includeInboundPorts", "", 'is "", so the sidecar sees no inbound traffic'],
      ["global.proxy.includeIPRanges", "", 'is "", so the sidecar sees no outbound traffic'],
      [
        "global.proxy.excludeIPRanges",
        "0.0.0.0/0",
        'is "0.0.0.0/0", so the sidecar sees no outbound traffic',
      ],
      ["meshConfig.defaultConfig.interceptionMode", "NONE", 'is "NONE", so the sidecar sees no traffic'],
      ["meshConfig.defaultConfig.interception_mode", 2, 'is "2", so the sidecar sees no traffic'],
      [
        "sidecarInjectorWebhook.defaultTemplates",
        ["gateway", "hello"],
        `is "gateway,hello", so nothing leads the pod's traffic to a sidecar`,
      ],
    ];
    const valueAt = (path: string, value: unknown) =>
      path.split(".").reduceRight<unknown>((below, key) => ({ [key]: below }), value) as Record<
        string,
        unknown
      >;
    for (const [path, value, text] of refused) {
      for (const prefix of ["", "pilot.", "_internal_defaults_do_not_set."]) {
        expect(await judge(istiod(valueAt(`${prefix}${path}`, value))), path).to.deep.equal({
          violations: [`Release istio-system/istiod: values.${prefix}${path} ${text}. Remove it.`],
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
