import { expect } from "chai";
import { controlPlaneChanges } from "../../reading/controlPlane";
import { type Resource, unknown } from "../engine";
import { read } from "../read";
import { deployment, kubernetes } from "../resources";

const changes = (resource: Resource) =>
  controlPlaneChanges(read(resource)).map(({ field, change }) => `${field.path} ${change}`);
const named = (token: string, name: string | undefined, props: object = {}): Resource => {
  const at = token.lastIndexOf("/");
  const [group, kind] = [token.slice(0, at), token.slice(at + 1)];
  return kubernetes(group, kind, { metadata: { name, namespace: "istio-system" }, ...props });
};
const none: string[] = [];

/** Asserts what each resource changes, both of those that do and of those that do not. */
function expectEach(cases: readonly (readonly [Resource, readonly string[]])[]): void {
  for (const [resource, expected] of cases) {
    expect(changes(resource), JSON.stringify(resource)).to.deep.equal(expected);
  }
}

describe("reading/controlPlane", () => {
  it("finds what proxies and istiod read from ConfigMaps and Secrets", () => {
    const map = (name: string | undefined, props: object) => named("core/v1/ConfigMap", name, props);
    const mesh = { data: { mesh: "x", config: "x" }, binaryData: { values: "x" } };
    expectEach([
      [map("istio", mesh), ["data.mesh configMap"]],
      [map("istio-blue", mesh), ["data.mesh configMap"]],
      [map("istio-sidecar-injector-blue", mesh), ["data.config configMap", "binaryData.values configMap"]],
      [map("istio", { data: unknown }), none],
      [map("istios", mesh), none],
      [map("my-istio", mesh), none],
      [map(undefined, mesh), none],
      [
        map("istio-ca-root-cert", { data: {}, binaryData: {} }),
        ["data rootCertificate", "binaryData rootCertificate"],
      ],
      [map("istio-ca-crl", { data: {} }), ["data revocations"]],
      [named("core/v1/Secret", "istio-ca-secret"), ["metadata.name key"]],
      [named("core/v1/Secret", "istio-kubeconfig"), ["metadata.name kubeconfig"]],
      [named("core/v1/Secret", undefined), none],
    ]);
  });

  it("finds Secrets and ConfigMaps that other projects write", () => {
    const sealed = "bitnami.com/v1alpha1/SealedSecret";
    const certificate = (spec: object) =>
      named("cert-manager.io/v1/Certificate", "istio-ca-secret", { spec });
    const bundle = (group: string, name: string) => named(`${group}/v1/Bundle`, name, { spec: {} });
    expectEach([
      [named(sealed, "istio-ca-secret"), ["metadata.name key"]],
      [named(sealed, "cacerts"), none],
      [certificate({ secretName: "istio-ca-secret" }), ["spec.secretName key"]],
      [
        certificate({ secretName: unknown, target: { name: "istio-kubeconfig" } }),
        ["spec.target.name kubeconfig"],
      ],
      [certificate({ secretName: "own" }), none],
      [certificate({}), none],
      [bundle("trust.cert-manager.io", "istio-ca-root-cert"), ["spec rootCertificate"]],
      [bundle("example.com", "istio-ca-root-cert"), none],
      [bundle("trust.cert-manager.io", "own"), none],
      [
        named("certificates.k8s.io/v1/ClusterTrustBundle", "istio.io:a", { spec: {} }),
        ["spec rootCertificate"],
      ],
      [named("certificates.k8s.io/v1/ClusterTrustBundle", undefined, { spec: {} }), none],
    ]);
  });

  it("finds changes of the schemas of Istio's kinds, and none of unknown ones", () => {
    const crd = (schema: unknown, group = "security.istio.io", name = "authorizationpolicies") =>
      named("apiextensions.k8s.io/v1/CustomResourceDefinition", `${name}.${group}`, {
        spec: { group, versions: [{ schema: { openAPIV3Schema: schema } }] },
      });
    const kept = { selector: {}, targetRefs: {}, rules: {}, action: {} };
    const of = (properties: unknown, spec: object = {}, own: object = {}) => ({
      properties: { spec: { properties, ...spec } },
      ...own,
    });
    const keeps = { "x-kubernetes-preserve-unknown-fields": true };
    const place = "spec.versions[0].schema.openAPIV3Schema.properties.spec";
    expectEach([
      [crd(of(kept)), none],
      [crd(of({ ...kept, rules: undefined })), [`${place}.properties.rules pruning`]],
      [crd(of(undefined)), [`${place}.properties.selector pruning`]],
      [crd({}), [`${place}.properties.selector pruning`]],
      [crd(of({}, keeps)), none],
      [crd(of({}, {}, keeps)), none],
      [crd(undefined), none],
      [crd(unknown), none],
      [crd({ properties: { spec: unknown } }), none],
      [crd(of(unknown)), none],
      [crd(of({}), "security.istio.io", "owns"), none],
      [crd(of({}), "gateway.networking.k8s.io"), none],
      [
        crd(of({ ...kept, rules: { items: { default: 1 } } })),
        [`${place}.properties.rules.items.default default`],
      ],
      [
        crd(of({ ...kept, rules: { additionalProperties: { default: 1 } } })),
        [`${place}.properties.rules.additionalProperties.default default`],
      ],
      [crd(of({ ...kept, rules: { default: unknown, items: unknown } })), none],
      [crd(of({ ...kept, rules: { default: 1 } }), "gateway.networking.k8s.io"), none],
    ]);
  });

  it("finds other pods behind istiod's Service, and endpoints of it", () => {
    const service = (name: string | undefined, spec: object) => named("core/v1/Service", name, { spec });
    const slice = (labels: object, endpoints: unknown = []) =>
      kubernetes("discovery.k8s.io/v1", "EndpointSlice", { metadata: { name: "istiod", labels }, endpoints });
    const label = "kubernetes.io/service-name";
    expectEach([
      [
        service("istiod", { selector: {}, externalName: "x" }),
        ["spec.selector service", "spec.externalName service"],
      ],
      [service("istiod", { ports: [] }), none],
      [service("web", { selector: {} }), none],
      [service(undefined, { selector: {} }), none],
      [named("core/v1/Endpoints", "istiod", { subsets: [] }), ["subsets endpoints"]],
      [named("core/v1/Endpoints", "istiod", { endpoints: [] }), none],
      [named("core/v1/Endpoints", "web", { subsets: [] }), none],
      [slice({ [label]: "istiod" }), ["endpoints endpoints"]],
      [slice({ [label]: "istiod" }, null), none],
      [slice({ [label]: "web" }), none],
      [slice({ [label]: unknown }), none],
      [slice({}), none],
    ]);
  });

  it("finds workloads that run istiod, by their image, arguments or name, or that its Service selects", () => {
    const pods = (container: Record<string, unknown>, labels: object = {}, name = "web"): Resource => {
      const { type, props } = deployment({ metadata: { labels } }, container);
      return { type, name, props: { ...props, metadata: { name, namespace: "istio-system" } } };
    };
    const running = ["spec.template.spec.containers[0] workload"];
    for (const image of ["pilot", "istio/pilot:1.2.3", "example.com/a/pilot@sha256:0", "pilot:1"]) {
      expect(changes(pods({ image })), image).to.deep.equal(running);
    }
    for (const image of ["copilot", "pilots", "istio/pilot-agent:1", "pilot/other", unknown, undefined]) {
      expect(changes(pods({ image })), String(image)).to.deep.equal(none);
    }
    expectEach([
      [pods({ args: ["discovery", "x"] }), running],
      [pods({ args: ["x", "discovery"] }), none],
      [pods({ args: unknown }), none],
      [pods({ name: "discovery" }, {}, "istiod"), running],
      [pods({ name: "discovery" }), none],
      [pods({ name: "web" }, {}, "istiod"), none],
      [pods({ image: "pilot" }, { app: "istiod" }), running],
      [pods({}, { app: "istiod" }), ["spec.template.metadata.labels.app behindService"]],
      [pods({}, { app: "web" }), none],
      [pods({}, { app: unknown }), none],
    ]);
  });

  it("finds charts of Istio that other tools install", () => {
    const installer = (spec: object, token = "example.com/v1/Installer") => named(token, "own", { spec });
    for (const [spec, path] of [
      [{ chart: "istiod" }, "spec.chart"],
      [{ chart: { spec: { chart: "istio/gateway" } } }, "spec.chart.spec.chart"],
      [{ chart: { name: "base" } }, "spec.chart.name"],
      [{ sources: [{ chart: "cni" }] }, "spec.sources[0].chart"],
      [{ forProvider: { chart: { name: "ztunnel" } } }, "spec.forProvider.chart.name"],
      [{ chartName: "istio-discovery" }, "spec.chartName"],
      [{ url: "oci://example.com/charts/istiod" }, "spec.url"],
      [{ url: "oci://example.com/charts/ztunnel:1.2.3" }, "spec.url"],
      [{ chartRef: { name: "istiod" } }, "spec.chartRef.name"],
      [{ chartRef: { name: "istio-discovery" } }, "spec.chartRef.name"],
    ] as const) {
      expect(changes(installer(spec)), JSON.stringify(spec)).to.deep.equal([`${path} installer`]);
    }
    for (const spec of [
      { chart: "web" },
      { chart: unknown },
      { chart: { version: "istiod" } },
      { mychart: "istiod" },
      { charts: "istiod" },
      { chart: { names: "istiod" } },
      { chartNames: "istiod" },
      { url: "https://example.com/charts/istiod" },
      { url: "oci://example.com/charts/gateway" },
      { source: { url: "oci://example.com/charts/istiod" } },
      { chartRef: { name: "gateway" } },
      { chartRef: { name: "web", kind: "istiod" } },
    ]) {
      expect(changes(installer(spec)), JSON.stringify(spec)).to.deep.equal(none);
    }
    expect(changes(installer({ chart: "istiod" }, "networking.k8s.io/v1/IngressClass"))).to.deep.equal(none);
    expect(changes(named("helm.sh/v3/Release", "own", { spec: { chart: "istiod" } }))).to.deep.equal(none);
  });

  it("finds variables of the agents of nodes", () => {
    const container = (env: object[]) => ({
      name: "install-cni",
      image: "docker.io/istio/install-cni:1.2.3",
      command: ["install-cni"],
      env,
    });
    const agent = (env: object[]) =>
      named("apps/v1/DaemonSet", "istio-cni-node", {
        spec: { template: { spec: { containers: [container(env)] } } },
      });
    expectEach([
      [agent([{ name: "LOG_LEVEL", value: "x" }]), none],
      [agent([{ name: "ANY", value: "x" }]), ["spec.template.spec.containers[0].env[0].name agent"]],
    ]);
  });
});
