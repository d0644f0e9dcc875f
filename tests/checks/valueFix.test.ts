import { expect } from "chai";
import { checkMesh } from "../../mesh";

const http = { http: { port: 8080, protocol: "http" } };

/** The fix of the only finding of a structure. */
function fixFor(web: object, rest: object = {}): string {
  const { findings } = checkMesh({
    name: "shop",
    services: { web: { ports: http, ...web }, cart: { ports: http } },
    ...rest,
  });
  const [first, ...others] = findings.filter(({ code }) => code === "MW001");
  expect(others).to.deep.equal([]);
  return first?.fix ?? "";
}

describe("the fix of a value of another type", () => {
  it("keeps a single value as the field of the object that accepts it", () => {
    expect(fixFor({ serviceAccount: "web-sa" })).to.equal('give an object: { name: "web-sa" }');
    expect(fixFor({ resilience: { retries: 3 } })).to.equal("give an object: { attempts: 3 }");
    expect(fixFor({ ports: { http: 8080 } })).to.equal("give an object: { port: 8080, protocol: … }");
    expect(fixFor({ calls: { cart: { endUser: true } } })).to.equal("give an object: {}");
  });

  it("keys a list by its names", () => {
    expect(fixFor({ calls: ["cart"] })).to.equal("give an object: { cart: {} }");
    expect(fixFor({ ports: [{ name: "http", containerPort: 8080 }] })).to.equal(
      "give an object: { http: { … } }",
    );
    expect(fixFor({ ports: [{ name: "my-http" }] })).to.equal('give an object: { "my-http": { … } }');
  });

  it("quotes what has to be a text, and removes the quotes of a number", () => {
    expect(fixFor({ workload: { image: "r.example.com/a:1", env: { PORT: 8080 } } })).to.equal(
      'give a string or an object, such as "8080"',
    );
    expect(fixFor({ workload: { image: "r.example.com/a:1", replicas: "3" } })).to.equal("give a number: 3");
    expect(fixFor({ ports: { http: { port: "8080", protocol: "http" } } })).to.equal("give a number: 8080");
  });

  it("makes a list of a single value", () => {
    expect(fixFor({ calls: { cart: { methods: "GET" } } })).to.equal('give a list: ["GET"]');
    expect(fixFor({ calls: { cart: { endUser: { claims: { roles: "admin" } } } } })).to.equal(
      'give a list or an object, such as ["admin"]',
    );
  });

  it("only names the type if the value says nothing", () => {
    expect(fixFor({ serviceAccount: [] })).to.equal("give an object");
    expect(fixFor({ workload: { image: "r.example.com/a:1", replicas: "three" } })).to.equal("give a number");
    expect(fixFor({ calls: { cart: { methods: "fetch" } } })).to.equal("give a list");
    expect(fixFor({ ports: ["a b"] })).to.equal("give an object");
    expect(fixFor({ ports: null })).to.equal("give an object");
  });
});

describe("the fix of a value that is none of the known ones", () => {
  it("is the one that was meant, whatever its case, or all of them", () => {
    expect(fixFor({}, { environment: "production" })).to.equal('did you mean "prod"?');
    expect(fixFor({}, { environment: "qa" })).to.equal('use one of "dev", "staging", "prod"');
    expect(fixFor({ loadBalancing: { simple: "round_robin" } })).to.equal('did you mean "ROUND_ROBIN"?');
    expect(fixFor({ calls: { cart: { methods: ["get"] } } })).to.equal('did you mean "GET"?');
  });

  it("of a protocol says how the port is declared instead", () => {
    const fix = (protocol: string): string => fixFor({ ports: { port: { port: 1234, protocol } } });
    expect(fix("HTTP")).to.equal('use "http"');
    expect(fix("HTTP/2")).to.equal('use "http2"');
    expect(fix("websocket")).to.contain('use "http"');
    expect(fix("grpc-web")).to.contain('use "http"');
    expect(fix("postgresql")).to.match(/^use "tcp"/);
    expect(fix("mqtt")).to.match(/^use "tcp"/);
    expect(fix("https")).to.match(/^use "tls"/);
    expect(fix("UDP")).to.match(/^remove the port/);
    expect(fix("TCP")).to.contain('use one of "http", "http2", "grpc", "tcp"');
    expect(fix("x11")).to.equal(
      'use one of "http", "http2", "grpc", "tcp", "tls", "mongo", "mysql", "redis"',
    );
  });

  it("of a duration of 0 is to omit the field", () => {
    expect(fixFor({ resilience: { timeout: "0s" } })).to.contain("omit the field");
    expect(fixFor({ resilience: { timeout: "0.0h" } })).to.contain("omit the field");
    expect(fixFor({ resilience: { timeout: "10sec" } })).to.not.contain("omit");
  });
});

describe("the fix of a gateway's host", () => {
  const fixes = (tls: object, protocol = "http"): string[] =>
    checkMesh({
      name: "shop",
      services: { web: { ports: { port: { port: 8443, protocol } } } },
      gateways: { public: { hosts: { "shop.example.com": { tls, routes: [{ service: "web" }] } } } },
    }).findings.map(({ code, fix }) => `${code} ${fix}`);

  it("names the catalog's field for one of Istio's", () => {
    const credentialName = "shop-cert";
    const [authority] = fixes({ credentialName, mode: "MUTUAL", caCertificates: "/etc/ca.crt" });
    expect(authority).to.match(/^MW002 .*caCertCredentialName/);
    expect(fixes({ credentialName, httpsRedirect: true })[0]).to.contain("redirects plain HTTP");
    expect(fixes({ credentialName, nonsense: true })[0]).to.match(/or remove it$/);
  });

  it("leaves TLS to a service whose port has it", () => {
    expect(fixes({ credentialName: "shop-cert" }, "tls")[0]).to.match(/^MW204 write .*PASSTHROUGH/);
    expect(fixes({ credentialName: "shop-cert" }, "tcp")[0]).to.match(/^MW204 route to a port/);
    expect(fixes({ mode: "PASSTHROUGH" }, "tls")).to.deep.equal([]);
  });
});
