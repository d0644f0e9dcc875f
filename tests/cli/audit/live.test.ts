import type { KubeConfig } from "@kubernetes/client-node";
import { expect } from "chai";
import { audit } from "../../../cli/audit/audit";
import { clusterObjects } from "../../../cli/audit/cluster";
import { policySettings } from "../../../cli/audit/settings";
import { liveSources } from "../../../cli/audit/sources";
import { Api } from "../api";
import { said } from "./audited";

const core = [
  "namespaces Namespace",
  "services Service",
  "serviceaccounts ServiceAccount",
  "pods Pod",
  "configmaps ConfigMap",
];
const resources = (...all: string[]): object => ({
  resources: all.map((one) => {
    const [name, kind] = one.split(" ");
    return { name, kind, namespaced: kind !== "Namespace", verbs: ["list"] };
  }),
});
const list = (...items: object[]): object => ({ metadata: {}, items });
const named = (name: string, namespace: string): object => ({ metadata: { name, namespace } });

describe("cli/audit: the API server", () => {
  const api = new Api();
  let config: KubeConfig;
  before(async () => {
    config = await api.start();
  });
  after(() => api.stop());

  it("lists Kubernetes' kinds and those of Istio's CRDs, and is asked for Secrets that Gateways name", async () => {
    const gateway = {
      ...named("public", "shop"),
      apiVersion: "networking.istio.io/v1",
      kind: "Gateway",
      spec: {
        selector: { istio: "ingress" },
        servers: [
          ...["here", "missing", "hidden"].map((credentialName) => ({ mode: "SIMPLE", credentialName })),
          { mode: "SIMPLE", credentialNames: ["here", "second"] },
          { mode: "MUTUAL", credentialName: "here", caCertCredentialName: "clients" },
          { mode: "MUTUAL", credentialName: "here", caCertCredentialName: "strangers" },
          { mode: "SIMPLE", credentialName: "here", caCertCredentialName: "unread" },
        ].map((tls, i) => ({
          port: { number: 443, name: "https", protocol: "HTTPS" },
          hosts: [`${i}.example.com`],
          tls,
        })),
      },
    };
    const pods = {
      metadata: { labels: { istio: "ingress" }, annotations: { "inject.istio.io/templates": "gateway" } },
      spec: { containers: [{ name: "istio-proxy", image: "auto" }] },
    };
    Object.assign(api.objects, {
      "/api/v1": resources(...core),
      "/api/v1/namespaces": list({ metadata: { name: "edge", labels: { "istio-injection": "enabled" } } }),
      "/api/v1/services": list({
        ...named("web", "shop"),
        spec: { ports: [{ port: 80 }], selector: { app: "web" } },
      }),
      "/api/v1/pods": list(),
      "/api/v1/configmaps": list(),
      "/api/v1/serviceaccounts": list(),
      "/apis/apps/v1": resources("deployments Deployment"),
      "/apis/apps/v1/deployments": list({ ...named("ingress", "edge"), spec: { template: pods } }),
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions": list({
        metadata: { name: "gateways.networking.istio.io" },
        spec: {
          group: "networking.istio.io",
          names: { plural: "gateways", kind: "Gateway" },
          versions: [{ name: "v1", storage: true }],
        },
      }),
      "/apis/networking.istio.io/v1/gateways": list(gateway),
      "/api/v1/namespaces/edge/secrets/here": { ...named("here", "edge"), data: { "tls.key": "c2VjcmV0" } },
      "/api/v1/namespaces/edge/secrets/hidden": null,
      "/api/v1/namespaces/edge/secrets/clients-cacert": named("clients-cacert", "edge"),
    });
    const read = await clusterObjects(config);
    expect(JSON.stringify(read)).to.not.contain("c2VjcmV0");
    const result = audit(liveSources(read), { settings: policySettings("dev"), complete: true });
    expect(said(result, "MW930")).to.deep.equal(
      ["missing", "second", "strangers"].map(
        (name) =>
          `Gateway shop/public -: The gateway's pods run in edge, where no Secret ${name} is, so TLS handshakes fail.`,
      ),
    );
    expect(said(result, "MW926").join()).to.contain(
      "There is no workload with the labels app=web in the namespace shop, so it has no endpoints.",
    );
    expect(said(result, "MW935")).to.have.length(7);
    expect(said(result, "MW939")).to.include(
      "The API server denies reading these Secrets of gateways, so whether they exist is not judged: edge/hidden.",
    );
    // Clients outside of the mesh call gateways.
    expect(said(result, "require-default-deny")).to.deep.equal([]);
  });
  it("may deny policies of CNI plugins: the rest is judged, which is said, and no other kind may be missing", async () => {
    const definition = (group: string, kind: string, plural: string): object => ({
      metadata: { name: `${plural}.${group}` },
      spec: { group, names: { plural, kind }, versions: [{ name: "v2", storage: true }] },
    });
    const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    api.objects[definitions] = list(definition("cilium.io", "CiliumNetworkPolicy", "ciliumnetworkpolicies"));
    api.objects["/apis/cilium.io/v2/ciliumnetworkpolicies"] = null;
    const read = await clusterObjects(config, { withoutPolicies: true });
    expect(read.deniedKinds).to.deep.equal(["CiliumNetworkPolicy"]);
    const result = audit(liveSources(read), { settings: policySettings("dev"), complete: true });
    expect(said(result, "MW939")).to.include(
      "The API server denies listing these policies of CNI plugins, so connections that they deny are not judged: " +
        "CiliumNetworkPolicy.",
    );
    expect(said(result, "MW926").join()).to.contain("There is no workload with the labels app=web");
    const failure = await clusterObjects(config).then(
      () => undefined,
      (error: unknown) => (error as { readonly code?: unknown }).code,
    );
    expect(failure).to.equal(403);
    api.objects[definitions] = list(definition("networking.istio.io", "Gateway", "gateways"));
    api.objects["/apis/networking.istio.io/v2/gateways"] = null;
    const istio = await clusterObjects(config, { withoutPolicies: true }).then(
      () => undefined,
      (error: unknown) => (error as { readonly code?: unknown }).code,
    );
    expect(istio).to.equal(403);
  });
});
