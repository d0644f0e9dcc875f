import { expect } from "chai";
import { normalizeExternalService, originatesTls } from "../../catalog/externalService";

const ports = { http: { port: 80, targetPort: 443, protocol: "http" } } as const;

describe("catalog/externalService", () => {
  it("resolves its defaults, in the mesh's namespace", () => {
    const bare = normalizeExternalService("bank", { host: "bank.example.com", ports }, "shop");
    expect(bare).to.deep.include({
      name: "bank",
      namespace: "shop",
      host: "bank.example.com",
      path: "externalServices.bank",
      authorization: "enforced",
      addresses: [],
      egressGateway: false,
    });
    expect(bare).not.to.have.any.keys("tls", "resolution");
    const more = {
      host: "*.example.com",
      addresses: ["10.0.0.2", "10.0.0.1"],
      tls: { mode: "SIMPLE" },
      resolution: "DYNAMIC_DNS",
      egressGateway: true,
    } as const;
    expect(normalizeExternalService("bank", { ...more, ports }, "shop")).to.deep.include({
      ...more,
      addresses: ["10.0.0.1", "10.0.0.2"],
    });
  });

  it("originates TLS on ports whose protocol has none of its own", () => {
    const tls = { mode: "SIMPLE" } as const;
    const protocols = ["http", "tcp", "tls", "mysql"] as const;
    expect(protocols.filter((protocol) => originatesTls({ tls }, { protocol }))).to.deep.equal([
      "http",
      "tcp",
    ]);
    expect(protocols.filter((protocol) => originatesTls({}, { protocol }))).to.deep.equal([]);
  });
});
