import { expect } from "chai";
import { standIn } from "../../checks/standIn";
import { readStructure } from "../../checks/structure";

const http = { port: 8080, protocol: "http" };

const texts = (given: unknown): string[] =>
  readStructure(given).findings.map(({ code, path, message, fix }) => `${code} ${path}: ${message}. ${fix}`);
/** The findings in a service. */
const inWeb = (web: object): string[] =>
  texts({ name: "shop", services: { web: { ports: { http }, ...web } } });

describe("the structure of a catalog", () => {
  it("has one finding if it is a manifest, which needs both an apiVersion and a kind", () => {
    const manifest = { apiVersion: "v1", kind: "Service", metadata: {} };
    expect(readStructure(manifest)).to.deep.equal({
      findings: [
        {
          code: "MW001",
          severity: "error",
          path: "",
          message: "this is a Kubernetes manifest (v1 Service), not a catalog",
          fix: "pass a catalog: an object with name and services, from which manifests are rendered",
        },
      ],
      input: manifest,
      standIns: [],
    });
    const catalog = { name: "shop", services: {} };
    for (const fields of [{ apiVersion: "v1" }, { kind: "Service" }, { apiVersion: 1, kind: "Service" }]) {
      expect(texts({ ...catalog, ...fields }).every((one) => one.startsWith("MW002 "))).to.equal(true);
      expect(texts({ ...catalog, ...fields })).to.have.lengthOf(Object.keys(fields).length);
    }
  });

  it("names a value that is no catalog", () => {
    expect(texts(5)).to.deep.equal(["MW001 : the catalog can't be 5. give an object"]);
    expect(texts(null)).to.deep.equal(["MW001 : the catalog can't be null. give an object"]);
    expect(texts(undefined)).to.deep.equal(["MW001 : the catalog can't be undefined. give an object"]);
  });

  it("shortens a value of more than 60 characters", () => {
    const shown = (length: number): string =>
      inWeb({ workload: { image: "a".repeat(length), kind: "a".repeat(length) } }).join();
    expect(shown(58)).to.include(` can't be "${"a".repeat(58)}". `);
    expect(shown(59)).to.include(` can't be "${"a".repeat(56)}…. `);
  });

  it("suggests for an unknown field those that the object lacks, required ones first", () => {
    const port = "services.web.ports.http";
    const of = (fields: object): string[] => inWeb({ ports: { http: fields } });
    expect(of({ port: 8080, protcol: "http" })).to.deep.equal([
      `MW003 ${port}.protocol: "protocol" is missing. use one of "http", "http2", "grpc", "tcp", "tls", "mongo", "mysql", "redis"`,
      `MW002 ${port}.protcol: there is no field "protcol" here. rename it to "protocol", which is required, or remove it`,
    ]);
    expect(of({ number: 8080, kind: "http" }).at(-1)).to.match(
      /"kind" here\. rename it to "port" or "protocol", which is required, or remove it$/,
    );
    expect(of({ ...http, targtPort: 80 })).to.deep.equal([
      `MW002 ${port}.targtPort: there is no field "targtPort" here. did you mean "targetPort"?`,
    ]);
    // A field that the object has is not suggested.
    expect(of({ ...http, targetPort: 80, targtPort: 80 })[0]).to.match(/or remove it$|remove it$/);
    // The missing field of another object is none of this one.
    const two = { http: { port: 8080 }, grpc: { port: 9090, protocol: "grpc", targtPort: 80 } };
    expect(inWeb({ ports: two }).at(-1)).to.match(/did you mean "targetPort"\?$/);
  });

  it("names a key that can't be one", () => {
    const at = "services.web.workload";
    expect(inWeb({ workload: { image: "web:1", env: { "a=b": "1" } } })).to.deep.equal([
      `MW001 ${at}.env["a=b"]: "a=b" is not a valid key here. write printable characters without "=", such as "LOG_LEVEL"`,
    ]);
    expect(inWeb({ workload: { image: "web:1", generatedSecrets: { "": "a" } } })).to.deep.equal([
      `MW001 ${at}.generatedSecrets[""]: "" is not a valid key here. don't leave it empty`,
    ]);
  });

  it("puts stand-ins where a required value is missing or invalid, and tells where they are", () => {
    const { rest, standIns } = readStructure({
      name: 5,
      services: {
        web: { ports: { http: { port: "8080", protocol: "http" }, grpc: { port: 9090 } } },
        api: { ports: 5 },
      },
      environment: "qa",
    });
    expect(rest).to.deep.equal({
      name: "unknown",
      services: {
        web: { ports: { http: { port: 65534, protocol: "http" }, grpc: { port: 9090, protocol: "http" } } },
        api: { ports: { unknown: { port: 65532, protocol: "http" } } },
      },
    });
    expect([...standIns].sort()).to.deep.equal([
      "name",
      "services.api.ports",
      "services.web.ports.grpc.protocol",
      "services.web.ports.http.port",
    ]);
    expect(readStructure(5)).to.deep.include({ standIns: [] });
    expect(readStructure(5).rest).to.equal(undefined);
  });
});

describe("a stand-in", () => {
  it("is a value that the schema accepts, and another one for each index where it must be unique", () => {
    const host = ["gateways", "public", "hosts", "a.example.com"];
    const cases: [(string | number)[], unknown][] = [
      [["name"], "unknown"],
      [["services"], {}],
      [["services", "web", "ports"], { unknown: { port: 65530, protocol: "http" } }],
      [["services", "web", "ports", "http"], { port: 65530, protocol: "http" }],
      [["externalServices", "bank", "ports", "http", "port"], 65530],
      [["externalServices", "bank", "ports", "http", "protocol"], "http"],
      [["services", "web", "workload", "image"], "unknown:0"],
      [["externalServices", "bank", "host"], "unknown-5.example.com"],
      [[...host, "tls"], { credentialName: "unknown" }],
      [[...host, "tls", "credentialName"], "unknown"],
      [[...host, "routes"], []],
      [[...host, "routes", 0], { prefix: "/unknown-5", service: "" }],
      [[...host, "routes", 0, "prefix"], "/unknown-5"],
      [[...host, "routes", 0, "service"], ""],
    ];
    for (const [path, value] of cases) expect(standIn(path, 5), path.join(".")).to.deep.equal(value);
    for (const path of [
      [],
      ["services", "web"],
      ["gateways"],
      ["name", "a"],
      ["services", "web", "workload"],
    ]) {
      expect(standIn(path, 5), path.join(".")).to.equal(undefined);
    }
  });
});
