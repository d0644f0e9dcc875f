import { stripVTControlCharacters } from "node:util";
import { expect } from "chai";
import { type Answer, answer } from "../../../cli/explain/answer";
import { answerText } from "../../../cli/explain/answerText";
import type { Question } from "../../../cli/explain/question";
import { sideOf } from "../../../cli/side";
import { readObjects } from "../../../effect";
import { service, workload } from "../../effect/objects";

const http = { http: { port: 8080, protocol: "http" } };
const shop = {
  name: "shop",
  jwtRules: [{ issuer: "https://auth.example.com", jwksUri: "https://auth.example.com/jwks" }],
  services: {
    web: {
      ports: http,
      workload: { image: "web:1" },
      calls: {
        cart: { methods: ["GET"], paths: ["/api/*"], endUser: { claims: { role: ["buyer"] } } },
        db: {},
      },
    },
    cart: {
      ports: http,
      versions: { v1: {}, v2: {} },
      traffic: { weights: { v1: 90, v2: 10 } },
      resilience: { timeout: "2s", retries: { attempts: 1, retryOn: ["connect-failure"] } },
      workload: { image: "cart:1" },
    },
    db: { ports: { tcp: { port: 5432, protocol: "tcp" } }, workload: { image: "db:1" } },
  },
  gateways: {
    public: {
      hosts: {
        "shop.example.com": {
          tls: { credentialName: "shop" },
          routes: [{ prefix: "/shop", rewrite: "/api", service: "web" }],
        },
      },
    },
  },
};
const { model } = sideOf("shop", shop);
const ask = (question: Partial<Question>): Answer =>
  answer(model, { client: "web", server: "cart", method: "GET", path: "/api/x", headers: {}, ...question });
const token = { iss: "https://auth.example.com", sub: "ada", role: "buyer" };

