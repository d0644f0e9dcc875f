import { facts } from "../../../policy-pack/facts";
import type { Resource } from "../../../policy-pack/tests/engine";
import {
  annotated,
  type Case,
  caseOf as way,
  istiod,
  object,
  patch,
  pod,
  release,
  type Tree,
  typed,
  ztunnel,
} from "./object";

const root = { namespace: "istio-system" };
const chart = { chart: "istiod", repoURL: facts.istio.charts.repository };
const webhook = (name: string, more: Tree): Resource =>
  typed(
    "admissionregistration.k8s.io/v1",
    "MutatingWebhookConfiguration",
    name,
    { webhooks: [{ name: "a.example.com", ...more }] },
    { namespace: undefined },
  );

/** Ways past the pack by the control plane: other installers, values, webhooks and certificates. */
export const controlPlaneWays: readonly Case[] = [
  way("paths without normalization by their number", istiod({}, { pathNormalization: { normalization: 1 } })),
  way(
    "identities that clients write, by their number",
    istiod({}, { defaultConfig: { gatewayTopology: { forwardClientCertDetails: 5 } } }),
  ),
  way(
    "identities that clients write, by their number in an annotation",
    annotated({ "proxy.istio.io/config": "gatewayTopology: { forwardClientCertDetails: 2 }" }),
  ),
  way(
    "istiod by a HelmRelease of Flux",
    typed(
      "helm.toolkit.fluxcd.io/v2",
      "HelmRelease",
      "istiod",
      {
        spec: {
          chart: { spec: { chart: "istiod", version: "1.31.0" } },
          values: { meshConfig: { enableAutoMtls: false } },
        },
      },
      root,
    ),
  ),
  way(
    "istiod by a HelmRelease of Flux without values",
    typed(
      "helm.toolkit.fluxcd.io/v2",
      "HelmRelease",
      "istiod",
      { spec: { chart: { spec: { chart: "istiod" } }, valuesFrom: [{ kind: "ConfigMap", name: "values" }] } },
      root,
    ),
  ),
  way(
    "istiod by an Application of Argo CD",
    typed(
      "argoproj.io/v1alpha1",
      "Application",
      "mesh",
      { spec: { source: { ...chart, helm: { values: "env: {XDS_AUTH: 'false'}" } } } },
      { namespace: "argocd" },
    ),
  ),
  way(
    "istiod by an Application with several sources",
    typed(
      "argoproj.io/v1alpha1",
      "Application",
      "mesh",
      { spec: { sources: [{ repoURL: "https://git.example.com/values", ref: "values" }, chart] } },
      { namespace: "argocd" },
    ),
  ),
  way(
    "istiod by an ApplicationSet",
    typed(
      "argoproj.io/v1alpha1",
      "ApplicationSet",
      "mesh",
      { spec: { template: { spec: { source: chart } } } },
      { namespace: "argocd" },
    ),
  ),
  way(
    "istiod by a HelmChart of k3s",
    typed(
      "helm.cattle.io/v1",
      "HelmChart",
      "istiod",
      { spec: { chart: "istiod", valuesContent: "env: {XDS_AUTH: 'false'}" } },
      root,
    ),
  ),
  way(
    "istiod by a Release of Crossplane",
    typed(
      "helm.crossplane.io/v1beta1",
      "Release",
      "istiod",
      {
        spec: {
          forProvider: {
            chart: { name: "istiod", version: "1.31.0" },
            values: { env: { XDS_AUTH: "false" } },
          },
        },
      },
      { namespace: undefined },
    ),
  ),
  way(
    "a revision of Sail",
    typed("sailoperator.io/v1", "IstioRevision", "a", {
      spec: { values: { meshConfig: { enableAutoMtls: false } } },
    }),
  ),
  way(
    "ztunnel of Sail",
    typed("sailoperator.io/v1", "ZTunnel", "a", { spec: { values: { ztunnel: { env: { A: "b" } } } } }),
  ),
  way(
    "the control plane of OpenShift",
    typed("maistra.io/v2", "ServiceMeshControlPlane", "a", {
      spec: { security: { dataPlane: { mtls: false } } },
    }),
  ),
  way(
    "environment of ztunnel in the chart ambient",
    release("ambient", { ztunnel: { env: { CA_ADDRESS: "evil.example.com" } } }),
  ),
  way(
    "the registry of all images in the chart ambient",
    release("ambient", { global: { hub: "evil.example.com" } }),
  ),
  way(
    "ztunnel of another CA, without its chart",
    ztunnel([], { env: [{ name: "CA_ADDRESS", value: "evil.example.com:15012" }] }),
  ),
  way(
    "ztunnel of a CA that another object names",
    ztunnel([], {
      env: [{ name: "CA_ADDRESS", valueFrom: { configMapKeyRef: { name: "x", key: "y" } } }],
    }),
  ),
  way(
    "ztunnel with the variables of another object",
    ztunnel([], { envFrom: [{ configMapRef: { name: "x" } }] }),
  ),
  way("ztunnel with a variable of unknown effect", ztunnel([{ name: "FAKE_CA", value: "true" }])),
  way("ztunnel of another registry", ztunnel([], { image: "evil.example.com/ztunnel:1.31.4" })),
  way("a program with the image of ztunnel", ztunnel([], { args: ["sh"] })),
  way(
    "another webhook of validation",
    release("base", { base: { validationURL: "https://evil.example.com" } }),
  ),
  way("another certificate of validation", release("base", { base: { validationCABundle: "eA==" } })),
  way("a postrenderer of the chart base", release("base", {}, { postrender: "./change.sh" })),
  way(
    "charts of another repository",
    istiod({}, {}, { repositoryOpts: { repo: "https://evil.example.com/charts" } }),
  ),
  way("a chart of another registry", istiod({}, {}, { chart: "oci://evil.example.com/charts/istiod" })),
  way(
    "an authorizer that fails open",
    istiod(
      {},
      {
        extensionProviders: [
          {
            name: "opa",
            envoyExtAuthzGrpc: { service: "opa.opa.svc.cluster.local", port: 9191, failOpen: true },
          },
        ],
      },
    ),
  ),
  way(
    "an authorizer that fails open by another name",
    istiod(
      {},
      {
        extensionProviders: [
          {
            name: "opa",
            envoy_ext_authz_http: { service: "opa.opa.svc.cluster.local", port: 9191, fail_open: true },
          },
        ],
      },
    ),
  ),
  way("aliases of the trust domain", istiod({}, { trustDomainAliases: ["evil.example.com"] })),
  way("certificates of another CA by mesh config", istiod({}, { certificates: [{ secretName: "a" }] })),
  way(
    "the default of the outbound mode by its proto name",
    istiod({}, { outbound_traffic_policy: { mode: "ALLOW_ANY" } }),
  ),
  way(
    "mesh config as text",
    release("istiod", { autoscaleMin: 2, meshConfig: "outboundTrafficPolicy: {mode: ALLOW_ANY}" }),
  ),
  way("an old version of TLS in the mesh", istiod({}, { meshMTLS: { minProtocolVersion: "TLSV1_0" } })),
  way(
    "paths without normalization by their proto name",
    istiod({}, { path_normalization: { normalization: "NONE" } }),
  ),
  way(
    "selectors of namespaces by which istiod ignores policies",
    istiod({}, { discoverySelectors: [{ matchLabels: { team: "evil" } }] }),
  ),
  way(
    "a workload behind istiod's Service",
    object(
      "Deployment",
      "evil",
      { spec: { template: pod("evil", { labels: { app: "istiod", istio: "pilot" } }) } },
      root,
    ),
  ),
  way(
    "a control plane by its arguments",
    object(
      "Deployment",
      "control",
      {
        spec: {
          template: pod(
            "control",
            {},
            {},
            { image: "registry.example.com/control:1.0.0", args: ["discovery", "--monitoringAddr=:15014"] },
          ),
        },
      },
      root,
    ),
  ),
  way(
    "istiod's Service by an external name",
    object("Service", "istiod", { spec: { type: "ExternalName", externalName: "evil.example.com" } }, root),
  ),
  way(
    "endpoints of istiod",
    typed(
      "v1",
      "Endpoints",
      "istiod",
      { subsets: [{ addresses: [{ ip: "203.0.113.7" }], ports: [{ port: 15012 }] }] },
      root,
    ),
  ),
  way(
    "an EndpointSlice of istiod",
    typed(
      "discovery.k8s.io/v1",
      "EndpointSlice",
      "x",
      { addressType: "IPv4", endpoints: [{ addresses: ["203.0.113.7"] }] },
      { ...root, labels: { "kubernetes.io/service-name": "istiod" } },
    ),
  ),
  way(
    "the root certificate of a namespace",
    object("ConfigMap", "istio-ca-root-cert", { data: { "root-cert.pem": "x" } }),
  ),
  way("the CA's own Secret", typed("v1", "Secret", "istio-ca-secret", { data: { "ca-key.pem": "x" } }, root)),
  way(
    "a patch of the injection template of a revision",
    patch("ConfigMap", "istio-sidecar-injector-canary", { data: { config: "templates: {}" } }, root),
  ),
  way(
    "a revision tag's webhook to another program",
    webhook("istio-revision-tag-prod", {
      namespaceSelector: { matchLabels: { "istio.io/tag": "prod" } },
      clientConfig: { url: "https://evil.example.com/inject" },
    }),
  ),
  way(
    "a webhook of another program for pods of the mesh",
    webhook("helper", {
      namespaceSelector: { matchLabels: { "istio-injection": "enabled" } },
      clientConfig: { service: { name: "evil", namespace: "evil" } },
    }),
  ),
  way(
    "a webhook of another program for pods with the label",
    webhook("helper", {
      objectSelector: {
        matchExpressions: [{ key: "sidecar.istio.io/inject", operator: "In", values: ["true"] }],
      },
      clientConfig: { service: { name: "evil", namespace: "evil" } },
    }),
  ),
  way(
    "a revision tag that starts pods without a sidecar",
    webhook("istio-revision-tag-prod", {
      failurePolicy: "Ignore",
      clientConfig: { service: { name: "istiod", namespace: "istio-system" } },
    }),
  ),
  way(
    "a validation webhook of istiod that fails open",
    typed(
      "admissionregistration.k8s.io/v1",
      "ValidatingWebhookConfiguration",
      "istio-validator-istio-system",
      { webhooks: [{ name: "rev.validation.istio.io", failurePolicy: "Ignore" }] },
      { namespace: undefined },
    ),
  ),
];
