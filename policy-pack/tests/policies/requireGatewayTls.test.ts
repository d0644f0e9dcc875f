import { expect } from "chai";
import type { Message } from "../../policy";
import { messages, requireGatewayTls } from "../../policies/requireGatewayTls";
import { type Resource, unknown, validateResource } from "../engine";
import { gateway, istio, kubernetes } from "../resources";
import { said } from "../said";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(requireGatewayTls, resource, configuration);
const tls = (changes: object, configuration = {}) =>
  judge(gateway({ tls: { mode: "SIMPLE", credentialName: "shop", ...changes } }), configuration);
const inGateway = said("Gateway shop/public", "spec.servers");
const at = (path: string, message: Message) => ({ violations: [inGateway(path, message)] });

describe("require-gateway-tls", () => {
  it("states the field, the version and the fix", async () => {
    expect(await tls({ minProtocolVersion: "TLSV1_0" })).to.deep.equal({
      violations: [
        "Gateway shop/public: spec.servers[1].tls.minProtocolVersion is TLSV1_0, older than TLSV1_2. Set it to TLSV1_2 or " +
          "TLSV1_3.",
      ],
    });
  });

  it("accepts TLS 1.2 and newer, and plaintext HTTP that is redirected", async () => {
    expect(await judge(gateway())).to.deep.equal({ violations: [] });
    for (const minProtocolVersion of [undefined, "TLS_AUTO", "TLSV1_2", "TLSV1_3"]) {
      expect(await tls({ minProtocolVersion })).to.deep.equal({ violations: [] });
    }
  });

  it("accepts TLS that is terminated behind the gateway, and protocols without a redirect", async () => {
    expect(await tls({ mode: "PASSTHROUGH", minProtocolVersion: "TLSV1_0" })).to.deep.equal({
      violations: [],
    });
    const mongo = gateway({ port: { number: 27017, protocol: "MONGO" } });
    expect(await judge(mongo)).to.deep.equal({ violations: [] });
  });

  it("refuses older versions", async () => {
    for (const version of ["TLSV1_0", "TLSV1_1"]) {
      expect(await tls({ minProtocolVersion: version })).to.deep.equal(
        at("[1].tls.minProtocolVersion", messages.version(version, "TLSV1_2")),
      );
    }
    expect(await tls({ maxProtocolVersion: "TLSV1_1" })).to.deep.equal(
      at("[1].tls.maxProtocolVersion", messages.version("TLSV1_1", "TLSV1_2")),
    );
    expect(await tls({ minProtocolVersion: "hunter2" })).to.deep.equal(
      at("[1].tls.minProtocolVersion", messages.unknownVersion("TLSV1_2")),
    );
  });

  it("applies the organization's oldest version, also to Istio's default", async () => {
    const settings = { minProtocolVersion: "TLSV1_3" };
    expect(await tls({}, settings)).to.deep.equal(
      at("[1].tls.minProtocolVersion", messages.defaultVersion("TLSV1_2", "TLSV1_3")),
    );
    expect(await tls({ minProtocolVersion: "TLSV1_3" }, settings)).to.deep.equal({ violations: [] });
  });

  it("refuses plaintext HTTP without a redirect", async () => {
    for (const protocol of ["HTTP", "http", "HTTP2", "GRPC", "HTTP_PROXY"]) {
      for (const settings of [undefined, {}, { httpsRedirect: false }]) {
        const plain = gateway({}, { port: { number: 80, protocol }, tls: settings });
        expect(await judge(plain)).to.deep.equal(at("[0].tls.httpsRedirect", messages.plaintext(protocol)));
      }
    }
  });

  it("refuses plaintext of protocols that proxies do not parse", async () => {
    for (const protocol of ["TCP", "tcp", "MONGO"]) {
      const opaque = gateway({ port: { number: 80, protocol }, tls: undefined });
      expect(await judge(opaque)).to.deep.equal(at("[1].port.protocol", messages.opaque(protocol)));
    }
  });

  it("refuses an Ingress of Istio's class without TLS", async () => {
    const ingress = (spec: object, annotations: object = {}) =>
      judge(
        kubernetes("networking.k8s.io/v1", "Ingress", {
          metadata: { namespace: "shop", name: "web", annotations },
          spec,
        }),
      );
    const refused = { violations: [said("Ingress shop/web")("spec.tls", messages.ingress())] };
    expect(await ingress({ ingressClassName: "istio" })).to.deep.equal(refused);
    expect(await ingress({}, { "kubernetes.io/ingress.class": "istio" })).to.deep.equal(refused);
    expect(await ingress({ ingressClassName: "nginx" })).to.deep.equal({ violations: [] });
    expect(await ingress({ ingressClassName: "istio", tls: [{ secretName: "a" }] })).to.deep.equal({
      violations: [],
    });
  });

  it("refuses plaintext listeners of the Gateway API", async () => {
    const listeners = (...protocols: unknown[]) =>
      judge(
        istio(
          "gateway.networking.k8s.io/v1",
          "Gateway",
          { namespace: "shop", name: "public" },
          { gatewayClassName: "istio", listeners: protocols.map((protocol) => ({ protocol })) },
        ),
      );
    expect(await listeners("HTTPS", "TLS", "HBONE")).to.deep.equal({ violations: [] });
    expect(await listeners("HTTPS", "HTTP", "TCP")).to.deep.equal({
      violations: [
        said("Gateway shop/public")("spec.listeners[1].protocol", messages.listener("HTTP")),
        said("Gateway shop/public")("spec.listeners[2].protocol", messages.listener("TCP")),
      ],
    });
    expect((await listeners(unknown)).undecided).to.be.a("string");
  });

  it("accepts plaintext HTTP where a load balancer in front terminates TLS", async () => {
    const plain = gateway({}, { port: { number: 80, protocol: "HTTP" }, tls: undefined });
    expect(await judge(plain, { tlsTerminatedBy: "loadBalancer" })).to.deep.equal({ violations: [] });
    expect(await judge(plain, { tlsTerminatedBy: "gateway" })).to.deep.equal(
      at("[0].tls.httpsRedirect", messages.plaintext("HTTP")),
    );
  });

  it("refuses to accept any client certificate", async () => {
    expect(await tls({ mode: "MUTUAL", insecureSkipVerify: true })).to.deep.equal(
      at("[1].tls.insecureSkipVerify", messages.skipVerify()),
    );
  });

  it("reports unknown values as undecided", async () => {
    expect(await tls({ minProtocolVersion: unknown, maxProtocolVersion: "TLSV1_1" })).to.deep.equal({
      ...at("[1].tls.maxProtocolVersion", messages.version("TLSV1_1", "TLSV1_2")),
      undecided:
        "Gateway shop/public: string value at .spec.servers.1.tls.minProtocolVersion can't be known during preview",
    });
  });
});
