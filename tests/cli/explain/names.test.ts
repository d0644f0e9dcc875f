import { stripVTControlCharacters } from "node:util";
import { expect } from "chai";
import { type Answer, answer } from "../../../cli/explain/answer";
import { answerText } from "../../../cli/explain/answerText";
import { gatewayError } from "../../../cli/explain/names";
import type { Question } from "../../../cli/explain/question";
import { sideOf } from "../../../cli/side";
import { readObjects } from "../../../effect";
import { object, service, workload } from "../../effect/objects";

const http = { http: { port: 8080, protocol: "http" } };
const side = sideOf("shop", {
  name: "shop",
  services: {
    web: {
      ports: http,
      workload: { image: "web:1" },
      calls: { cart: {}, pay: {}, models: {}, files: {}, ledger: {}, stock: {}, guest: { port: "admin" } },
    },
    cart: {
      ports: http,
      versions: { v1: {}, v2: {} },
      traffic: { weights: { v1: 90, v2: 10 } },
      workload: { image: "cart:1" },
    },
    stock: { namespace: "depot", ports: http, workload: { image: "stock:1" }, calls: { cart: {} } },
    guest: { ports: { ...http, admin: { port: 9090, protocol: "http" } }, workload: { image: "guest:1" } },
  },
  externalServices: {
    pay: { host: "pay.example.com", ports: { tls: { port: 443, protocol: "tls" } }, egressGateway: true },
    models: {
      host: "models.example.com",
      ports: { http: { port: 80, targetPort: 443, protocol: "http" } },
      tls: { mode: "SIMPLE" },
    },
    files: { host: "*.files.example.com", ports: { tls: { port: 443, protocol: "tls" } } },
    ledger: {
      host: "ledger.example.com",
      ports: { tcp: { port: 5432, protocol: "tcp" } },
      addresses: ["10.20.0.0/24"],
    },
  },
  gateways: {
    public: {
      hosts: {
        "shop.example.com": { tls: { credentialName: "shop" }, routes: [{ prefix: "/", service: "web" }] },
      },
    },
  },
});
const { model } = side;
const complete = (question: Partial<Question>): Question => ({
  ...{ client: "web", server: "cart", method: "GET", path: "/", headers: {} },
  ...question,
});
const ask = (question: Partial<Question>): Answer => answer(model, complete(question));
const textOf = (question: Partial<Question>): string =>
  stripVTControlCharacters(answerText(complete(question), ask(question), side));