describe("cli/explain/answer", () => {
  it("asks the pods of a version that another tool deploys, whose other labels are unknown", () => {
    const services = {
      web: { ports: http, calls: { cart: { paths: ["/api/*"] } } },
      cart: { ports: http, versions: { v1: {}, v2: {} }, traffic: { weights: { v1: 90, v2: 10 } } },
    };
    const side = sideOf("shop", { name: "shop", services });
    const question = { client: "web", server: "cart", method: "GET", path: "/", headers: {} };
    const found = answer(side.model, question);
    expect(found.verdict).to.equal("denied");
    expect(found.destinations.map(({ at }) => at.map(({ workload }) => workload))).to.deep.equal([
      ["shop/cart"],
      ["shop/cart"],
    ]);
    expect(answer(side.model, { ...question, path: "/api/x" }).verdict).to.equal("allowed");
  });

  it("is unknown if no object creates the pods of a Service, and says so", () => {
    const objects = [service("shop/cart"), service("shop/web")];
    const from = { ...workload("shop/web"), from: { kind: "Deployment", namespace: "shop", name: "web" } };
    const read = readObjects(objects, { workloads: [from] });
    const question = { client: "web", server: "cart", method: "GET", path: "/", headers: {} };
    const found = answer(read, question);
    expect(found.verdict).to.equal("unknown");
    const side = { name: "files", model: read, objects };
    expect(answerText(question, found, side)).to.include(
      "no object creates pods with the labels app=cart, so who decides is unknown",
    );
    expect(answer(read, { ...question, client: "ns/other/sa/job" }).proxy).to.equal("other/job");
    expect(() => answer(read, { ...question, client: "wbe" })).to.throw(
      "Name one of: web, or a service account",
    );
  });

  it("says why a request is not routed", () => {
    const side = sideOf("shop", shop);
    const text = (question: Partial<Question>): string => {
      const asked = { client: "web", server: "cart", method: "GET", path: "/", headers: {}, ...question };
      return stripVTControlCharacters(answerText(asked, answer(side.model, asked), side));
    };
    expect(text({ client: "cart", server: "web" })).to.include(
      "the Sidecar shop/cart does not import web.shop.svc.cluster.local, so the client's proxy has no route to it",
    );
    expect(text({ port: 99 })).to.include("cart.shop.svc.cluster.local has no port 99: its ports are 8080");
    const asked = { server: "shop.example.com", method: "GET", path: "/", headers: {} };
    const outsideText = (server: string): string =>
      answerText({ ...asked, server }, answer(side.model, { ...asked, server }), side);
    expect(outsideText("shop.example.org")).to.include(
      "no Gateway serves shop.example.org on port 443: hosts there are shop.example.com",
    );
    expect(outsideText("shop.example.com")).to.include("no route of shop.example.com matches the request");
  });

  it("asks about a connection where proxies see no requests", () => {
    const services = {
      web: { ports: http, calls: { db: {} } },
      db: { ports: { tcp: { port: 5432, protocol: "tcp" } } },
    } as const;
    const side = sideOf("shop", { name: "shop", services });
    const text = (question: Partial<Question>): string => {
      const asked = { client: "web", server: "db", method: "GET", path: "/", headers: {}, ...question };
      return stripVTControlCharacters(answerText(asked, answer(side.model, asked), side));
    };
    expect(text({})).to.match(/^ALLOWED {2}web → db port 5432\n\nroute at/);
    expect(text({})).not.to.include("worst case");
    const unread = "port 5432 carries connections, so method and path decide nothing";
    expect(text({ method: "POST" })).to.include(unread);
    expect(text({ path: "/x" })).to.include(unread);
  });

  it("names what a dry run would make of an allowed request, and the line of the catalog", () => {
    const calls = { api: { dryRun: { methods: ["GET"] } } };
    const services = { web: { ports: http, calls }, api: { ports: http } };
    const side = sideOf("shop", { name: "shop", services });
    const question = { client: "web", server: "api", method: "PUT", path: "/x", headers: {} };
    const found = answer(side.model, question);
    expect(found.verdict).to.equal("allowed");
    expect(found.destinations[0]?.at[0]?.dryRuns).to.deep.equal([
      {
        action: "ALLOW",
        answer: "denied",
        by: { kind: "AuthorizationPolicy", namespace: "shop", name: "api.dry-run" },
      },
    ]);
    const text = stripVTControlCharacters(answerText(question, found, side));
    expect(text).to.include(
      "dry run of ALLOW policies, not enforced: would be denied (AuthorizationPolicy shop/api.dry-run)\n    services.web.calls.api",
    );
    const passing = answer(side.model, { ...question, method: "GET" });
    expect(passing.destinations[0]?.at[0]?.dryRuns?.[0]).to.include({ answer: "allowed" });
  });

  it("allows what the catalog allows, with the route and its limits", () => {
    const { verdict, route, destinations } = ask({ claims: token });
    expect(verdict).to.equal("allowed");
    expect([route.timeout, route.retries?.attempts]).to.deep.equal([2000, 1]);
    expect(
      destinations.map(({ destination, at }) => [
        destination.subset,
        destination.weight,
        at.map((one) => one.workload),
      ]),
    ).to.deep.equal([
      ["v1", 90, ["shop/cart-v1"]],
      ["v2", 10, ["shop/cart-v2"]],
    ]);
  });

  it("names the nearest rule of a denied request, and what of it does not fit", () => {
    const misfits = (question: Partial<Question>) => {
      const found = ask(question);
      expect(found.verdict).to.equal("denied");
      return found.destinations[0]?.at[0]?.nearest?.misfits;
    };
    expect(misfits({ claims: { ...token, role: "guest" } })).to.deep.equal([
      { dimension: 'claim ["role"]', wanted: "buyer", found: "guest" },
    ]);
    expect(misfits({ claims: token, method: "POST" })).to.deep.equal([
      { dimension: "method", wanted: "GET", found: "POST" },
    ]);
    expect(misfits({ claims: token, path: "/admin" })).to.deep.equal([
      { dimension: "path", wanted: "/api/*", found: "/admin" },
    ]);
    expect(misfits({ claims: token, path: "/api/../admin" })?.[0]?.found).to.equal("/admin");
  });

  it("writes one retry in the singular", () => {
    const asked = { client: "web", server: "cart", method: "GET", path: "/api/x", headers: {} };
    const text = answerText(asked, answer(model, asked), sideOf("shop", shop));
    expect(text).to.include("1 retry on connect-failure").and.not.include("1 retries");
  });

  it("names the deciding rule, and of denied requests a rule of the same port before one of another", () => {
    const ports = { raw: { port: 1883, protocol: "tcp" }, admin: { port: 18083, protocol: "http" } };
    const rules = {
      ports: http,
      calls: { broker: [{ port: "raw" }, { port: "admin", methods: ["GET"] }] },
    };
    const side = sideOf("iot", { name: "iot", services: { rules, broker: { ports } } });
    const text = (method: string, port: number): string => {
      const asked = { client: "rules", server: "broker", port, method, path: "/", headers: {} };
      return stripVTControlCharacters(answerText(asked, answer(side.model, asked), side));
    };
    expect(text("POST", 18083)).to.include(
      "nearest rule: AuthorizationPolicy iot/broker, rule 1\n      method is POST, and the rule requires GET",
    );
    expect(text("GET", 18083)).to.include("allowed: rule allows (AuthorizationPolicy iot/broker, rule 1)");
    expect(text("GET", 1883)).to.include("allowed: rule allows (AuthorizationPolicy iot/broker, rule 0)");
  });

  it("asks for the client's address if a rule compares it, unless the request is denied in any case", () => {
    const route = { prefix: "/", service: "web", ipBlocks: ["203.0.113.0/24"] };
    const sideWith = (more: object) => {
      const hosts = { "a.example.com": { tls: { credentialName: "a" }, routes: [{ ...route, ...more }] } };
      const services = { web: { ports: http, workload: { image: "web:1" } } };
      return sideOf("shop", { name: "shop", services, gateways: { public: { hosts } } });
    };
    const hint = "the rule compares the client's address: name it with --source-ip";
    const text = (more: object, question: Partial<Question>): string => {
      const side = sideWith(more);
      const asked = { server: "a.example.com", method: "GET", path: "/", headers: {}, ...question };
      return stripVTControlCharacters(answerText(asked, answer(side.model, asked), side));
    };
    expect(text({}, {}))
      .to.match(/^UNKNOWN/)
      .and.include(hint);
    const inside = text({}, { sourceIp: "203.0.113.9" });
    expect(inside)
      .to.match(/^ALLOWED/)
      .and.not.include(hint);
    expect(text({}, { sourceIp: "203.0.114.9" })).to.match(/^DENIED/);
    // The service denies the method, whatever the gateway decides.
    const denied = text({ methods: ["POST"] }, {});
    expect(denied)
      .to.match(/^(DENIED|UNROUTED)/)
      .and.include(hint);
  });

  it("says that a client has no route, where its Sidecar leaves the host out", () => {
    expect(ask({ client: "cart", server: "db" }).verdict).to.equal("unrouted");
    expect(ask({ client: "web", server: "db" }).verdict).to.equal("allowed");
  });

  it("follows a request from outside through the gateway, with its rewrite", () => {
    const { verdict, proxy, destinations, atGateway } = ask({
      client: undefined,
      server: "shop.example.com",
      scheme: "https",
      path: "/shop/a",
    });
    expect([verdict, proxy, atGateway?.answer]).to.deep.equal([
      "allowed",
      "istio-ingress/istio-ingress-shop",
      "allowed",
    ]);
    expect(destinations[0]?.at[0]?.request).to.deep.include({
      path: "/api/a",
      identity: { trustDomain: "cluster.local", namespace: "istio-ingress", serviceAccount: "istio-ingress" },
    });
    expect(ask({ client: undefined, server: "shop.example.com", path: "/other" }).verdict).to.equal(
      "unrouted",
    );
    expect(ask({ client: undefined, server: "shop.example.com", scheme: "http" }).route.outcome).to.equal(
      "redirected",
    );
  });

  it("follows a call through the egress gateway to its host", () => {
    const pay = {
      host: "pay.example.com",
      ports: { tls: { port: 443, protocol: "tls" } },
      egressGateway: true,
    } as const;
    const { web, ...others } = shop.services;
    const calling = { ...web, calls: { ...web.calls, pay: {} } };
    const catalog = { ...shop, services: { web: calling, ...others }, externalServices: { pay } };
    const own = sideOf("shop", catalog).model;
    const { verdict, destinations } = answer(own, {
      client: "web",
      server: "pay.example.com",
      method: "GET",
      path: "/",
      headers: {},
    });
    expect(verdict).to.equal("allowed");
    const [at] = destinations[0]?.at ?? [];
    expect([at?.workload, at?.next?.destinations[0]?.destination.host]).to.deep.equal([
      "istio-egress/istio-egress-shop",
      "pay.example.com",
    ]);
  });

  it("is unknown where an object decides that is not read, at the client's proxy and at the gateway", () => {
    const { objects } = sideOf("shop", shop);
    const filter = (namespace: string) => ({
      apiVersion: "networking.istio.io/v1alpha3",
      kind: "EnvoyFilter",
      metadata: { name: "lua", namespace },
      spec: { configPatches: [{ applyTo: "HTTP_FILTER", patch: { operation: "INSERT_BEFORE", value: {} } }] },
    });
    const question = { server: "cart", method: "GET", path: "/api/x", headers: {}, claims: token };
    const inside = readObjects([...objects, filter("shop")], { workloads: model.workloads });
    expect(answer(inside, { ...question, client: "web" }).verdict).to.equal("unknown");
    const outside = readObjects([...objects, filter("istio-ingress")], { workloads: model.workloads });
    const asked = { ...question, server: "shop.example.com", path: "/shop/a" };
    expect(answer(outside, asked).verdict).to.equal("unknown");
  });

  it("refuses names and ports that the model lacks, and lists those that it has", () => {
    expect(() => ask({ client: "nothing" })).to.throw('There is no client "nothing".');
    expect(() => ask({ server: "nothing" })).to.throw('There is no service "nothing".');
    expect(() => ask({ client: undefined, server: "x.example.com", port: 9 })).to.throw(
      "No gateway listens on port 9 for clients outside of the mesh.",
    );
  });

  it("says shares, limits of rates and the worst case in words", () => {
    const { cart, ...others } = shop.services;
    const services = { ...others, cart: { ...cart, rateLimit: { requests: 20, per: "1s" } } };
    const side = sideOf("shop", { ...shop, services });
    const question = {
      client: "web",
      server: "cart",
      method: "GET",
      path: "/api/x",
      headers: {},
      claims: token,
    };
    const lines = answerText(question, answer(side.model, question), side)
      .split("\n")
      .map((line) => line.trim());
    expect(lines).to.include.members([
      "subset v1, 90 % of the requests",
      "subset v2, 10 % of the requests",
      "worst case: 2 requests, at most 2000 ms",
    ]);
    expect(lines.find((line) => line.startsWith("rate limited by"))).to.match(
      /^rate limited by EnvoyFilter shop\/\S+: 20 requests per 1s, at most \d+ at once, at each pod$/,
    );
  });

  it("multiplies the retries of the client by those of an egress gateway", () => {
    const pay = {
      host: "pay.example.com",
      ports: { tls: { port: 443, protocol: "tls" } },
      egressGateway: true,
    };
    const { web, ...others } = shop.services;
    const services = { web: { ...web, calls: { ...web.calls, pay: {} } }, ...others };
    const side = sideOf("shop", { ...shop, services, externalServices: { pay } });
    const question = { client: "web", server: "pay.example.com", method: "GET", path: "/", headers: {} };
    const found = answer(side.model, question);
    const behind = found.destinations[0]?.at[0]?.next;
    if (!behind) throw new Error("no gateway on the way");
    const retried = (attempts: number) => ({ ...found.route, retries: { attempts, retryOn: "5xx" } });
    const next = {
      ...behind,
      route: { ...behind.route, outcome: "forwarded" as const, retries: { attempts: 2, retryOn: "5xx" } },
    };
    const destinations = found.destinations.map((one) => ({
      ...one,
      at: one.at.map((at) => ({ ...at, next })),
    }));
    const text = answerText(
      question,
      { ...found, route: { ...retried(1), outcome: "forwarded" }, destinations },
      side,
    );
    expect(text).to.match(/worst case: 6 requests/);
  });
});
