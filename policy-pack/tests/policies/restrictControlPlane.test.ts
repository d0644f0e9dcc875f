import { expect } from "chai";
import type { Message } from "../../policy";
import { messages, restrictControlPlane } from "../../policies/restrictControlPlane";
import { facts } from "../../facts";
import { type Resource, unknown, validateResource } from "../engine";
import { asPatch, gatewayRelease, grafana, istio, istiod, kubernetes } from "../resources";
import { said } from "../said";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(restrictControlPlane, resource, configuration);
const at = (path: string, message: Message) => ({
  violations: [said("Release istio-system/istiod")(path, message)],
});
const refused = (path: string) => at(`values.${path}`, messages.value());
const withArguments = (args: object) => ({ ...istiod(), props: { ...istiod().props, ...args } });

describe("restrict-control-plane", () => {
  it("states the field and the fix", async () => {
    expect(await judge(istiod({ env: { XDS_AUTH: "false" } }))).to.deep.equal({
      violations: [
        "Release istio-system/istiod: values.env.XDS_AUTH is not an allowed value of Istio's chart. Remove it, or allow it in " +
          "the policy's configuration after a review.",
      ],
    });
  });

  it("accepts harmless values, in every place of the chart", async () => {
    const meshConfig = { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" }, accessLogEncoding: "JSON" };
    const values = { autoscaleMin: 2, meshConfig, env: { MAX_WORKLOAD_CERT_TTL: "24h" } };
    for (const release of [
      istiod(),
      istiod(values),
      istiod({ meshConfig: {}, env: {}, global: { proxy: {} }, any: {} }),
      istiod({ pilot: values }),
      istiod({ _internal_defaults_do_not_set: { pilot: values } }),
      istiod({ global: { proxy: { resources: { limits: { cpu: "1" } } } }, tolerations: [{ key: "a" }] }),
      gatewayRelease(),
      gatewayRelease({ service: { type: "LoadBalancer" }, env: { SECRET_TTL: "12h" } }),
      grafana({ env: { ANY: "x" } }),
    ]) {
      expect(await judge(release)).to.deep.equal({ violations: [] });
    }
  });

  it("refuses every other variable of istiod", async () => {
    for (const name of ["XDS_AUTH", "CA_TRUSTED_NODE_ACCOUNTS", "PILOT_SKIP_VALIDATE_TRUST_DOMAIN", "ANY"]) {
      expect(await judge(istiod({ env: { [name]: "x" } })), name).to.deep.equal(refused(`env.${name}`));
      expect(await judge(istiod({ pilot: { env: { [name]: "x" } } }))).to.deep.equal(
        refused(`pilot.env.${name}`),
      );
    }
  });

  it("refuses every other setting of the mesh, also by the other name of a field", async () => {
    for (const [meshConfig, path] of [
      [{ enable_auto_mtls: false }, "enable_auto_mtls"],
      [{ trustDomainAliases: ["evil.local"] }, "trustDomainAliases[0]"],
      [{ caCertificates: [{ pem: "x" }] }, "caCertificates[0].pem"],
      [{ defaultConfig: { discoveryAddress: "evil.example.com:15012" } }, "defaultConfig.discoveryAddress"],
      [{ defaultConfig: { proxyMetadata: { ANY: "x" } } }, "defaultConfig.proxyMetadata.ANY"],
    ] as const) {
      expect(await judge(istiod({ meshConfig })), path).to.deep.equal(refused(`meshConfig.${path}`));
    }
  });

  it("refuses every other value of the charts", async () => {
    expect(await judge(istiod({ global: { caAddress: "evil.example.com" } }))).to.deep.equal(
      refused("global.caAddress"),
    );
    expect(await judge(istiod({ sidecarInjectorWebhook: { templates: { sidecar: "x" } } }))).to.deep.equal(
      refused("sidecarInjectorWebhook.templates.sidecar"),
    );
    for (const [values, path] of [
      [{ env: { ANY: "x" } }, "env.ANY"],
      [{ volumes: [{ name: "a" }] }, "volumes[0].name"],
    ] as const) {
      expect(await judge(gatewayRelease(values))).to.deep.equal({
        violations: [said("Release istio-ingress/istio-ingress")(`values.${path}`, messages.value())],
      });
    }
  });

  it("judges the charts of nodes", async () => {
    const accepted = {
      cniBinDir: "/opt/cni/bin",
      resources: { limits: { cpu: "1" } },
      ambient: { enabled: true },
    };
    for (const chart of ["cni", "ztunnel"]) {
      expect(await judge(istiod(accepted, chart))).to.deep.equal({ violations: [] });
      expect(await judge(istiod({ cni: accepted }, chart))).to.deep.equal({ violations: [] });
    }
    expect(await judge(istiod({ excludeNamespaces: ["shop"] }, "cni"))).to.deep.equal(
      refused("excludeNamespaces[0]"),
    );
    expect(await judge(istiod({ caAddress: "evil.example.com" }, "ztunnel"))).to.deep.equal(
      refused("caAddress"),
    );
    const hub = "evil.example.com/istio";
    expect(await judge(istiod({ hub }, "ztunnel"))).to.deep.equal(at("values.hub", messages.hub(hub)));
    expect(await judge(istiod({ defaultRevision: "1-31" }, "base"))).to.deep.equal({ violations: [] });
    const inAmbient = { istiod: { env: { XDS_AUTH: "false" } } };
    expect(await judge(istiod(inAmbient, "ambient"))).to.deep.equal(refused("istiod.env.XDS_AUTH"));
    expect(await judge(istiod({ ztunnel: accepted, cni: accepted }, "ambient"))).to.deep.equal({
      violations: [],
    });
    const base = { base: { validationURL: "https://example.com" } };
    expect(await judge(istiod(base, "base"))).to.deep.equal(refused("base.validationURL"));
    expect(await judge(istiod(base, "base"), { istiodValues: ["base.validationURL"] })).to.deep.equal({
      violations: [],
    });
  });

  it("refuses foreign registries, and paths without normalization", async () => {
    const hub = "evil.example.com/istio";
    expect(await judge(istiod({ global: { hub } }))).to.deep.equal(
      at("values.global.hub", messages.hub(hub)),
    );
    expect(await judge(istiod({ global: { hub } }), { istioHubs: [hub] })).to.deep.equal({ violations: [] });
    const pathNormalization = { normalization: "NONE" };
    expect(await judge(istiod({ meshConfig: { pathNormalization } }))).to.deep.equal(
      at("values.meshConfig.pathNormalization.normalization", messages.normalization()),
    );
  });

  it("refuses changes of Istio's objects past the values", async () => {
    for (const args of [{ postrender: "./weaken.sh" }, { valueYamlFiles: [{}] }]) {
      const [argument = ""] = Object.keys(args);
      expect(await judge(withArguments(args))).to.deep.equal(at(argument, messages.hidden(argument)));
    }
    expect(await judge(withArguments({ postrender: "", valueYamlFiles: [] }))).to.deep.equal({
      violations: [],
    });
    const other = { ...grafana(), props: { ...grafana().props, postrender: "./add-labels.sh" } };
    expect(await judge(other)).to.deep.equal({ violations: [] });
  });

  it("refuses istiod in another chart, of an operator and in a ConfigMap", async () => {
    for (const [values, path] of [
      [{ istiod: { meshConfig: { enableAutoMtls: false } } }, "istiod.meshConfig.enableAutoMtls"],
      [{ mesh: { pilot: { env: { XDS_AUTH: "false" } } } }, "mesh.pilot.env.XDS_AUTH"],
      [
        { a: { sidecarInjectorWebhook: { defaultTemplates: ["x"] } } },
        "a.sidecarInjectorWebhook.defaultTemplates[0]",
      ],
    ] as const) {
      expect(await judge(istiod(values, "./platform"))).to.deep.equal(
        at(`values.${path}`, messages.wrapped()),
      );
    }
    for (const [apiVersion, kind] of [
      ["install.istio.io/v1alpha1", "IstioOperator"],
      ["sailoperator.io/v1", "Istio"],
    ] as const) {
      expect(await judge(istio(apiVersion, kind, { name: "x" }, {}))).to.deep.equal({
        violations: [said(`${kind} x`)("spec", messages.change("operator"))],
      });
    }
    const configMap = (name: string, data: object) =>
      judge(kubernetes("core/v1", "ConfigMap", { metadata: { namespace: "istio-system", name }, data }));
    expect(await configMap("istio-1-31", { mesh: "enableAutoMtls: false" })).to.deep.equal({
      violations: [said("ConfigMap istio-system/istio-1-31")("data.mesh", messages.change("configMap"))],
    });
    expect(await configMap("istio-sidecar-injector", { config: "x" })).to.deep.equal({
      violations: [
        said("ConfigMap istio-system/istio-sidecar-injector")("data.config", messages.change("configMap")),
      ],
    });
    expect(await configMap("istio-ca-root-cert", { "root-cert.pem": "x" })).to.deep.equal({
      violations: [
        said("ConfigMap istio-system/istio-ca-root-cert")("data", messages.change("rootCertificate")),
      ],
    });
    expect(await configMap("settings", { mesh: "x" })).to.deep.equal({ violations: [] });
  });

  it("refuses Istio's charts by other tools, and accepts other charts", async () => {
    const helmRelease = (chart: string) =>
      judge(istio("helm.toolkit.fluxcd.io/v2", "HelmRelease", { name: "x" }, { chart: { spec: { chart } } }));
    expect(await helmRelease("istio-discovery")).to.deep.equal({
      violations: [said("HelmRelease x")("spec.chart.spec.chart", messages.change("installer"))],
    });
    expect(await helmRelease("shop")).to.deep.equal({ violations: [] });
  });

  it("refuses charts of other repositories", async () => {
    const repo = "https://charts.example.com/istio";
    const foreign = withArguments({ repositoryOpts: { repo } });
    expect(await judge(foreign)).to.deep.equal(at("repositoryOpts.repo", messages.repository(repo)));
    expect(await judge(foreign, { chartRepositories: ["https://charts.example.com"] })).to.deep.equal({
      violations: [],
    });
    const oci = "oci://registry.example.com/istiod";
    expect(await judge(istiod({}, oci))).to.deep.equal(at("chart", messages.repository(oci)));
    for (const chart of ["istiod", "./charts/istiod", `${facts.istio.charts.oci}/istiod`]) {
      expect(await judge(istiod({}, chart)), chart).to.deep.equal({ violations: [] });
    }
  });

  it("refuses what proxies connect to in place of istiod", async () => {
    const root = { namespace: "istio-system" };
    const refused = (title: string, path: string, change: Parameters<typeof messages.change>[0]) => ({
      violations: [said(title)(path, messages.change(change))],
    });
    const endpoints = (name: string) =>
      judge(kubernetes("core/v1", "Endpoints", { metadata: { ...root, name }, subsets: [{}] }));
    expect(await endpoints("istiod")).to.deep.equal(
      refused("Endpoints istio-system/istiod", "subsets", "endpoints"),
    );
    expect(await endpoints("db")).to.deep.equal({ violations: [] });
    const slice = (service: string) =>
      judge(
        kubernetes("discovery.k8s.io/v1", "EndpointSlice", {
          metadata: { ...root, name: "x", labels: { "kubernetes.io/service-name": service } },
          endpoints: [{}],
        }),
      );
    expect(await slice("istiod-1-31")).to.deep.equal(
      refused("EndpointSlice istio-system/x", "endpoints", "endpoints"),
    );
    expect(await slice("db")).to.deep.equal({ violations: [] });
    const secret = (name: string) =>
      judge(kubernetes("core/v1", "Secret", { metadata: { ...root, name }, data: {} }));
    expect(await secret("istio-ca-secret")).to.deep.equal(
      refused("Secret istio-system/istio-ca-secret", "metadata.name", "key"),
    );
    expect(await secret("cacerts")).to.deep.equal({ violations: [] });
    const pod = (labels: object) =>
      judge(
        kubernetes("apps/v1", "Deployment", {
          metadata: { ...root, name: "x" },
          spec: { template: { metadata: { labels }, spec: { containers: [{ name: "x" }] } } },
        }),
      );
    expect(await pod({ app: "istiod" })).to.deep.equal(
      refused("Deployment istio-system/x", "spec.template.metadata.labels.app", "behindService"),
    );
    expect(await pod({ app: "x" })).to.deep.equal({ violations: [] });
  });

  it("refuses webhooks that inject other programs than istiod, or nothing while istiod does not answer", async () => {
    const judged = (name: string, webhook: object, settings = {}) =>
      judge(
        kubernetes("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", {
          metadata: { name },
          webhooks: [webhook],
        }),
        settings,
      );
    const title = (name: string) => said(`MutatingWebhookConfiguration ${name}`);
    const tag = "istio-revision-tag-prod";
    const client = { service: { name: "istiod-1-31", namespace: "istio-system" } };
    expect(await judged(tag, { clientConfig: { url: "https://example.com" } })).to.deep.equal({
      violations: [title(tag)("webhooks[0].clientConfig", messages.change("injector"))],
    });
    const outside = { clientConfig: { url: "https://istiod.example.com:15017/inject" } };
    const allowing = (url: string) => ({ istiodUrls: [url] });
    expect(await judged(tag, outside, allowing("https://istiod.example.com:15017"))).to.deep.equal({
      violations: [],
    });
    for (const url of ["https://istiod.example.com", "https://istiod.example.com:1501"]) {
      expect(await judged(tag, outside, allowing(url)), url).to.deep.equal({
        violations: [title(tag)("webhooks[0].clientConfig", messages.change("injector"))],
      });
    }
    expect(await judged(tag, { clientConfig: client, failurePolicy: "Ignore" })).to.deep.equal({
      violations: [title(tag)("webhooks[0].failurePolicy", messages.change("failing"))],
    });
    expect(await judged(tag, { clientConfig: client, failurePolicy: "Fail" })).to.deep.equal({
      violations: [],
    });
    const other = { service: { name: "vault", namespace: "vault" } };
    const namespaces = (operator: string) => ({
      failurePolicy: "Ignore",
      clientConfig: other,
      namespaceSelector: { matchExpressions: [{ key: "istio-injection", operator, values: ["enabled"] }] },
    });
    expect(await judged("vault", namespaces("In"))).to.deep.equal({
      violations: [title("vault")("webhooks[0].clientConfig", messages.change("injector"))],
    });
    expect(await judged("vault", namespaces("NotIn"))).to.deep.equal({ violations: [] });
  });

  it("judges profiles, old TLS and authorizers that fail open", async () => {
    expect(await judge(istiod({ profile: "preview" }))).to.deep.equal(
      at("values.profile", messages.profile("preview")),
    );
    expect(await judge(istiod({ profile: "ambient" }))).to.deep.equal({ violations: [] });
    const tls = (minProtocolVersion: string) =>
      judge(istiod({ meshConfig: { meshMTLS: { minProtocolVersion } } }));
    expect(await tls("TLSV1_0")).to.deep.equal(
      at("values.meshConfig.meshMTLS.minProtocolVersion", messages.oldTls("TLSV1_0")),
    );
    expect(await tls("TLSV1_3")).to.deep.equal({ violations: [] });
    const provider = (failOpen: boolean) =>
      judge(istiod({ meshConfig: { extensionProviders: [{ name: "a", envoyExtAuthzHttp: { failOpen } }] } }));
    expect(await provider(true)).to.deep.equal(
      at("values.meshConfig.extensionProviders[0].envoyExtAuthzHttp.failOpen", messages.failOpen()),
    );
    expect(await provider(false)).to.deep.equal({ violations: [] });
  });

  it("refuses workloads and patches with istiod's container, and no others", async () => {
    const of = (name: string, container: object) =>
      kubernetes("apps/v1", "Deployment", {
        metadata: { namespace: "istio-system", name },
        spec: { template: { spec: { containers: [container] } } },
      });
    const env = [{ name: "XDS_AUTH", value: "false" }];
    for (const resource of [
      of("own", { name: "x", image: "registry.example.com/istio/pilot:1.31.0" }),
      of("own", { name: "x", image: "pilot@sha256:0" }),
      asPatch(of("istiod", { name: "discovery", env })),
      asPatch(of("istiod-1-31", { name: "discovery", env })),
    ]) {
      const title = `Deployment istio-system/${resource.name}`;
      expect(await judge(resource)).to.deep.equal({
        violations: [said(title)("spec.template.spec.containers[0]", messages.change("workload"))],
      });
    }
    for (const resource of [
      of("istiod", { name: "x", image: "registry.example.com/autopilot:1.0.0" }),
      of("service-discovery", { name: "discovery", image: "registry.example.com/discovery:1.0.0" }),
    ]) {
      expect(await judge(resource)).to.deep.equal({ violations: [] });
    }
  });

  it("refuses changes of istiod's webhooks and Service, and no others", async () => {
    const webhook = (name: string) =>
      kubernetes("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", {
        metadata: { name },
        webhooks: [{ name: "a.istio.io" }],
      });
    const service = (name: string) =>
      kubernetes("core/v1", "Service", {
        metadata: { namespace: "istio-system", name },
        spec: { selector: { app: "x" } },
      });
    expect(await judge(asPatch(webhook("istio-sidecar-injector")))).to.deep.equal({
      violations: [
        said("MutatingWebhookConfiguration istio-sidecar-injector")("webhooks", messages.change("webhook")),
      ],
    });
    expect(await judge(service("istiod-1-31"))).to.deep.equal({
      violations: [said("Service istio-system/istiod-1-31")("spec.selector", messages.change("service"))],
    });
    for (const resource of [
      webhook("istio-revision-tag-prod"),
      webhook("cert-manager"),
      service("catalog"),
    ]) {
      expect(await judge(resource)).to.deep.equal({ violations: [] });
    }
  });

  it("refuses identities that clients write into a header", async () => {
    const topology = (forwardClientCertDetails: string) =>
      judge(istiod({ meshConfig: { defaultConfig: { gatewayTopology: { forwardClientCertDetails } } } }));
    const path = "values.meshConfig.defaultConfig.gatewayTopology.forwardClientCertDetails";
    expect(await topology("FORWARD_ONLY")).to.deep.equal(at(path, messages.forwarding()));
    expect(await topology("SANITIZE_SET")).to.deep.equal({ violations: [] });
  });

  it("refuses authorizers and receivers of traces and logs outside of the mesh", async () => {
    const provider = (kind: string, service: string, configuration = {}) =>
      judge(
        istiod({ meshConfig: { extensionProviders: [{ name: "a", [kind]: { service, port: 443 } }] } }),
        configuration,
      );
    for (const kind of ["envoyExtAuthzHttp", "envoyExtAuthzGrpc", "opentelemetry"]) {
      const path = `values.meshConfig.extensionProviders[0].${kind}.service`;
      for (const host of ["a.example.com", "shop/a.example.com"]) {
        expect(await provider(kind, host)).to.deep.equal(at(path, messages.external(host)));
      }
      for (const host of ["opa", "opa.shop.svc.cluster.local", "shop/opa.shop.svc.cluster.local"]) {
        expect(await provider(kind, host), host).to.deep.equal({ violations: [] });
      }
      expect(await provider(kind, "a.example.com", { providerHosts: ["a.example.com"] })).to.deep.equal({
        violations: [],
      });
      expect(await provider(kind, "opa.corp", { meshDomains: ["corp"] })).to.deep.equal({ violations: [] });
    }
    const zipkin = (address: unknown) =>
      judge(istiod({ meshConfig: { defaultConfig: { tracing: { zipkin: { address } } } } }));
    const path = "values.meshConfig.defaultConfig.tracing.zipkin.address";
    expect(await zipkin("a.example.com:9411")).to.deep.equal(
      at(path, messages.external("a.example.com:9411")),
    );
    expect(await zipkin("zipkin.istio-system:9411")).to.deep.equal({ violations: [] });
    expect((await zipkin(unknown)).undecided).to.be.a("string");
  });

  it("refuses credentials in access logs", async () => {
    const path = "values.meshConfig.accessLogFormat";
    const log = (accessLogFormat: string) => judge(istiod({ meshConfig: { accessLogFormat } }));
    expect(await log("%REQ(X-USER?Authorization)%")).to.deep.equal(
      at(path, messages.logged("X-USER?Authorization")),
    );
    expect(await log("%REQ(:METHOD)% authorization")).to.deep.equal({ violations: [] });
  });

  it("applies the organization's lists, and not to dev", async () => {
    const values = { env: { XDS_AUTH: "false" } };
    expect(await judge(istiod(values), { istiodValues: ["env"] })).to.deep.equal({ violations: [] });
    expect(await judge(istiod(values), { environment: "dev" })).to.deep.equal({ violations: [] });
    expect((await judge(istiod(values), { environment: "staging" })).violations).to.have.length(1);
  });

  it("refuses releases that keep the values of the last one", async () => {
    const hidden = messages.hidden("the values of the last release");
    expect(await judge(withArguments({ reuseValues: true }))).to.deep.equal(at("reuseValues", hidden));
    for (const args of [{ reuseValues: false }, { resetValues: true }, { skipCrds: true }]) {
      expect(await judge(withArguments(args))).to.deep.equal({ violations: [] });
    }
  });

  it("refuses what proxies and istiod read from ConfigMaps and Secrets, by whatever writes it", async () => {
    const named = (apiVersion: string, kind: string, name: string, props: object) =>
      kubernetes(apiVersion, kind, { metadata: { name, namespace: "istio-system" }, ...props });
    const trust = "trust.cert-manager.io/v1alpha1";
    const store = (name: string) =>
      named("external-secrets.io/v1", "ExternalSecret", "x", { spec: { target: { name } } });
    for (const [resource, path, change] of [
      [
        named("core/v1", "ConfigMap", "istio", { binaryData: { mesh: "e30=" } }),
        "binaryData.mesh",
        "configMap",
      ],
      [named("core/v1", "ConfigMap", "istio-ca-crl", { data: {} }), "data", "revocations"],
      [named("core/v1", "Secret", "istio-kubeconfig", {}), "metadata.name", "kubeconfig"],
      [named(trust, "Bundle", "istio-ca-root-cert", { spec: {} }), "spec", "rootCertificate"],
      [store("istio-ca-secret"), "spec.target.name", "key"],
    ] as const) {
      const { violations } = await judge(resource);
      expect(violations.map((text) => text.replace(/^[^:]+: /, ""))).to.deep.equal([
        said("")(path, messages.change(change)).replace(/^: /, ""),
      ]);
    }
    for (const resource of [
      named("core/v1", "ConfigMap", "logos", { binaryData: { mesh: "e30=" } }),
      named("core/v1", "Secret", "cacerts", {}),
      named(trust, "Bundle", "company-ca", { spec: {} }),
      store("cacerts"),
    ]) {
      expect(await judge(resource)).to.deep.equal({ violations: [] });
    }
  });

  it("refuses schemas that remove fields of security objects or add defaults", async () => {
    const definition = (properties: object, spec: object = {}, group = "security.istio.io") =>
      kubernetes("apiextensions.k8s.io/v1", "CustomResourceDefinition", {
        metadata: { name: `peerauthentications.${group}` },
        spec: {
          group,
          versions: [
            { name: "v1", schema: { openAPIV3Schema: { properties: { spec: { properties, ...spec } } } } },
          ],
        },
      });
    const schema = "spec.versions[0].schema.openAPIV3Schema.properties.spec";
    const on = said("CustomResourceDefinition peerauthentications.security.istio.io");
    const whole = { selector: {}, mtls: {}, portLevelMtls: {} };
    expect(await judge(definition({ selector: {}, portLevelMtls: {} }))).to.deep.equal({
      violations: [on(`${schema}.properties.mtls`, messages.change("pruning"))],
    });
    const mode = { properties: { mode: { default: "PERMISSIVE" } } };
    expect(await judge(definition({ ...whole, mtls: mode }))).to.deep.equal({
      violations: [on(`${schema}.properties.mtls.properties.mode.default`, messages.change("default"))],
    });
    const named = { properties: { default: { type: "string" } } };
    for (const one of [
      definition(whole),
      definition({ ...whole, mtls: named }),
      definition({}, { "x-kubernetes-preserve-unknown-fields": true }),
      definition({ mtls: mode }, {}, "shop.example.com"),
    ]) {
      expect(await judge(one)).to.deep.equal({ violations: [] });
    }
  });

  it("reports unknown values as undecided", async () => {
    expect((await judge(istiod({ global: { hub: unknown } }))).undecided).to.be.a("string");
    expect(
      (await judge(istiod({ meshConfig: { pathNormalization: { normalization: unknown } } }))).undecided,
    ).to.be.a("string");
    for (const values of [{ meshConfig: unknown }, { env: unknown }, { pilot: unknown }]) {
      const { violations, undecided } = await judge(istiod(values));
      expect(violations).to.deep.equal([]);
      expect(undecided).to.be.a("string");
    }
    expect(await judge(istiod({ env: { XDS_AUTH: unknown } }))).to.deep.equal(refused("env.XDS_AUTH"));
    expect((await judge(withArguments({ postrender: unknown }))).undecided).to.be.a("string");
  });

  describe("with other objects of the API", () => {
    const object = (apiVersion: string, kind: string, name: string, spec: object): Resource => ({
      type: `kubernetes:${apiVersion}:${kind}`,
      name,
      props: { apiVersion, kind, metadata: { name }, spec },
    });

    it("refuses programs that convert or serve Istio's objects", async () => {
      const converted = (group: string, conversion: object) =>
        object("apiextensions.k8s.io/v1", "CustomResourceDefinition", `things.${group}`, {
          group,
          conversion,
        });
      const program = { strategy: "Webhook", webhook: { clientConfig: { url: "https://x.example.com" } } };
      expect(await judge(converted("security.istio.io", program))).to.deep.equal({
        violations: [
          said("CustomResourceDefinition things.security.istio.io")(
            "spec.conversion.webhook",
            messages.change("conversion"),
          ),
        ],
      });
      expect(await judge(converted("security.istio.io", { strategy: "None" }))).to.deep.equal({
        violations: [],
      });
      expect(await judge(converted("example.com", program))).to.deep.equal({ violations: [] });
      const served = (group: string, service: object | undefined) =>
        object("apiregistration.k8s.io/v1", "APIService", `v1.${group}`, { group, service });
      expect(await judge(served("networking.istio.io", { name: "x" }))).to.deep.equal({
        violations: [said("APIService v1.networking.istio.io")("spec.service", messages.change("server"))],
      });
      expect(await judge(served("networking.istio.io", undefined))).to.deep.equal({ violations: [] });
      expect(await judge(served("metrics.k8s.io", { name: "x" }))).to.deep.equal({ violations: [] });
    });

    it("refuses another root certificate as a ClusterTrustBundle", async () => {
      const bundle = (name: string) =>
        object("certificates.k8s.io/v1beta1", "ClusterTrustBundle", name, { trustBundle: "x" });
      expect(await judge(bundle("istio.io:istiod-ca:root-cert"))).to.deep.equal({
        violations: [
          said("ClusterTrustBundle istio.io:istiod-ca:root-cert")("spec", messages.change("rootCertificate")),
        ],
      });
      expect(await judge(bundle("example.com:ca:root"))).to.deep.equal({ violations: [] });
    });

    it("refuses changes of the mesh's labels, annotations and containers by Gatekeeper", async () => {
      const assign = (location: string) => object("mutations.gatekeeper.sh/v1", "Assign", "x", { location });
      for (const location of [
        'metadata.labels."sidecar.istio.io/inject"',
        "spec.containers[name:istio-proxy].image",
      ]) {
        expect(await judge(assign(location)), location).to.deep.equal({
          violations: [said("Assign x")("spec.location", messages.change("mutation"))],
        });
      }
      expect(await judge(assign("spec.containers[name:app].image"))).to.deep.equal({ violations: [] });
    });
  });

  it("refuses programs in every proxy, and headers by which an authorizer forges an identity", async () => {
    const lifecycle = (actions: object) => judge(istiod({ global: { proxy: { lifecycle: actions } } }));
    const path = "values.global.proxy.lifecycle.postStart";
    expect(await lifecycle({ postStart: { exec: { command: ["sh"] } } })).to.deep.equal(
      at(path, messages.program()),
    );
    expect(await lifecycle({ preStop: { exec: { command: ["sleep", "5"] } } })).to.deep.equal({
      violations: [],
    });
    const adding = (header: string) =>
      judge(
        istiod({
          meshConfig: {
            extensionProviders: [{ name: "a", envoyExtAuthzHttp: { headersToUpstreamOnAllow: [header] } }],
          },
        }),
      );
    const place = "values.meshConfig.extensionProviders[0].envoyExtAuthzHttp.headersToUpstreamOnAllow[0]";
    for (const header of ["X-Forwarded-Client-Cert", "*"]) {
      expect(await adding(header), header).to.deep.equal(at(place, messages.forging(header)));
    }
    expect(await adding("x-user")).to.deep.equal({ violations: [] });
  });
});
