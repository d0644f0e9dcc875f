import { expect } from "chai";
import { difference, type PlainObject, readObjects } from "../../effect";

const pods: PlainObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "edge", namespace: "edge" },
  spec: {
    template: {
      metadata: {
        labels: { istio: "edge", "sidecar.istio.io/inject": "true" },
        annotations: { "inject.istio.io/templates": "gateway" },
      },
      spec: { containers: [{ name: "istio-proxy", image: "auto" }] },
    },
  },
};

interface Server {
  readonly tls?: object;
  readonly hosts?: readonly string[];
  readonly protocol?: string;
}

const model = (...servers: readonly Server[]) =>
  readObjects([
    pods,
    {
      apiVersion: "networking.istio.io/v1",
      kind: "Gateway",
      metadata: { name: "edge", namespace: "edge" },
      spec: {
        selector: { istio: "edge" },
        servers: servers.map(({ tls, hosts = ["shop.example.com"], protocol = "HTTPS" }) => ({
          port: { number: 443, name: "https", protocol },
          hosts,
          ...(tls && { tls: { credentialName: "cert", ...tls } }),
        })),
      },
    },
  ]);

const found = (old: Server | readonly Server[], now: Server | readonly Server[]): string[] =>
  difference(model(...[old].flat()), model(...[now].flat()))
    .filter(({ kind }) => kind.startsWith("mTLS"))
    .map(({ kind, sent, before, after }) => `${kind} ${sent?.host ?? ""}: ${before} -> ${after}`);

describe("effect/gatewayTls: certificates", () => {
  const changed = (old: Server, now: Server): string[] =>
    difference(model(old), model(now)).map(
      ({ kind, sent, before, after }) => `${kind} ${sent?.host ?? ""}: ${before} -> ${after}`,
    );

  it("change with the same strength of TLS, and not beside another one", () => {
    const simple = { tls: { mode: "SIMPLE" } };
    const other = { tls: { mode: "SIMPLE", credentialName: "other" } };
    expect(changed(simple, simple)).to.deep.equal([]);
    expect(changed(simple, other)).to.deep.equal([
      "certificate changed shop.example.com: credentialName cert -> credentialName other",
    ]);
    const ca = { tls: { mode: "MUTUAL", caCertCredentialName: "ca" } };
    expect(changed({ tls: { mode: "MUTUAL" } }, ca)).to.deep.equal([
      "certificate changed shop.example.com: caCertCredentialName not set -> caCertCredentialName ca",
    ]);
    expect(changed({ tls: { mode: "MUTUAL" } }, other)).to.have.length(1);
    expect(changed({ tls: { mode: "MUTUAL" } }, other)[0]).to.include("mTLS weaker");
  });

  it("of several names are the list of them", () => {
    const named = (...credentialNames: string[]): Server => ({
      tls: { mode: "SIMPLE", credentialName: undefined, credentialNames },
    });
    expect(changed(named("a", "b"), named("a", "c"))).to.deep.equal([
      "certificate changed shop.example.com: credentialNames a, b -> credentialNames a, c",
    ]);
  });
});

describe("effect/gatewayTls", () => {
  const mutual = { tls: { mode: "MUTUAL" } };
  const simple = { tls: { mode: "SIMPLE" } };

  it("is weaker where clients need no certificate any more, and stronger where they need one", () => {
    expect(found(mutual, simple)).to.deep.equal([
      "mTLS weaker shop.example.com: TLS MUTUAL, TLSV1_2 or newer -> TLS SIMPLE, TLSV1_2 or newer",
    ]);
    expect(found(simple, mutual)).to.deep.equal([
      "mTLS stronger shop.example.com: TLS SIMPLE, TLSV1_2 or newer -> TLS MUTUAL, TLSV1_2 or newer",
    ]);
    expect(found(mutual, { tls: { mode: "OPTIONAL_MUTUAL" } }).join()).to.match(/^mTLS weaker/);
    expect(found({ tls: { mode: "OPTIONAL_MUTUAL" } }, simple).join()).to.match(/^mTLS weaker/);
    expect(found(mutual, mutual)).to.deep.equal([]);
  });

  it("is weaker with older versions of TLS, of which Istio's own is 1.2", () => {
    const from = (minProtocolVersion: string): Server => ({ tls: { mode: "SIMPLE", minProtocolVersion } });
    expect(found(simple, from("TLSV1_0"))).to.deep.equal([
      "mTLS weaker shop.example.com: TLS SIMPLE, TLSV1_2 or newer -> TLS SIMPLE, TLSV1_0 or newer",
    ]);
    expect(found(simple, from("TLSV1_3")).join()).to.match(/^mTLS stronger/);
    expect(found(simple, from("TLS_AUTO"))).to.deep.equal([]);
    // Weaker in one way is weaker.
    expect(found(mutual, { tls: { mode: "SIMPLE", minProtocolVersion: "TLSV1_3" } }).join()).to.match(
      /^mTLS weaker/,
    );
  });

  it("is weaker with more names of clients, or with any name", () => {
    const named = (...subjectAltNames: readonly string[]): Server => ({
      tls: { mode: "MUTUAL", subjectAltNames },
    });
    expect(found(named("a"), named("a", "b"))).to.deep.equal([
      "mTLS weaker shop.example.com: TLS MUTUAL, TLSV1_2 or newer, clients named a -> TLS MUTUAL, TLSV1_2 or newer, clients named a, b",
    ]);
    expect(found(named("a"), named("b")).join()).to.match(/^mTLS weaker/);
    expect(found(named("a"), mutual).join()).to.match(/^mTLS weaker/);
    expect(found(mutual, named("a")).join()).to.match(/^mTLS stronger/);
    expect(found(named("a", "b"), named("a")).join()).to.match(/^mTLS stronger/);
    expect(found(named("a", "b"), named("b", "a"))).to.deep.equal([]);
  });

  it("follows a host into a wildcard, and into plaintext on the same port", () => {
    expect(
      found({ ...mutual, hosts: ["a.example.com"] }, { ...simple, hosts: ["*.example.com"] }).join(),
    ).to.match(/^mTLS weaker a\.example\.com/);
    expect(
      found({ ...mutual, hosts: ["*.example.com"] }, { ...simple, hosts: ["*.example.com"] }).join(),
    ).to.match(/^mTLS weaker other\.example\.com/);
    const exact = [
      { ...simple, hosts: ["*"] },
      { ...mutual, hosts: ["a.example.com"] },
    ];
    expect(found({ ...mutual, hosts: ["a.example.com"] }, exact)).to.deep.equal([]);
    expect(found(simple, { protocol: "HTTP" })).to.deep.equal([
      "mTLS weaker shop.example.com: TLS SIMPLE, TLSV1_2 or newer -> no TLS",
    ]);
    expect(found(mutual, { tls: { mode: "PASSTHROUGH" }, protocol: "TLS" })).to.deep.equal([]);
    expect(found(mutual, { ...simple, hosts: ["other.test"] })).to.deep.equal([]);
  });
});
