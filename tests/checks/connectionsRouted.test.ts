import { expect } from "chai";
import {
  neverTaken,
  notTerminated,
  ofRequests,
  terminatedTwice,
  withoutRequests,
  withoutSni,
} from "../../checks/rules/connectionsRouted";
import { foundBy } from "./found";

const at = 'gateways.public.hosts["mqtt.example.com"]';
const passed = { tls: { mode: "PASSTHROUGH" } };
const terminated = { tls: { credentialName: "mqtt" } };
const toTls = { prefix: "/", service: "broker", port: "tls" };
const toTcp = { ...toTls, port: "tcp" };

/** The findings about a host on port 8883, with a route to the TLS port of `broker` unless others are given. */
function found(host: object, ports: object = {}): string[] {
  return foundBy("MW531", {
    name: "shop",
    services: {
      broker: {
        ports: { tls: { port: 8883, protocol: "tls" }, tcp: { port: 1883, protocol: "tcp" }, ...ports },
      },
      web: { ports: { http: { port: 8080, protocol: "http" } } },
    },
    gateways: { public: { hosts: { "mqtt.example.com": { port: 8883, routes: [toTls], ...host } } } },
  });
}

const one = (field: string, { message }: { readonly message: string }): string[] => [
  `${at}.${field}: ${message}`,
];

describe("the check of routed connections", () => {
  it("accepts TLS that is passed to a TLS port, and TLS that ends at the gateway of a TCP port", () => {
    expect(found(passed)).to.deep.equal([]);
    expect(found({ ...passed, port: undefined })).to.deep.equal([]);
    expect(found({ ...terminated, routes: [toTcp] })).to.deep.equal([]);
    expect(
      found({
        ...terminated,
        routes: [
          { prefix: "/", service: "web" },
          { prefix: "/a", service: "web" },
        ],
      }),
    ).to.deep.equal([]);
  });

  it("finds a port that expects the other of TLS and plaintext", () => {
    expect(found({ ...passed, routes: [toTcp] })).to.deep.equal(
      one("routes[0].service", notTerminated("broker", "tcp")),
    );
    expect(found({ ...passed, routes: [{ prefix: "/", service: "web" }] })).to.deep.equal(
      one("routes[0].service", notTerminated("web", "http")),
    );
    const mutual = { tls: { mode: "MUTUAL", credentialName: "mqtt" } };
    for (const tls of [terminated, mutual]) {
      expect(found(tls)).to.deep.equal(one("routes[0].service", terminatedTwice("broker")));
    }
  });

  it("leaves hosts of requests, unknown services and invalid values to other checks", () => {
    // MW203 reports connections at a host without a port of its own.
    expect(found({ ...terminated, port: undefined, routes: [toTcp] })).to.deep.equal([]);
    expect(found({ ...passed, routes: [{ prefix: "/", service: "brokers" }] })).to.deep.equal([]);
    expect(found(terminated, { other: { port: "80", protocol: "tcp" } })).to.deep.equal([]);
    expect(found({ tls: { credentialName: 5 } })).to.deep.equal([]);
  });

  it("finds TCP without TLS, which has no SNI", () => {
    const plain = { tls: { mode: "DISABLE" } };
    expect(found({ ...plain, routes: [toTcp] })).to.deep.equal(one("tls.mode", withoutSni()));
    expect(found({ ...plain, routes: [{ prefix: "/", service: "web" }] })).to.deep.equal([]);
  });

  it("finds what is about requests, at a host of connections alone", () => {
    const fields = {
      redirects: [{ prefix: "/old", uri: "/new" }],
      directResponses: [{ prefix: "/down", status: 503 }],
      delegates: [{ prefix: "/shop", delegate: { name: "routes", namespace: "team" } }],
      acmeHttp01: true,
      cors: { allowOrigins: [{ exact: "https://www.example.com" }] },
    };
    for (const [field, value] of Object.entries(fields)) {
      const expected = one(field, ofRequests(field));
      expect(found({ ...passed, [field]: value }), field).to.deep.equal(expected);
      expect(found({ ...terminated, routes: [toTcp], [field]: value }), field).to.deep.equal(expected);
      const requests = { ...terminated, routes: [{ prefix: "/", service: "web" }], [field]: value };
      expect(found(requests), field).to.deep.equal([]);
    }
  });

  it("finds conditions and changes of requests in the first route", () => {
    const noPath = "which have no path";
    const first = (fields: object): string[] => found({ ...passed, routes: [{ ...toTls, ...fields }] });
    const headers = { x: { exact: "1" } };
    expect(first({ match: { headers } })).to.deep.equal(
      one("routes[0].match", withoutRequests(`${noPath} and no headers`)),
    );
    expect(first({ prefix: undefined, match: { uri: { exact: "/a" } } })).to.have.lengthOf(1);
    expect(first({ prefix: "/mqtt" })).to.deep.equal(one("routes[0].prefix", withoutRequests(noPath)));
    expect(first({ rewrite: "/mqtt" })).to.deep.equal(one("routes[0].rewrite", withoutRequests(noPath)));
    const set = { request: { set: { "x-a": "1" } } };
    expect(first({ headers: set })).to.deep.equal(
      one("routes[0].headers", withoutRequests("which have no headers")),
    );
    expect(first({ destinations: [{ service: "web", weight: 10 }] })).to.deep.equal(
      one("routes[0].destinations", withoutRequests("to one service")),
    );
  });

  it("finds a second route, which takes nothing", () => {
    expect(found({ ...passed, routes: [toTls, { ...toTls, prefix: "/a" }] })).to.deep.equal(
      one("routes[1]", neverTaken()),
    );
    // One route to a TCP port makes it a host of connections.
    const web = { prefix: "/a", service: "web" };
    expect(found({ ...terminated, routes: [web, toTcp] })).to.deep.equal([
      ...one("routes[0].prefix", withoutRequests("which have no path")),
      ...one("routes[1]", neverTaken()),
    ]);
  });

  it("says how to fix a prefix", () => {
    expect(withoutRequests("which have no path", 'set it to "/"').fix).to.equal('set it to "/"');
  });
});
