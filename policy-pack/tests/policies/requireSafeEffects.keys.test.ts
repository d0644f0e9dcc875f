import { expect } from "chai";
import { messages } from "../../policies/requireSafeEffects";
import type { Resource } from "../engine";
import {
  defaultDeny,
  deployment,
  destinationRule,
  istio,
  istiod,
  kubernetes,
  route,
  virtualService,
} from "../resources";
import { accepted, inDev, judge } from "../safeEffects";

type Tree = Record<string, unknown>;
const inNamespace = (resource: Resource, of: string): Resource => ({
  ...resource,
  props: { ...resource.props, metadata: { name: "tool", namespace: of } },
});
const other = (apiVersion: string, kind: string, spec: Tree, metadata: Tree = {}) =>
  kubernetes(apiVersion, kind, { metadata: { name: "x", namespace: "istio-system", ...metadata }, spec });

describe("require-safe-effects, of keys and records", () => {
  const deny = defaultDeny({}, { namespace: "istio-system" });

  it("refuses what reads the signing key of the mesh, and accepts what provides it", async () => {
    const volumes = [{ name: "k", secret: { secretName: "istio-ca-secret" } }];
    const pod = (of: string) => inNamespace(deployment({ spec: { volumes } }), of);
    const path = "spec.template.spec.volumes[0].secret.secretName";
    expect((await judge(deny, pod("istio-system"))).violations).to.include(
      messages.accounts.key("Deployment istio-system/tool", path, "istio-ca-secret"),
    );
    expect(await judge(pod("shop"))).to.deep.equal(accepted);
    const issuer = other("cert-manager.io/v1", "Issuer", { ca: { secretName: "cacerts" } });
    expect(await judge(issuer)).to.deep.equal({
      violations: [messages.accounts.key("Issuer istio-system/x", "spec.ca.secretName", "cacerts")],
    });
    const provided = other("cert-manager.io/v1", "Certificate", { secretName: "cacerts", isCA: true });
    expect(await judge(provided)).to.deep.equal(accepted);
  });

  it("refuses certificates of another namespace's identity", async () => {
    const certificate = (identity: string) =>
      other("cert-manager.io/v1", "Certificate", { uris: [identity] }, { namespace: "shop" });
    const pay = "spiffe://cluster.local/ns/bank/sa/pay";
    expect(await judge(certificate(pay))).to.deep.equal({
      violations: [messages.accounts.issued("Certificate shop/x", "spec.uris[0]", pay, "bank")],
    });
    expect(await judge(certificate("spiffe://cluster.local/ns/shop/sa/web"))).to.deep.equal(accepted);
    const template =
      "spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}/sa/{{ .PodSpec.ServiceAccountName }}";
    expect(await judge(other("spire.spiffe.io/v1alpha1", "ClusterSPIFFEID", { template }))).to.deep.equal(
      accepted,
    );
  });

  it("refuses undeclared hosts behind a forward proxy, but not in dev", async () => {
    const tunnel = { protocol: "CONNECT", targetHost: "pay.example.com", targetPort: 443 };
    const rule = destinationRule({ host: "proxy.example.com", trafficPolicy: { tunnel } });
    const path = "spec.trafficPolicy.tunnel.targetHost";
    const refused = messages.egress.tunnel("DestinationRule shop/catalog", path, "pay.example.com");
    expect(await judge(rule)).to.deep.equal({ violations: [refused] });
    expect(await inDev(rule)).to.deep.equal(accepted);
    const declared = (host: string) =>
      istio(
        "networking.istio.io/v1",
        "ServiceEntry",
        { namespace: "shop", name: "x" },
        { hosts: [host], resolution: "NONE", ports: [{ number: 443, name: "tls", protocol: "TLS" }] },
      );
    expect(await judge(rule, declared("pay.example.com"))).to.deep.equal(accepted);
    expect(await judge(rule, declared("*.example.com"))).to.deep.equal(accepted);
  });

  it("refuses routes of gateways to ports of istiod without authentication", async () => {
    const host = "istiod.istio-system.svc.cluster.local";
    const exposing = (number: number, gateways = ["ingress/public"]) =>
      virtualService([route({ route: [{ destination: { host, port: { number } } }] })], {
        hosts: ["x.example.com"],
        gateways,
      });
    const path = "spec.http[0].route[0].destination.port.number";
    expect(await judge(exposing(15010))).to.deep.equal({
      violations: [messages.exposure.istiod("VirtualService shop/catalog", path, host, "15010")],
    });
    expect(await judge(exposing(15012))).to.deep.equal(accepted);
    expect(await judge(exposing(15010, ["mesh"]))).to.deep.equal(accepted);
  });

  it("refuses credentials in traces and metrics", async () => {
    const telemetry = (spec: Tree) =>
      judge(istio("telemetry.istio.io/v1", "Telemetry", { namespace: "shop", name: "x" }, spec));
    const tagged = (tag: Tree) => telemetry({ tracing: [{ customTags: { tag } }] });
    const at = (path: string, header: string) => ({
      violations: [messages.records.credentials("Telemetry shop/x", `spec.${path}`, header)],
    });
    expect(await tagged({ header: { name: "authorization" } })).to.deep.equal(
      at("tracing[0].customTags.tag.header.name", "authorization"),
    );
    expect(await tagged({ formatter: "%REQ(COOKIE)%" })).to.deep.equal(
      at("tracing[0].customTags.tag.formatter", "COOKIE"),
    );
    expect(await tagged({ header: { name: "x-tenant" } })).to.deep.equal(accepted);
    const labelled = (value: string) =>
      telemetry({ metrics: [{ overrides: [{ tagOverrides: { user: { value } } }] }] });
    expect(await labelled("request.headers['cookie']")).to.deep.equal(
      at("metrics[0].overrides[0].tagOverrides.user.value", "cookie"),
    );
    expect(await labelled("request.method")).to.deep.equal(accepted);
    const mesh = istiod({
      meshConfig: { defaultConfig: { tracing: { customTags: { a: { header: { name: "cookie" } } } } } },
    });
    expect((await judge(mesh)).violations).to.deep.equal([
      messages.records.credentials(
        "Release istio-system/istiod",
        "values.meshConfig.defaultConfig.tracing.customTags.a.header.name",
        "cookie",
      ),
    ]);
  });

  it("refuses origins of strangers that resemble the expected ones", async () => {
    const cors = (origin: Tree) =>
      judge(virtualService([route({ corsPolicy: { allowOrigins: [origin], allowCredentials: true } })]));
    const path = "spec.http[0].corsPolicy.allowOrigins[0]";
    const refused = (origin: string) => ({
      violations: [messages.cors.credentials("VirtualService shop/catalog", path, origin)],
    });
    for (const [match, origin] of [
      [{ prefix: "https://shop.example.com" }, "https://shop.example.com.stranger.example"],
      [{ regex: "https://shop.example\\.com" }, "https://shopxexample.com"],
      [{ regex: "https://.*example\\.com" }, "https://strangerexample.com"],
      [{ regex: "https://(a|b)\\.example\\.com.*" }, "https://a.example.comstranger"],
    ] as const) {
      expect(await cors(match), JSON.stringify(match)).to.deep.equal(refused(origin));
    }
    for (const match of [
      { prefix: "https://shop.example.com:" },
      { regex: "https://(.*\\.)?example\\.com(:[0-9]+)?" },
      { regex: "https://[a-z]+\\.example\\.com" },
      { exact: "https://shop.example.com" },
    ]) {
      expect(await cors(match), JSON.stringify(match)).to.deep.equal(accepted);
    }
  });
});
