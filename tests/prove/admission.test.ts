import { expect } from "chai";
import { defineMesh, type DenyDefinition, normalize } from "../../catalog";
import { type Attempt, isAdmitted, isDenied, matches } from "../../prove/admission";

const mesh = normalize(
  defineMesh({
    name: "shop",
    jwtRules: [{ issuer: "https://a.example.com" }, { issuer: "https://b.example.com" }],
    services: {
      web: {
        calls: {
          api: [
            { methods: ["GET"], paths: ["/items/*", "/health"] },
            {
              methods: ["DELETE"],
              paths: ["/items/*"],
              endUser: { issuer: "https://a.example.com", claims: { realm: { roles: ["admin", "owner"] } } },
            },
          ],
        },
      },
      api: {
        ports: { http: { port: 80, protocol: "http" } },
        admit: { anyone: { namespace: "tools" } },
      },
    },
  }),
);
const edges = mesh.services.find(({ name }) => name === "api")?.incoming ?? [];
const web = { principal: "cluster.local/ns/shop/sa/web", namespace: "shop" };
const admits = (attempt: Partial<Attempt>, isRequest = true): boolean =>
  isAdmitted(edges, { ...web, method: "GET", path: "/items/1", ...attempt }, isRequest);
const token = (claims: Record<string, unknown>, issuer = "https://a.example.com", valid = true) => ({
  name: "",
  issuer,
  valid,
  claims,
  text: "",
});

describe("isAdmitted", () => {
  it("matches method, path and identity of a call", () => {
    expect(admits({})).to.equal(true);
    expect(admits({ path: "/health" })).to.equal(true);
    expect(admits({ path: "/health/x" })).to.equal(false);
    expect(admits({ path: "/items" })).to.equal(false);
    expect(admits({ method: "POST" })).to.equal(false);
    expect(admits({ principal: "cluster.local/ns/shop/sa/other" })).to.equal(false);
    expect(admits({ principal: "cluster.local/ns/other/sa/web", namespace: "other" })).to.equal(false);
  });

  it("requires a valid token of the issuer with one of the values of each claim", () => {
    const remove = { method: "DELETE" };
    expect(admits(remove)).to.equal(false);
    expect(admits({ ...remove, token: token({ realm: { roles: ["reader", "owner"] } }) })).to.equal(true);
    expect(admits({ ...remove, token: token({ realm: { roles: "admin" } }) })).to.equal(true);
    expect(admits({ ...remove, token: token({ realm: { roles: ["reader"] } }) })).to.equal(false);
    expect(admits({ ...remove, token: token({ roles: ["admin"] }) })).to.equal(false);
    const roles = { realm: { roles: ["admin"] } };
    expect(admits({ ...remove, token: token(roles, "https://b.example.com") })).to.equal(false);
    expect(admits({ ...remove, token: token(roles, "https://a.example.com", false) })).to.equal(false);
  });

  it("admits every service account of an admitted namespace, and no other namespace", () => {
    const other = { principal: "cluster.local/ns/tools/sa/x", path: "/any", method: "PUT" };
    expect(admits({ ...other, namespace: "tools" })).to.equal(true);
    expect(admits({ ...other, namespace: "tool" })).to.equal(false);
  });

  it("ignores methods and paths of connections", () => {
    expect(admits({ method: "", path: "" }, false)).to.equal(true);
    expect(admits({ principal: "x", namespace: "shop" }, false)).to.equal(false);
  });
});

describe("matches", () => {
  it("compares exact paths, and prefixes before a trailing *", () => {
    expect(matches("/a", "/a")).to.equal(true);
    expect(matches("/a", "/a/")).to.equal(false);
    expect(matches("/a", "/A")).to.equal(false);
    expect(matches("/a*", "/ab")).to.equal(true);
    expect(matches("/a/*", "/a")).to.equal(false);
    expect(matches("/*", "/")).to.equal(true);
  });
});

describe("isDenied", () => {
  const http = { port: 8080, protocol: "http" } as const;
  const denied = (rule: DenyDefinition, attempt: Partial<Attempt> = {}, port = 8080): boolean => {
    const { services } = normalize({
      name: "shop",
      services: {
        web: { calls: { cart: {} } },
        other: { calls: { cart: {} } },
        cart: { ports: { http }, deny: { one: rule } },
      },
    });
    const cart = services.find(({ name }) => name === "cart");
    if (!cart) throw new Error("there is no cart");
    return isDenied(cart, port, { ...web, method: "PUT", path: "/admin/x", ...attempt });
  };
  const rule: DenyDefinition = { paths: ["/admin/*"], notMethods: ["GET"], notCallers: ["other"] };

  it("matches requests that meet all fields", () => {
    expect(denied(rule)).to.equal(true);
  });

  it("matches no request that misses a field or is an exception", () => {
    expect(denied(rule, { path: "/items" })).to.equal(false);
    expect(denied(rule, { method: "GET" })).to.equal(false);
    expect(denied(rule, { principal: "cluster.local/ns/shop/sa/other" })).to.equal(false);
    expect(denied(rule, {}, 9090)).to.equal(false);
    expect(denied({ ...rule, callers: ["other"], notCallers: ["web"] })).to.equal(false);
  });
});
