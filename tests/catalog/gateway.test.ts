import { expect } from "chai";
import { type GatewayDefinition, normalize } from "../../catalog";
import { gatewayPods, podsKey } from "../../catalog/gateway";

const host = (more: object = {}): object => ({
  tls: { credentialName: "a" },
  routes: [{ prefix: "/", service: "web" }],
  ...more,
});

function hostsOf(gateways: Record<string, object>) {
  return normalize({
    name: "shop",
    services: {
      web: { ports: { http: { port: 8080, protocol: "http" } } },
      db: { ports: { tcp: { port: 5432, protocol: "tls" } } },
    },
    gateways: gateways as Record<string, GatewayDefinition>,
  }).gateways.flatMap(({ hosts }) => hosts);
}

const namesOf = (gateways: Record<string, object>): string[] => hostsOf(gateways).map(({ name }) => name);

describe("catalog/gateway", () => {
  it("takes pods of another installer as they are only if they are declared as a whole", () => {
    const own = { namespace: "edge", serviceAccount: "edge-pods", selector: { app: "edge" } };
    expect(gatewayPods(own)).to.deep.equal(own);
    const derived = {
      release: "istio-ingress",
      serviceAccount: "istio-ingress",
      selector: { istio: "ingress" },
    };
    expect(gatewayPods({})).to.deep.equal({ ...derived, namespace: "istio-ingress" });
    for (const field of ["namespace", "serviceAccount", "selector"] as const) {
      const namespace = field === "namespace" ? "istio-ingress" : "edge";
      expect(gatewayPods({ ...own, [field]: undefined }), field).to.deep.equal({ ...derived, namespace });
    }
    expect(gatewayPods({ ...own, release: "my-istio-gateway" })).to.deep.equal({
      release: "my-istio-gateway",
      namespace: "edge",
      serviceAccount: "my-istio-gateway",
      selector: { istio: "my-istio-gateway" },
    });
  });

  it("compares pods by their namespace and labels, in any order", () => {
    const key = (namespace: string, selector: Record<string, string>): string =>
      podsKey({ namespace, selector, serviceAccount: "" });
    expect(key("edge", { b: "2", a: "1" })).to.equal("edge a=1 b=2");
    expect(key("edge", { a: "1", b: "2" })).to.equal("edge a=1 b=2");
  });

  it("names a host's objects after the host, and after the release too if another gateway has the host", () => {
    const one = { "a.example.com": host() };
    expect(namesOf({ public: { hosts: { ...one, "*.b.example.com": host() } } })).to.deep.equal([
      "wildcard.b.example.com",
      "a.example.com",
    ]);
    expect(namesOf({ inner: { release: "istio-inner", hosts: one } })).to.deep.equal(["a.example.com"]);
    const pods = { namespace: "edge", serviceAccount: "edge", selector: { app: "edge" } };
    expect(
      namesOf({
        inner: { release: "istio-inner", hosts: one },
        own: { ...pods, hosts: one },
        public: { hosts: one },
      }),
    ).to.deep.equal(["a.example.com-istio-inner", "a.example.com-own", "a.example.com"]);
  });

  it("listens on the port of its protocol, and tells hosts of connections from hosts of requests", () => {
    const disabled = { tls: { mode: "DISABLE", terminatedBy: "loadBalancer" } };
    const passed = { tls: { mode: "PASSTHROUGH" }, routes: [{ prefix: "/", service: "db" }] };
    const resolved = hostsOf({
      public: {
        hosts: { a: host(), b: host(disabled), c: host({ ...disabled, port: 8080 }), d: host(passed) },
      },
    });
    expect(resolved.map(({ port, traffic }) => `${port} ${traffic}`)).to.deep.equal([
      "443 requests",
      "80 requests",
      "8080 requests",
      "443 connections",
    ]);
  });

  it("resolves routes, redirects, direct responses and delegates of a host", () => {
    const mixed = host({
      redirects: [{ prefix: "/old", uri: "/new" }],
      directResponses: [{ prefix: "/down", status: 503 }],
      delegates: [{ prefix: "/team", delegate: { name: "routes", namespace: "team" } }],
    });
    const [resolved] = hostsOf({ public: { hosts: { a: mixed } } });
    const kept = resolved?.routes.map((one) =>
      Object.keys(one).filter((key) => !["match", "destinations"].includes(key)),
    );
    expect(resolved?.routes.map(({ match }) => match.uri)).to.deep.equal([
      { prefix: "/down" },
      { prefix: "/team" },
      { prefix: "/old" },
      { prefix: "/" },
    ]);
    expect(kept).to.deep.equal([
      ["status"],
      ["prefix", "delegate"],
      ["redirectCode", "prefix", "uri"],
      ["edge"],
    ]);
  });
});
