import { expect } from "chai";
import type { Message } from "../../policy";
import { messages, restrictPodAnnotations } from "../../policies/restrictPodAnnotations";
import { type Resource, unknown, validateResource } from "../engine";
import { annotatedPod, deployment, gatewayRelease, grafana, istio, istiod, kubernetes } from "../resources";
import { said } from "../said";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(restrictPodAnnotations, resource, configuration);
const pod = (annotation: string, value: unknown = "x", configuration = {}) =>
  judge(annotatedPod({ [annotation]: value }), configuration);
const at = (annotation: string, message: Message) => ({
  violations: [
    said("Deployment shop/catalog")(`spec.template.metadata.annotations["${annotation}"]`, message),
  ],
});
const CONFIG = "proxy.istio.io/config";
const BOOTSTRAP = "sidecar.istio.io/bootstrapOverride";

describe("restrict-pod-annotations", () => {
  it("states the field, the annotation and the fix", async () => {
    expect(await pod(BOOTSTRAP)).to.deep.equal({
      violations: [
        `Deployment shop/catalog: spec.template.metadata.annotations["${BOOTSTRAP}"] changes the proxy by ${BOOTSTRAP}, which ` +
          "is not an allowed annotation. Remove it, or allow it in the policy's configuration after a review.",
      ],
    });
  });

  it("accepts harmless annotations, and annotations of others", async () => {
    expect(await judge(deployment())).to.deep.equal({ violations: [] });
    for (const annotation of [
      "prometheus.io/scrape",
      "example.com/bootstrapOverride",
      "sidecar.istio.io/proxyCPULimit",
      "traffic.sidecar.istio.io/excludeOutboundPorts",
      "prometheus.istio.io/merge-metrics",
    ]) {
      expect(await pod(annotation), annotation).to.deep.equal({ violations: [] });
    }
    for (const config of ["terminationDrainDuration: 30s", "tracing: { sampling: 1 }\nconcurrency: 2", ""]) {
      expect(await pod(CONFIG, config), config).to.deep.equal({ violations: [] });
    }
  });

  it("judges the image, program and environment of the proxy's container", async () => {
    const path = "spec.template.spec.containers[0]";
    const proxy = (container: object) =>
      judge(deployment({}, { name: "istio-proxy", image: "auto", ...container }));
    const refused = (field: string, message: Message) => ({
      violations: [said("Deployment shop/catalog")(`${path}.${field}`, message)],
    });
    const image = "evil.example.com/proxyv2:1.31.0";
    expect(await proxy({ image })).to.deep.equal(refused("image", messages.image(image)));
    const program = messages.program("istio-proxy");
    for (const [field, container] of [
      ["command", { command: ["sh"] }],
      ["args", { args: ["wait"] }],
      ["envFrom", { envFrom: [{ secretRef: { name: "a" } }] }],
      ["lifecycle.postStart", { lifecycle: { postStart: { exec: { command: ["sh"] } } } }],
      ["lifecycle.preStop", { lifecycle: { preStop: { exec: { command: ["sh", "-c", "sleep 5"] } } } }],
      ["readinessProbe.exec", { readinessProbe: { exec: { command: ["sh"] } } }],
      ["volumeMounts[0].mountPath", { volumeMounts: [{ name: "a", mountPath: "/etc/istio/proxy" }] }],
    ] as const) {
      expect(await proxy(container), field).to.deep.equal(refused(field, program));
    }
    for (const container of [
      { lifecycle: { preStop: { exec: { command: ["sleep", "15"] } } } },
      { lifecycle: { preStop: { sleep: { seconds: 5 } } } },
      { args: [], resources: {}, securityContext: {}, readinessProbe: { httpGet: { port: 15021 } } },
      { volumeMounts: [{ name: "a", mountPath: "/etc/istio/ingressgateway-certs" }] },
    ]) {
      expect(await proxy(container)).to.deep.equal({ violations: [] });
    }
    const init = { name: "istio-init", command: ["true"] };
    expect(await judge(deployment({ spec: { initContainers: [init] } }))).to.deep.equal({
      violations: [
        said("Deployment shop/catalog")(
          "spec.template.spec.initContainers[0].command",
          messages.program("istio-init"),
        ),
      ],
    });
    const env = (name: string) => proxy({ env: [{ name, value: "x" }] });
    expect(await env("CA_ADDR")).to.deep.equal(refused("env[0].name", messages.setting("CA_ADDR")));
    expect(await env("GOMAXPROCS")).to.deep.equal({ violations: [] });
    expect(await judge(deployment({}, { env: [{ name: "CA_ADDR", value: "x" }] }))).to.deep.equal({
      violations: [],
    });
  });

  it("judges pods that kinds of other projects create, and those of Gateways", async () => {
    const annotations = { [BOOTSTRAP]: "x" };
    const template = { metadata: { annotations } };
    const jobs = istio("jobset.x-k8s.io/v1alpha2", "JobSet", { name: "a" }, { jobs: [{ template }] });
    expect(await judge(jobs)).to.deep.equal({
      violations: [
        said("JobSet a")(
          `spec.jobs[0].template.metadata.annotations["${BOOTSTRAP}"]`,
          messages.annotation(BOOTSTRAP),
        ),
      ],
    });
    const gateway = (spec: Record<string, unknown>) =>
      judge(istio("gateway.networking.k8s.io/v1", "Gateway", { name: "a", annotations }, spec));
    const place = (path: string) => ({
      violations: [said("Gateway a")(`${path}["${BOOTSTRAP}"]`, messages.annotation(BOOTSTRAP))],
    });
    expect(await gateway({})).to.deep.equal(place("metadata.annotations"));
    expect(await gateway({ infrastructure: { annotations } })).to.deep.equal(
      place("spec.infrastructure.annotations"),
    );
    expect(await gateway({ infrastructure: { annotations: { a: "b" } } })).to.deep.equal({ violations: [] });
  });

  it("judges the Deployment in a ConfigMap for Gateways", async () => {
    const options = (container: string) =>
      judge(
        kubernetes("core/v1", "ConfigMap", {
          metadata: { name: "a" },
          data: { deployment: `spec: {template: {spec: {containers: [{name: istio-proxy, ${container}}]}}}` },
        }),
      );
    const image = "evil.example.com/proxyv2:1.31.0";
    expect(await options(`image: "${image}"`)).to.deep.equal({
      violations: [
        `ConfigMap a: data.deployment contains spec.template.spec.containers[0].image, which ` +
          `${messages.image(image).problem}. ${messages.image(image).fix}.`,
      ],
    });
    expect(await options("resources: {}")).to.deep.equal({ violations: [] });
  });

  it("refuses identities that clients write into a header", async () => {
    const of = (details: string) => pod(CONFIG, `gatewayTopology: { forwardClientCertDetails: ${details} }`);
    expect(await of("ALWAYS_FORWARD_ONLY")).to.deep.equal(at(CONFIG, messages.forwarding()));
    expect(await of("SANITIZE")).to.deep.equal({ violations: [] });
  });

  it("refuses settings of gateways for other pods, and spans to another place", async () => {
    for (const name of ["numTrustedProxies", "proxyProtocol"]) {
      expect(await pod(CONFIG, `gatewayTopology: { ${name}: 1 }`)).to.deep.equal(
        at(CONFIG, messages.topology(name)),
      );
    }
    const zipkin = "tracing: { zipkin: { address: a.example.com:9411 }, sampling: 1 }";
    expect(await pod(CONFIG, zipkin)).to.deep.equal(at(CONFIG, messages.setting("tracing.zipkin")));
    for (const [config, allowedSettings] of [
      ["gatewayTopology: { numTrustedProxies: 1 }", ["gatewayTopology"]],
      [zipkin, ["tracing.zipkin"]],
    ] as const) {
      expect(
        await validateResource(restrictPodAnnotations, annotatedPod({ [CONFIG]: config }), {
          allowedSettings,
        }),
      ).to.deep.equal({ violations: [] });
    }
    const gateway = deployment(
      { metadata: { annotations: { [CONFIG]: "gatewayTopology: { numTrustedProxies: 1 }" } } },
      { name: "istio-proxy", image: "auto" },
    );
    expect(await validateResource(restrictPodAnnotations, gateway)).to.deep.equal({ violations: [] });
  });

  it("refuses every other annotation of Istio", async () => {
    for (const annotation of [
      "sidecar.istio.io/discoveryAddress",
      "sidecar.istio.io/userVolumeMount",
      "security.istio.io/anything",
      "istio.io/anything",
    ]) {
      expect(await pod(annotation), annotation).to.deep.equal(
        at(annotation, messages.annotation(annotation)),
      );
    }
  });

  it("refuses every other setting of a proxy, by either name", async () => {
    for (const name of [
      "discoveryAddress",
      "discovery_address",
      "proxyMetadata",
      "customConfigFile",
      "binaryPath",
    ]) {
      expect(await pod(CONFIG, `concurrency: 2\n${name}: x`), name).to.deep.equal(
        at(CONFIG, messages.setting(name)),
      );
    }
    expect(await pod(CONFIG, "{")).to.deep.equal(at(CONFIG, messages.notYaml()));
  });

  it("refuses every other setting of a ProxyConfig", async () => {
    const proxyConfig = (spec: Record<string, unknown>) =>
      judge(istio("networking.istio.io/v1beta1", "ProxyConfig", { namespace: "shop", name: "x" }, spec));
    const selector = { matchLabels: { app: "catalog" } };
    expect(await proxyConfig({ selector, concurrency: 2 })).to.deep.equal({ violations: [] });
    expect(await proxyConfig({ environmentVariables: { ANY: "x" } })).to.deep.equal({
      violations: [
        said("ProxyConfig shop/x")("spec.environmentVariables", messages.setting("environmentVariables")),
      ],
    });
  });

  it("refuses sidecar images of other registries", async () => {
    const IMAGE = "sidecar.istio.io/proxyImage";
    const mirrored = "registry.example.com/istio/proxyv2:1.31.4";
    for (const image of ["docker.io/istio/proxyv2:1.31.4", "istio/proxyv2:1.31.4", "proxyv2"]) {
      expect(await pod(IMAGE, image), image).to.deep.equal({ violations: [] });
    }
    for (const image of ["evil.example.com/proxyv2:1.31.4", "docker.io/istio/pilot:1.31.4", mirrored]) {
      expect(await pod(IMAGE, image), image).to.deep.equal(at(IMAGE, messages.image(image)));
    }
    const istioHubs = ["registry.example.com/istio"];
    expect(await pod(IMAGE, mirrored, { istioHubs })).to.deep.equal({ violations: [] });
  });

  it("judges the annotations in values of gateways and other charts, but not of istiod", async () => {
    const podAnnotations = { [BOOTSTRAP]: "x", "prometheus.io/scrape": "true" };
    for (const [release, title] of [
      [gatewayRelease({ podAnnotations }), "Release istio-ingress/istio-ingress"],
      [grafana({ podAnnotations }), "Release monitoring/grafana"],
      [
        gatewayRelease({ podAnnotations }, { name: "redis", namespace: "shop", chart: "redis" }),
        "Release shop/redis",
      ],
    ] as const) {
      expect(await judge(release)).to.deep.equal({
        violations: [said(title)(`values.podAnnotations["${BOOTSTRAP}"]`, messages.annotation(BOOTSTRAP))],
      });
    }
    expect(await judge(istiod({ podAnnotations }))).to.deep.equal({ violations: [] });
  });

  it("applies the organization's lists, and not to dev", async () => {
    expect(await pod(BOOTSTRAP, "x", { allowedAnnotations: ["sidecar.istio.io/*"] })).to.deep.equal({
      violations: [],
    });
    expect(await pod(CONFIG, "proxyMetadata: {}", { allowedSettings: ["proxyMetadata"] })).to.deep.equal({
      violations: [],
    });
    expect(await pod(BOOTSTRAP, "x", { environment: "dev" })).to.deep.equal({ violations: [] });
  });

  it("judges the Service that a ConfigMap merges into that of a Gateway", async () => {
    const options = (service: string) =>
      judge(
        kubernetes("core/v1", "ConfigMap", {
          metadata: { name: "gateway", namespace: "shop" },
          data: { service },
        }),
      );
    expect(await options("spec:\n  selector:\n    app: x\n")).to.deep.equal({
      violations: [said("ConfigMap shop/gateway")("data.service", messages.selector())],
    });
    for (const text of [
      "spec:\n  type: ClusterIP\n",
      "kind: Service\nspec:\n  selector: {app: x}\n",
      "shop",
    ]) {
      expect(await options(text)).to.deep.equal({ violations: [] });
    }
  });

  it("reports unknown values as undecided", async () => {
    expect((await pod(CONFIG, unknown)).undecided).to.be.a("string");
    expect((await judge(deployment({ metadata: { annotations: unknown } }))).undecided).to.be.a("string");
  });
});
