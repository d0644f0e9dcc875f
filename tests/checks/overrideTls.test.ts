import { expect } from "chai";
import { checkMesh, renderMesh } from "../../mesh";
import { base, found, http } from "./overriding";

const api = "api.shop.svc.cluster.local:8080";
const replaces = "the override replaces the catalog's setting of requests to";
const outsidePort = { http: { port: 80, targetPort: 443, protocol: "http" } };

/** A catalog whose proxies encrypt requests to two outside hosts: at the caller, and at the egress gateway. */
const outside = {
  services: { web: { ports: { http }, calls: { bank: {}, vault: {} } } },
  externalServices: {
    bank: { host: "bank.example.com", ports: outsidePort, tls: { mode: "SIMPLE" } },
    vault: {
      host: "vault.example.com",
      ports: outsidePort,
      tls: { mode: "MUTUAL", credentialName: "vault-client" },
      egressGateway: true,
    },
  },
};

const withTls = (name: string, tls: object | null, more: object = outside): string[] =>
  found({ DestinationRule: { [name]: { spec: { trafficPolicy: { tls } } } } }, more);

describe("overrides of TLS", () => {
  it("leave the certificates of outside hosts, and of their clients", () => {
    const bank = `MW365 DestinationRule["shop/bank"]: ${replaces} bank.example.com:80:`;
    const vault = `MW365 DestinationRule["shop/vault"]: ${replaces} vault.example.com:80:`;
    expect(withTls("shop/bank", { caCertificates: null })).to.deep.equal([]);
    expect(withTls("shop/bank", { caCertificates: "/etc/own/ca.pem" })).to.deep.equal([
      `${bank} tls.caCertificates system becomes /etc/own/ca.pem`,
    ]);
    // No outside host has a certificate of the mesh.
    expect(withTls("shop/bank", { mode: "ISTIO_MUTUAL", caCertificates: null })).to.deep.equal([
      `${bank} TLS SIMPLE becomes ISTIO_MUTUAL`,
    ]);
    expect(withTls("shop/vault", { credentialName: "vault-client" })).to.deep.equal([]);
    expect(withTls("shop/vault", { credentialName: "other" })).to.deep.equal([
      `${vault} tls.credentialName vault-client becomes other`,
    ]);
    const files = { clientCertificate: "/a", privateKey: "/b", caCertificates: "/c" };
    expect(withTls("shop/vault", { credentialName: null, ...files })).to.deep.equal([
      `${vault} tls.credentialName vault-client becomes not set, and 3 more settings`,
    ]);
  });

  it("encrypt what leaves for outside hosts, which is one finding", () => {
    const weaker = (of: string, client: string, before: string, after: string): string[] => [
      `MW910 DestinationRule["shop/${of}"]: the override weakens TLS of "${client}": TLS ${before} to ${of}.example.com:80 becomes TLS ${after} to ${of}.example.com:80`,
    ];
    expect(withTls("shop/bank", null)).to.deep.equal(weaker("bank", "web", "SIMPLE", "none"));
    expect(withTls("shop/bank", { mode: "DISABLE" })).to.deep.equal(
      weaker("bank", "web", "SIMPLE", "DISABLE"),
    );
    expect(withTls("shop/bank", { insecureSkipVerify: true })).to.deep.equal(
      weaker("bank", "web", "SIMPLE", "SIMPLE without verification"),
    );
    expect(withTls("shop/vault", { mode: "SIMPLE" })).to.deep.equal(
      weaker("vault", "istio-egress-shop", "MUTUAL", "SIMPLE"),
    );
    // A sidecar ignores TLS settings with the Secret of a gateway.
    expect(withTls("shop/bank", { credentialName: "bank-ca" })).to.deep.equal(
      weaker("bank", "web", "SIMPLE", "none"),
    );
  });

  it("present the certificates of the catalog at gateways, with any ciphers", () => {
    const routes = [{ prefix: "/", service: "api", port: "http" }];
    const edge = {
      services: { api: base.services.api },
      gateways: { public: { hosts: { "shop.example.com": { tls: { credentialName: "shop" }, routes } } } },
    };
    const { mesh } = checkMesh({ ...base, ...edge });
    const { spec } = (mesh ? renderMesh(mesh) : []).find(({ kind }) => kind === "Gateway") as unknown as {
      spec: { servers: { tls?: { mode?: string } }[] };
    };
    const served = (tls: object): string[] => {
      const servers = spec.servers.map((one) =>
        one.tls?.mode === undefined ? one : { ...one, tls: { ...one.tls, ...tls } },
      );
      return found({ Gateway: { "shop/public": { spec: { servers } } } }, edge);
    };
    expect(served({})).to.deep.equal([]);
    expect(served({ cipherSuites: ["ECDHE-RSA-AES128-GCM-SHA256"] })).to.deep.equal([]);
    expect(served({ credentialName: "other" })).to.deep.equal([
      `MW365 Gateway["shop/public"]: the override replaces the catalog's setting of TLS to shop.example.com:443: credentialName shop becomes credentialName other`,
    ]);
    expect(served({ maxProtocolVersion: "TLSV1_2" })).to.deep.equal([
      `MW910 Gateway["shop/public"]: the override weakens TLS of "istio-ingress-shop": TLS SIMPLE, TLSV1_2 or newer becomes TLS SIMPLE, TLSV1_2 to TLSV1_2`,
    ]);
  });

  it("present the certificates of the mesh to its own services", () => {
    const files = { clientCertificate: "/a", privateKey: "/b", caCertificates: "/c" };
    expect(withTls("shop/api", null, {})).to.deep.equal([]);
    expect(withTls("shop/api", { mode: "MUTUAL", ...files }, {})).to.deep.equal([
      `MW365 DestinationRule["shop/api"]: ${replaces} ${api}: TLS ISTIO_MUTUAL becomes MUTUAL, and 3 more settings`,
    ]);
  });

  it("leave the services behind a gateway's routes, and the egress gateway behind outside hosts", () => {
    const routes = [{ prefix: "/", service: "api", port: "http" }];
    const edge = {
      services: { api: base.services.api },
      gateways: { public: { hosts: { "shop.example.com": { tls: { credentialName: "shop" }, routes } } } },
    };
    expect(withTls("shop/api", { mode: "DISABLE" }, edge)).to.deep.equal([
      `MW910 DestinationRule["shop/api"]: the override weakens TLS of "istio-ingress-shop": TLS ISTIO_MUTUAL to ${api} becomes TLS DISABLE to ${api}`,
    ]);
    const pool = { spec: { trafficPolicy: { connectionPool: { tcp: { maxConnections: 999 } } } } };
    expect(found({ DestinationRule: { "shop/api": pool } }, edge)).to.deep.equal([
      `MW365 DestinationRule["shop/api"]: ${replaces} ${api}: connectionPool.tcp.maxConnections 100 becomes 999`,
    ]);
    const subsets = [{ name: "vault-shop", trafficPolicy: { tls: { mode: "DISABLE" } } }];
    const egress = "istio-egress.istio-egress.svc.cluster.local:80";
    expect(found({ DestinationRule: { "istio-egress/shop": { spec: { subsets } } } }, outside)).to.deep.equal(
      [
        `MW910 DestinationRule["istio-egress/shop"]: the override weakens TLS of "web": TLS ISTIO_MUTUAL to ${egress} becomes TLS DISABLE to ${egress}`,
      ],
    );
  });
});
