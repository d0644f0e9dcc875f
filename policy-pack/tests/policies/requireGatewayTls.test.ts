import { expect } from "chai";
import { requireGatewayTls } from "../../policies/requireGatewayTls";
import { type Resource, unknown, validateResource } from "../engine";
import { gateway } from "../resources";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(requireGatewayTls, resource, configuration);
const tls = (changes: object, configuration = {}) =>
  judge(gateway({ tls: { mode: "SIMPLE", credentialName: "shop", ...changes } }), configuration);
const at = (text: string) => ({ violations: [`Gateway shop/public: spec.servers${text}.`] });

describe("require-gateway-tls", () => {
  it("accepts TLS 1.2 and newer, and plain HTTP that redirects", async () => {
    expect(await judge(gateway())).to.deep.equal({ violations: [] });
    for (const minProtocolVersion of [undefined, "TLS_AUTO", "TLSV1_2", "TLSV1_3"]) {
      expect(await tls({ minProtocolVersion })).to.deep.equal({ violations: [] });
    }
  });

  it("accepts TLS that ends behind the gateway, and protocols without a redirect", async () => {
    expect(await tls({ mode: "PASSTHROUGH", minProtocolVersion: "TLSV1_0" })).to.deep.equal({
      violations: [],
    });
    const mongo = gateway({ port: { number: 27017, protocol: "MONGO" }, tls: undefined });
    expect(await judge(mongo)).to.deep.equal({ violations: [] });
  });

  it("refuses older versions", async () => {
    for (const version of ["TLSV1_0", "TLSV1_1"]) {
      expect(await tls({ minProtocolVersion: version })).to.deep.equal(
        at(`[1].tls.minProtocolVersion is ${version}, older than TLSV1_2. Set it to TLSV1_2 or TLSV1_3`),
      );
    }
    expect(await tls({ maxProtocolVersion: "TLSV1_1" })).to.deep.equal(
      at("[1].tls.maxProtocolVersion is TLSV1_1, older than TLSV1_2. Set it to TLSV1_2 or TLSV1_3"),
    );
    expect(await tls({ minProtocolVersion: "hunter2" })).to.deep.equal(
      at("[1].tls.minProtocolVersion is none of Istio's versions of TLS. Set it to TLSV1_2 or TLSV1_3"),
    );
  });

  it("takes the organization's oldest version, which Istio's default may miss", async () => {
    const settings = { minProtocolVersion: "TLSV1_3" };
    expect(await tls({}, settings)).to.deep.equal(
      at("[1].tls.minProtocolVersion is not set, which is TLSV1_2, older than TLSV1_3. Set it to TLSV1_3"),
    );
    expect(await tls({ minProtocolVersion: "TLSV1_3" }, settings)).to.deep.equal({ violations: [] });
  });

  it("refuses plain HTTP that does not redirect", async () => {
    for (const protocol of ["HTTP", "http", "HTTP2", "GRPC", "HTTP_PROXY"]) {
      for (const settings of [undefined, {}, { httpsRedirect: false }]) {
        const plain = gateway({}, { port: { number: 80, protocol }, tls: settings });
        expect(await judge(plain)).to.deep.equal(
          at(`[0].tls.httpsRedirect is not true, so the gateway serves plain ${protocol}. Set it to true`),
        );
      }
    }
  });

  it("refuses to believe any client", async () => {
    expect(await tls({ mode: "MUTUAL", insecureSkipVerify: true })).to.deep.equal(
      at("[1].tls.insecureSkipVerify is true, so any client is believed. Leave it out"),
    );
  });

  it("says what is open because of unknown values", async () => {
    expect(await tls({ minProtocolVersion: unknown, maxProtocolVersion: "TLSV1_1" })).to.deep.equal({
      ...at("[1].tls.maxProtocolVersion is TLSV1_1, older than TLSV1_2. Set it to TLSV1_2 or TLSV1_3"),
      undecided:
        "Gateway shop/public: string value at .spec.servers.1.tls.minProtocolVersion can't be known during preview",
    });
  });
});
