import { expect } from "chai";
import { checkMesh } from "../../mesh";
import { toAnotherPort } from "../../checks/rules/blockReached";
import { text as certificateText } from "../../checks/rules/certificateAtGateway";
import { text as enforcedText } from "../../checks/rules/enforcedOutside";
import { text as hostText } from "../../checks/rules/externalHostUnique";
import { overTcp } from "../../checks/rules/httpOnly";
import { fixes } from "../../checks/rules/nameValid";
import { text as tlsText } from "../../checks/rules/originatedFromPlain";
import { fieldNeedsHost, protocolHidden, resolvedAnyway } from "../../checks/rules/wildcardOutside";

const http = { port: 8080, protocol: "http" };
const bank = { host: "bank.example.com", ports: { https: { port: 443, protocol: "tls" } } };
const mail = {
  host: "mail.example.com",
  ports: { http: { port: 80, targetPort: 443, protocol: "http" } },
  tls: { mode: "SIMPLE" },
};

const brief = (calls: object, externalServices: object, rest: object = {}): string[] =>
  checkMesh({
    name: "shop",
    services: { web: { ports: { http }, calls, admit: { portal: { namespace: "portal", endUser: {} } } } },
    jwtRules: [{ issuer: "https://auth.example.com" }],
    externalServices,
    ...rest,
  }).findings.map(({ code, path, fix }) => `${code} ${path}: ${fix}`);

