import { expect } from "chai";
import { compared, type Graph, graphOf } from "../../../cli/graph/model";
import { checkMesh } from "../../../mesh";

const http = { http: { port: 8080, protocol: "http" } };
const shop = {
  name: "shop",
  services: {
    web: {
      ports: http,
      calls: {
        cart: {
          methods: ["GET", "POST"],
          paths: ["/cart/*"],
          timeout: "2s",
          retries: { attempts: 2, retryOn: ["5xx"] },
        },
        mail: { asynchronous: true },
      },
    },
    cart: { ports: http, mtls: { mode: "PERMISSIVE" } },
    mail: { ports: http, calls: { smtp: {} } },
  },
  externalServices: { smtp: { host: "smtp.example.com", ports: { smtps: { port: 465, protocol: "tls" } } } },
  gateways: {
    public: {
      hosts: {
        "shop.example.com": { tls: { credentialName: "shop" }, routes: [{ prefix: "/", service: "web" }] },
      },
    },
  },
};

function graph(catalog: unknown): Graph {
  const { mesh, findings } = checkMesh(catalog);
  if (mesh === undefined) throw new Error(JSON.stringify(findings));
  return graphOf(mesh, findings);
}

describe("cli/graph/model", () => {
  it("has a node for each service, gateway and outside host", () => {
    expect(graph(shop).nodes.map(({ id, namespace }) => [id, namespace])).to.deep.equal([
      ["external/smtp", undefined],
      ["gateway/public", "istio-ingress"],
      ["service/shop/cart", "shop"],
      ["service/shop/mail", "shop"],
      ["service/shop/web", "shop"],
    ]);
  });

  it("has the settings of each call on its link", () => {
    const { links } = graph(shop);
    expect(links.map(({ from, to, kind, plaintext }) => [from, to, kind, plaintext])).to.deep.equal([
      ["gateway/public", "service/shop/web", "waits", false],
      ["service/shop/mail", "external/smtp", "waits", false],
      ["service/shop/web", "service/shop/cart", "waits", true],
      ["service/shop/web", "service/shop/mail", "asynchronous", false],
    ]);
    expect(links[2]?.calls).to.deep.equal([
      {
        path: "services.web.calls.cart",
        facts: ["port 8080 (http)", "GET, POST", "/cart/*", "timeout 2s", "2 retries of 666ms on 5xx"],
      },
    ]);
  });

  it("has the findings about a node, and not those about a node with a longer name", () => {
    const catalog = { ...shop, services: { ...shop.services, "cart-2": { ports: http } } };
    const { nodes } = graph(catalog);
    const codes = (id: string) =>
      nodes.find((node) => node.id === id)?.findings.map(({ code }) => code) ?? [];
    expect(codes("service/shop/cart")).to.include("MW303");
    expect(codes("service/shop/cart-2")).to.not.include("MW303");
  });

  it("marks the calls that a catalog gains and loses", () => {
    const { web, cart, mail } = shop.services;
    const changed = {
      ...shop,
      services: {
        web: { ...web, calls: { cart: { ...web.calls.cart, methods: ["GET"] } } },
        cart: { ...cart, calls: { mail: {} } },
        mail,
      },
    };
    const changes = compared(graph(changed), graph(shop)).links.map(({ from, to, change }) => [
      from,
      to,
      change,
    ]);
    expect(changes).to.deep.equal([
      ["gateway/public", "service/shop/web", undefined],
      ["service/shop/cart", "service/shop/mail", "gained"],
      ["service/shop/mail", "external/smtp", undefined],
      ["service/shop/web", "service/shop/cart", "gained"],
      ["service/shop/web", "service/shop/cart", "lost"],
      ["service/shop/web", "service/shop/mail", "lost"],
    ]);
    expect(compared(graph(shop), graph(shop))).to.deep.equal(graph(shop));
  });
});