describe("cli/explain: names", () => {
  it("finds a client by every name that it has", () => {
    for (const client of [
      ...["web", "shop/web", "web.shop", "web.shop.svc", "web.shop.svc.cluster.local"],
      ...["ns/shop/sa/web", "cluster.local/ns/shop/sa/web", "spiffe://cluster.local/ns/shop/sa/web"],
      ...["web-5d9f8b7c6-x2x4z", "shop/web-5d9f8b7c6-x2x4z", "web-x2x4z", "web-0"],
    ]) {
      expect(ask({ client }), client).to.deep.include({ proxy: "shop/web", verdict: "allowed" });
    }
    for (const client of ["stock", "depot/stock", "stock.depot", "ns/depot/sa/stock"]) {
      expect(ask({ client }).proxy, client).to.equal("depot/stock");
    }
    expect(ask({ client: "cart-v2-5d9f8b7c6-x2x4z", server: "web" }).proxy).to.equal("shop/cart-v2");
    expect(() => ask({ client: "web-other" })).to.throw('There is no client "web-other".');
  });

  it("finds a server by every name that it has", () => {
    for (const [server, host, port] of [
      ...["cart", "shop/cart", "cart.shop", "cart.shop.svc", "CART.shop.svc.cluster.local"].map(
        (server) => [server, "cart.shop.svc.cluster.local", 8080] as const,
      ),
      ["stock.depot", "stock.depot.svc.cluster.local", 8080],
      ["pay", "pay.example.com", 443],
      ["shop/pay", "pay.example.com", 443],
      ["pay.example.com", "pay.example.com", 443],
      ["models", "models.example.com", 80],
      ["files", "*.files.example.com", 443],
      ["*.files.example.com", "*.files.example.com", 443],
      ["a.files.example.com", "a.files.example.com", 443],
      ["ledger", "ledger.example.com", 5432],
      ["10.20.0.7", "ledger.example.com", 5432],
    ] as const) {
      expect(ask({ server }), server).to.deep.include({ to: { host, port }, verdict: "allowed" });
    }
    expect(ask({ server: "guest", port: 9090 }).to?.port).to.equal(9090);
    expect(() => ask({ server: "guest" })).to.throw("Choose one with --port: 8080 (http), 9090 (admin).");
  });

  it("reads a URL of a client as its application does", () => {
    const url = (text: string): Partial<Question> => {
      const { hostname, protocol, port } = new URL(text);
      const scheme = protocol === "http:" ? "http" : "https";
      return { server: hostname, scheme, ...(port !== "" && { port: Number(port) }) };
    };
    for (const allowed of [
      ...["http://cart:8080", "http://stock.depot:8080", "https://pay.example.com"],
      ...["http://models.example.com", "https://a.files.example.com"],
    ]) {
      expect(ask(url(allowed)).verdict, allowed).to.equal("allowed");
    }
    expect(textOf(url("http://cart"))).to.match(
      /^UNROUTED [^]*cart.shop.svc.cluster.local has no port 80: its ports are 8080/,
    );
    expect(textOf(url("https://models.example.com"))).to.match(/^UNROUTED [^]*has no port 443/);
    expect(() => ask(url("https://cart:8080"))).to.throw(
      "cart.shop.svc.cluster.local has no https on port 8080: the client sends HTTP, and its proxy starts TLS.",
    );
    expect(() => ask(url("http://pay.example.com:443"))).to.throw("Ask about https://pay.example.com:443");
    // The search domains of a pod are those of its own namespace.
    expect(() => ask(url("http://stock:8080"))).to.throw(
      'Pods of the namespace shop do not resolve "stock", which is a service of depot.',
    );
  });

  it("says what happens to hosts that the mesh does not declare, and to those that only a gateway serves", () => {
    expect(textOf({ server: "evil.example.com", scheme: "https" })).to.match(
      /^UNROUTED [^]*no Service and no ServiceEntry has the host evil.example.com, and the client's proxy refuses/,
    );
    expect(textOf({ server: "203.0.113.7", port: 443 })).to.match(/^UNROUTED [^]*203.0.113.7/);
    expect(textOf({ server: "shop.example.com", scheme: "https" })).to.include(
      "a Gateway serves shop.example.com: to ask about a client outside of the mesh, leave the client out",
    );
    expect(() => ask({ server: "evil.example.com" })).to.throw(
      "For a host that the mesh does not declare, ask about its URL: https://evil.example.com",
    );
    expect(() => ask({ server: "203.0.113.7" })).to.throw("No port of 203.0.113.7 is known.");
    const open = readObjects([service("shop/cart")], { workloads: [workload("shop/web")] });
    const question = complete({ server: "evil.example.com", scheme: "https" });
    const passed = answer(open, question);
    expect(passed.verdict).to.equal("allowed");
    expect(answerText(question, passed, { name: "files", model: open, objects: [] })).to.include(
      "the client's proxy passes through requests to unknown hosts",
    );
  });

  it("asks the gateways that clients outside of the mesh reach, and no egress gateway", () => {
    const outside = { client: undefined, server: "unknown.example.com" } as const;
    for (const scheme of ["http", "https"] as const) {
      const text = textOf({ ...outside, scheme });
      expect(text, scheme).to.match(/^UNROUTED [^]*route at istio-ingress\/istio-ingress-shop/);
      expect(text, scheme).to.include("hosts there are shop.example.com");
      expect(text, scheme).not.to.match(/mutual TLS|pay\.example/);
      // Without a server for the host, no policy decides.
      expect(text.includes("decision at"), scheme).to.equal(scheme === "http");
    }
    // A host behind the egress gateway is none of an ingress gateway.
    expect(ask({ ...outside, server: "pay.example.com" }).verdict).to.equal("unrouted");
    const { workloads } = model;
    const none = readObjects(
      side.objects.filter(
        ({ kind, metadata }) => kind !== "Gateway" || !JSON.stringify(metadata).includes("public"),
      ),
      { workloads },
    );
    expect(() => answer(none, complete(outside))).to.throw(
      /No gateway listens on port 443 for clients outside of the mesh.[^]*Ports of gateways: none./,
    );
  });

  it("says what to name instead of a gateway, and of a workload as the server", () => {
    for (const question of [{ client: "public" }, { client: "istio-ingress-shop" }, { server: "public" }]) {
      expect(() => ask(question), JSON.stringify(question)).to.throw(
        "Ask without a client about a URL of its hosts: http://shop.example.com, https://shop.example.com.",
      );
    }
    expect(() => ask({ client: "istio-egress-shop" })).to.throw(
      "Name the client and the host that requests are for, such as an external service behind an egress gateway.",
    );
    expect(gatewayError(model, "web")).to.equal(undefined);
    for (const server of ["cart-v1", "cart-v1-5d9f8b7c6-x2x4z"]) {
      expect(() => ask({ server }), server).to.throw("Name its service: cart.shop.svc.cluster.local.");
    }
  });

  it("refuses a name of several, and prefers a server of the client's namespace", () => {
    const both = readObjects([service("a/cart"), service("b/cart")], {
      workloads: ["a/web", "b/web", "c/job", "a/cart", "b/cart"].map((name) => workload(name)),
    });
    const of = (question: Partial<Question>): Answer => answer(both, complete(question));
    expect(() => of({ client: "web" })).to.throw(
      /"web" names more than one workload\.[^]*Name one of: a\/web, b\/web\./,
    );
    expect(of({ client: "b/web" }).to?.host).to.equal("cart.b.svc.cluster.local");
    expect(() => of({ client: "job" })).to.throw(
      "Name one of: cart.a.svc.cluster.local, cart.b.svc.cluster.local.",
    );
    expect(of({ client: "job", server: "cart.a" }).to?.host).to.equal("cart.a.svc.cluster.local");
  });

  it("refuses an identity of another trust domain, and says that one without pods is assumed", () => {
    expect(() => ask({ client: "other.example/ns/shop/sa/web" })).to.throw(
      '"other.example/ns/shop/sa/web" has the trust domain other.example, and workloads of the mesh have cluster.local.',
    );
    const unknown = textOf({ client: "ns/shop/sa/wbe" });
    expect(unknown).to.include(
      "no workload has the service account of shop/wbe: a pod with a proxy and without labels is assumed",
    );
    expect(ask({ client: "ns/shop/sa/web" })).not.to.have.property("assumedClient");
  });

  it("gives no identity to a service account whose pods have no proxy", () => {
    const strict = object("PeerAuthentication", "istio-system/default", { mtls: { mode: "STRICT" } });
    const plain = readObjects([strict, service("shop/cart")], {
      workloads: [
        { ...workload("shop/job"), serviceAccount: "job", proxy: "none" },
        { ...workload("shop/cart"), ports: [8080] },
      ],
    });
    const { destinations, verdict } = answer(plain, complete({ client: "ns/shop/sa/job" }));
    expect(destinations[0]?.at[0]?.request).not.to.have.property("identity");
    expect(verdict).to.equal("denied");
  });

  it("lists of many names the most similar ones", () => {
    const many = readObjects(
      Array.from({ length: 300 }, (_, index) => service(`shop/service-${index}`)),
      { workloads: [workload("shop/web")] },
    );
    expect(() => answer(many, complete({ server: "servce-299" }))).to.throw(
      /Name one of: service-299, [^.]* \(of 300\)\.$/,
    );
  });

  it("reads the host of a pod of a headless service as the service's", () => {
    const headless = {
      ...service("shop/db"),
      spec: { clusterIP: "None", selector: { app: "db" }, ports: [{ name: "tcp", port: 5432 }] },
    };
    const own = readObjects([headless, service("shop/cart")], {
      workloads: [workload("shop/web"), workload("shop/db"), workload("shop/cart")],
    });
    for (const server of ["db-0.db", "db-0.db.shop", "db-0.db.shop.svc.cluster.local"]) {
      const { to, verdict } = answer(own, complete({ server }));
      expect(to, server).to.deep.equal({ host: "db.shop.svc.cluster.local", port: 5432 });
      expect(verdict).to.equal("allowed");
    }
    expect(() => answer(own, complete({ server: "cart-0.cart.shop" }))).to.throw("There is no service");
  });
});