describe("checks of external services", () => {
  it("know them as callees of services, with their ports", () => {
    expect(brief({ bank: {}, mail: { timeout: "1s" } }, { bank, mail })).to.deep.equal([]);
    expect(brief({ bankk: {}, mail: { port: "grpc" } }, { bank, mail })).to.deep.equal([
      'MW101 services.web.calls.bankk: did you mean "bank"?',
      'MW102 services.web.calls.mail.port: use one of "http", or declare it under externalServices.mail.ports',
    ]);
    const several = { ...bank, ports: { ...bank.ports, other: { port: 8443, protocol: "tls" } } };
    expect(brief({ bank: {} }, { bank: several })).to.deep.equal([
      'MW103 services.web.calls.bank: add port: "https" or "other"',
    ]);
  });

  it("don't suggest them as a gateway's target", () => {
    const gateways = {
      public: {
        hosts: {
          "shop.example.com": { tls: { credentialName: "shop" }, routes: [{ prefix: "/", service: "bank" }] },
        },
      },
    };
    expect(brief({}, { bank }, { gateways })).to.deep.equal([
      'MW101 gateways.public.hosts["shop.example.com"].routes[0].service: use one of "web", or declare it under services',
    ]);
  });

  it("see what has no effect on callers' own TLS: on the call and on the host", () => {
    const { fix } = overTcp("bank", "timeout");
    expect(
      brief({ bank: { timeout: "1s" } }, { bank: { ...bank, resilience: { timeout: "2s" } } }),
    ).to.deep.equal([
      `MW204 externalServices.bank.resilience.timeout: ${fix}`,
      `MW204 services.web.calls.bank.timeout: ${fix}`,
    ]);
  });

  it("see what shares a port with a host that nothing tells apart, but not what has addresses or isn't called", () => {
    const db = { host: "db.example.com", ports: { mysql: { port: 3306, protocol: "mysql" } } };
    const ports = (protocol: string): object => ({ data: { port: 3306, protocol } });
    const shared = (other: object, called = true): string[] =>
      checkMesh({
        name: "shop",
        services: {
          web: { ports: { http }, calls: { db: {}, ...(called && { other: {} }) } },
          rest: { ports: { http }, calls: { other: {} } },
          ...("host" in other ? {} : { other }),
        },
        externalServices: { db, ...("host" in other && { other }) },
      }).findings.map(({ code, path }) => `${code} ${path}`);
    const found = ["MW607 externalServices.db.ports.mysql"];
    const host = "other.example.com";
    expect(shared({ ports: ports("http") })).to.deep.equal(found);
    expect(shared({ ports: ports("http") }, false)).to.deep.equal([]);
    // A Service has an address of its own, at which its connections are taken.
    expect(shared({ ports: ports("tcp") })).to.deep.equal([]);
    expect(shared({ host, ports: ports("tls") })).to.deep.equal(found);
    expect(shared({ host, ports: ports("tcp") })).to.deep.equal(["MW607 externalServices.other.ports.data"]);
    expect(shared({ host, ports: ports("tcp"), addresses: ["10.20.0.7"] })).to.deep.equal([]);
    expect(shared({ host, ports: { data: { port: 3307, protocol: "tcp" } } })).to.deep.equal([]);
  });

  it("refuse what is no address, TLS around MySQL, and other ports within a block", () => {
    const db = { host: "db.example.com", ports: { mysql: { port: 3306, protocol: "mysql" } } };
    const fix = 'write an IP address or an address block, such as "10.20.0.7" or "10.20.0.0/24"';
    expect(
      brief({ db: {} }, { db: { ...db, addresses: ["db", "10.20.0.0/33", "0.0.0.0/0"] } }),
    ).to.deep.equal([
      `MW001 externalServices.db.addresses[0]: ${fix}`,
      `MW001 externalServices.db.addresses[1]: ${fix}`,
      "MW001 externalServices.db.addresses[2]: list smaller blocks: /0 contains every address",
    ]);
    expect(brief({ db: {} }, { db: { ...db, tls: { mode: "SIMPLE" } } })).to.deep.equal([
      `MW602 externalServices.db.tls: ${tlsText("db", "mysql", "mysql").fix}`,
    ]);
    const ports = { mysql: { port: 3306, targetPort: 3307, protocol: "mysql" } };
    expect(brief({ db: {} }, { db: { ...db, ports, addresses: ["10.20.0.0/24"] } })).to.deep.equal([
      `MW608 externalServices.db.ports.mysql.targetPort: ${toAnotherPort("db", "10.20.0.0/24", 3306, 3307).fix}`,
    ]);
    expect(brief({ db: {} }, { db: { ...db, ports, addresses: ["10.20.0.7"] } })).to.deep.equal([]);
  });

  it("refuse names that can't be names, hosts inside of the cluster, and the egress gateway's name", () => {
    expect(
      brief(
        {},
        {
          Bank: bank,
          pods: { ...mail, host: "web.shop.svc.cluster.local" },
          svc: { ...mail, host: "web.shop.svc" },
          any: { ...bank, host: "*.com" },
          within: { ...mail, host: "a.*.example.com" },
          short: { ...mail, host: "mail" },
          port: { ...bank, host: "port.example.com", ports: { 443: { port: 443, protocol: "tls" } } },
        },
        { gateways: { "istio-egress": { hosts: {} } } },
      ),
    ).to.deep.equal([
      `MW105 externalServices.Bank: ${fixes.label()}`,
      `MW105 externalServices.any.host: ${fixes.externalHost}`,
      `MW105 externalServices.pods.host: ${fixes.clusterHost}`,
      `MW105 externalServices.port.ports.443: ${fixes.port}`,
      `MW105 externalServices.short.host: ${fixes.externalHost}`,
      `MW105 externalServices.svc.host: ${fixes.clusterHost}`,
      `MW105 externalServices.within.host: ${fixes.externalHost}`,
      `MW105 gateways.istio-egress: ${fixes.egressGateway}`,
    ]);
  });

  it("check their attempts and ejections like those of services", () => {
    const retries = { attempts: 1, perTryTimeout: "6s", retryOn: ["reset"] };
    const outlierDetection = { maxEjectionPercent: 80, consecutiveGatewayErrors: 5 };
    const at = "externalServices.mail.circuitBreaker.outlierDetection";
    const paths = (calls: object, own: object): string[] =>
      brief(calls, { mail: { ...mail, egressGateway: true, ...own } }).map((line) => line.replace(/:.*/, ""));
    expect(paths({}, { resilience: { timeout: "10s", retries } })).to.deep.equal([
      "MW401 externalServices.mail.resilience.retries.perTryTimeout",
    ]);
    expect(paths({}, { resilience: { timeout: "30s", retries } })).to.deep.equal([
      "MW402 externalServices.mail.resilience.retries.perTryTimeout",
    ]);
    expect(paths({ mail: { timeout: "10s", retries } }, {})).to.deep.equal([
      "MW401 services.web.calls.mail.retries.perTryTimeout",
    ]);
    const unrepeated = { attempts: 1, perTryTimeout: "6s" };
    expect(paths({ mail: { timeout: "10s", retries: unrepeated } }, {})).to.deep.equal([
      "MW408 services.web.calls.mail.retries.perTryTimeout",
    ]);
    expect(paths({ mail: { timeout: "6s", retries: unrepeated } }, {})).to.deep.equal([]);
    expect(paths({}, { circuitBreaker: { outlierDetection } })).to.deep.equal([
      `MW503 ${at}.consecutiveGatewayErrors`,
      `MW502 ${at}.maxEjectionPercent`,
    ]);
  });

  it("report what no proxy enforces: methods and paths except at the egress gateway, and tokens", () => {
    const call = { methods: ["GET"], paths: ["/x"], endUser: {} };
    const { fix } = enforcedText("mail", "methods");
    expect(brief({ mail: call }, { mail })).to.deep.equal([
      "MW605 services.web.calls.mail.endUser: remove it",
      `MW605 services.web.calls.mail.methods: ${fix}`,
      `MW605 services.web.calls.mail.paths: ${fix}`,
    ]);
    expect(brief({ mail: call }, { mail: { ...mail, egressGateway: true } })).to.deep.equal([
      "MW605 services.web.calls.mail.endUser: remove it",
    ]);
  });

  it("warn of originated TLS that meets a plaintext port of the host, or callers with their own TLS", () => {
    const codes = (port: object, tls?: object): string[] => {
      const one = { host: "one.example.com", ports: { http: { protocol: "http", ...port } } };
      return brief({ one: {} }, { one: { ...one, ...(tls && { tls }) } }).map((line) => line.slice(0, 5));
    };
    const tls = { mode: "SIMPLE" };
    expect(codes({ port: 80 }, tls)).to.deep.equal(["MW609"]);
    expect(codes({ port: 8080, targetPort: 80 }, tls)).to.deep.equal(["MW609"]);
    expect(codes({ port: 443 }, tls)).to.deep.equal(["MW609"]);
    for (const right of [{ port: 80, targetPort: 443 }, { port: 8443 }, { port: 8080, targetPort: 8443 }]) {
      expect(codes(right, tls)).to.deep.equal([]);
    }
    expect(codes({ port: 80 })).to.deep.equal(["MW604"]);
  });

  it("accept one host for clients with http:// and with https://, by one name or two", () => {
    const ports = { ...mail.ports, ...bank.ports };
    const calls = { mail: [{ port: "http" }, { port: "https" }] };
    expect(brief(calls, { mail: { ...mail, ports } })).to.deep.equal([]);
    expect(brief({ mail: {}, bank: {} }, { mail, bank: { ...bank, host: mail.host } })).to.deep.equal([]);
  });

  it("refuse two names of one host that share a port, a port's name, the egress gateway or differ in addresses", () => {
    const other = { host: mail.host, ports: { other: { port: 8443, protocol: "tls" } } };
    const found = (one: object, two: object): string[] =>
      checkMesh({
        name: "shop",
        services: { web: { ports: { http }, calls: { one: {}, two: {} } } },
        externalServices: { one, two },
      }).findings.map(({ code, path, message }) => `${code} ${path}: ${message}`);
    const both = (shared: string): string[] => [
      `MW601 externalServices.two.host: ${hostText(mail.host, "one", "two", shared).message}`,
    ];
    expect(found(mail, other)).to.deep.equal([]);
    expect(found(mail, { ...other, ports: { other: { port: 80, protocol: "tls" } } })).to.deep.equal(
      both("the port 80"),
    );
    expect(found(mail, { ...other, ports: { http: { port: 8443, protocol: "tls" } } })).to.deep.equal(
      both('a port with the name "http"'),
    );
    expect(found({ ...mail, egressGateway: true }, other)).to.deep.equal(
      both("the egress gateway tells hosts apart, not ports"),
    );
    expect(found(mail, { ...other, addresses: ["10.20.0.7"] })).to.deep.equal(
      both("different addresses or another resolution"),
    );
    const addresses = ["10.20.0.7", "10.20.0.8"];
    const reversed = addresses.toReversed();
    expect(found({ ...mail, addresses }, { ...other, addresses: reversed })).to.deep.equal([]);
  });

  it("accept a wildcard for callers' own TLS, and requests that proxies resolve", () => {
    const files = { host: "*.s3.amazonaws.com", ports: bank.ports };
    expect(brief({ files: {} }, { files })).to.deep.equal([]);
    expect(brief({ files: {} }, { files: { ...files, resolution: "DYNAMIC_DNS" } })).to.deep.equal([]);
    const ports = { grpc: { port: 80, protocol: "grpc" } };
    const codes = brief({ files: {} }, { files: { ...files, ports, resolution: "DYNAMIC_DNS" } });
    expect(codes.map((line) => line.slice(0, 5))).to.deep.equal(["MW604"]);
  });

  it("refuse settings of a wildcard that need a single host, and the resolution of a single host", () => {
    const host = "*.s3.amazonaws.com";
    const wildcard = { ...mail, host, addresses: ["10.20.0.7"], egressGateway: true };
    expect(brief({ wildcard: {} }, { wildcard })).to.deep.equal([
      `MW610 externalServices.wildcard.addresses: ${fieldNeedsHost(host, "addresses").fix}`,
      `MW610 externalServices.wildcard.egressGateway: ${fieldNeedsHost(host, "egressGateway").fix}`,
      `MW610 externalServices.wildcard.ports.http.protocol: ${protocolHidden(host, "http", "http").fix}`,
      `MW610 externalServices.wildcard.tls: ${fieldNeedsHost(host, "tls").fix}`,
    ]);
    const ports = { tcp: { port: 5432, protocol: "tcp" } };
    for (const resolution of [undefined, "DYNAMIC_DNS"]) {
      expect(brief({ wildcard: {} }, { wildcard: { host, ports, resolution } })).to.deep.equal([
        `MW610 externalServices.wildcard.ports.tcp.protocol: ${protocolHidden(host, "tcp", "tcp").fix}`,
      ]);
    }
    expect(brief({ bank: {} }, { bank: { ...bank, resolution: "DYNAMIC_DNS" } })).to.deep.equal([
      `MW610 externalServices.bank.resolution: ${resolvedAnyway(bank.host).fix}`,
    ]);
  });

  it("want client certificates at the egress gateway, from a Secret with a valid name", () => {
    const tls = { mode: "MUTUAL", credentialName: "mail-client" };
    expect(brief({ mail: {} }, { mail: { ...mail, tls, egressGateway: true } })).to.deep.equal([]);
    expect(brief({ mail: {} }, { mail: { ...mail, tls } })).to.deep.equal([
      `MW611 externalServices.mail.tls: ${certificateText("mail", "mail-client").fix}`,
    ]);
    const named = (credentialName: string): string[] =>
      brief({ mail: {} }, { mail: { ...mail, egressGateway: true, tls: { ...tls, credentialName } } });
    expect(named("shop/mail")).to.deep.equal([
      `MW105 externalServices.mail.tls.credentialName: ${fixes.secretNamespace}`,
    ]);
    for (const [code, wrong] of [
      ["MW003", { mode: "MUTUAL" }],
      ["MW001", { mode: "SIMPLE", credentialName: "mail-client" }],
    ] as const) {
      expect(brief({ mail: {} }, { mail: { ...mail, tls: wrong } })).to.deep.equal([
        `${code} externalServices.mail.tls.credentialName: name the Secret with the client certificate for mode "MUTUAL", and none for "SIMPLE"`,
      ]);
    }
    expect(brief({ mail: {} }, { mail: { ...mail, tls: { mode: "SIMPLE", insecureSkipVerify: true } } }))
      .to.have.lengthOf(1)
      .and.satisfy(([line]: string[]) =>
        line?.startsWith("MW002 externalServices.mail.tls.insecureSkipVerify"),
      );
  });

  it("refuse hosts that are addresses or end in digits", () => {
    for (const host of ["10.1.2.3", "api.example.1", "db.42"]) {
      expect(brief({ bank: {} }, { bank: { ...bank, host } }), host).to.deep.equal([
        `MW105 externalServices.bank.host: ${fixes.numericHost}`,
      ]);
    }
    expect(brief({ bank: {} }, { bank: { ...bank, host: "10.1.2.3.example.com" } })).to.deep.equal([]);
  });
});
