import { expect } from "chai";
import { text } from "../../checks/rules/redirectsEnd";
import { checkMesh } from "../../mesh";

const http = { port: 8080, protocol: "http" };
const toWeb = { prefix: "/", service: "web" };

/** The redirects that are found, with their messages. Each host has its redirects, and routes if they are given. */
function found(...gateways: Record<string, { redirects: object[]; routes?: object[] }>[]): string[] {
  const served = gateways.map((hosts) =>
    Object.fromEntries(
      Object.entries(hosts).map(([host, { redirects, routes = [] }]) => [
        host,
        { tls: { credentialName: "shop" }, routes, ...(redirects.length > 0 && { redirects }) },
      ]),
    ),
  );
  const release = (i: number): object => (i === 0 ? {} : { release: `istio-inside-${i}` });
  const { findings } = checkMesh({
    name: "shop",
    services: { web: { ports: { http } } },
    gateways: Object.fromEntries(served.map((hosts, i) => [`g${i}`, { ...release(i), hosts }])),
  });
  return findings.filter(({ code }) => code === "MW511").map(({ path, message }) => `${path}: ${message}`);
}

const at = (host: string, i: number, ...addresses: string[]): string =>
  `gateways.g0.hosts["${host}"].redirects[${i}]: ${text(addresses).message}`;

describe("checks of redirects", () => {
  it("find those to their own host and path, and accept those to another host", () => {
    const self = ["a.example.com/", "a.example.com/"];
    for (const authority of ["a.example.com", "A.example.com", "a.example.com:443"]) {
      expect(found({ "a.example.com": { redirects: [{ prefix: "/", authority }] } })).to.deep.equal([
        at("a.example.com", 0, ...self),
      ]);
    }
    for (const authority of ["b.example.com", "a.example.com:8443"]) {
      expect(found({ "a.example.com": { redirects: [{ prefix: "/", authority }] } })).to.deep.equal([]);
    }
  });

  it("find a path that is below the redirect's own prefix, unless a route serves it", () => {
    const login = { prefix: "/", uri: "/login" };
    expect(found({ "a.example.com": { redirects: [login] } })).to.deep.equal([
      at("a.example.com", 0, "a.example.com/login", "a.example.com/login"),
    ]);
    const served = { prefix: "/login", service: "web" };
    expect(found({ "a.example.com": { redirects: [login], routes: [served] } })).to.deep.equal([]);
    const old = { prefix: "/old", uri: "/new" };
    expect(found({ "a.example.com": { redirects: [old], routes: [toWeb] } })).to.deep.equal([]);
    expect(found({ "a.example.com": { redirects: [{ prefix: "/old/", uri: "/older" }] } })).to.deep.equal([]);
  });

  it("follow redirects over hosts, gateways and paths, and report each that is on the cycle", () => {
    const to = (authority: string): object => ({ prefix: "/", authority });
    const [a, b] = ["a.example.com", "b.example.com"];
    expect(found({ [a]: { redirects: [to(b)] }, [b]: { redirects: [to(a)] } })).to.deep.equal([
      at(a, 0, `${a}/`, `${b}/`, `${a}/`),
      at(b, 0, `${b}/`, `${a}/`, `${b}/`),
    ]);
    expect(found({ [a]: { redirects: [to(b)] } }, { [b]: { redirects: [to(a)] } })).to.have.lengthOf(2);
    // c leads to the cycle and is not on it.
    const three = { [a]: { redirects: [to(b)] }, [b]: { redirects: [to(a)] } };
    expect(found({ ...three, "c.example.com": { redirects: [to(a)] } })).to.have.lengthOf(2);
    // b serves all but one path, and a serves that one.
    const back = { prefix: "/cart", authority: a };
    const shared = { [b]: { redirects: [back], routes: [toWeb] } };
    expect(found({ [a]: { redirects: [to(b)] }, ...shared })).to.deep.equal([
      at(a, 0, `${a}/cart`, `${b}/cart`, `${a}/cart`),
      at(b, 0, `${b}/cart`, `${a}/cart`, `${b}/cart`),
    ]);
    const cart = { prefix: "/cart", service: "web" };
    expect(found({ [a]: { redirects: [to(b)], routes: [cart] }, ...shared })).to.deep.equal([]);
  });

  it("follow redirects at the gateway that answered, if it serves the host", () => {
    const host = "a.example.com";
    const redirect = (
      prefix: string,
      uri: string,
    ): Record<string, { redirects: object[]; routes: object[] }> => ({
      [host]: { redirects: [{ prefix, uri }], routes: [toWeb] },
    });
    // Each gateway serves what the other one redirects.
    expect(found(redirect("/old", "/new"), redirect("/new", "/old"))).to.deep.equal([]);
    expect(
      found(
        { [host]: { redirects: [{ prefix: "/old", uri: "/old/er" }], routes: [toWeb] } },
        redirect("/x", "/y"),
      ),
    ).to.deep.equal([at(host, 0, `${host}/old/er`, `${host}/old/er`)]);
  });

  it("end at a route by exact path or regular expression, but not at one with further conditions", () => {
    const login = { prefix: "/", uri: "/login" };
    const cycle = [at("a.example.com", 0, "a.example.com/login", "a.example.com/login")];
    const beside = (route: object): string[] =>
      found({ "a.example.com": { redirects: [login], routes: [{ service: "web", ...route }] } });
    expect(beside({ match: { uri: { exact: "/login" } } })).to.deep.equal([]);
    expect(beside({ match: { uri: { regex: "/log(in|out)" } }, paths: ["/*"] })).to.deep.equal([]);
    expect(beside({ match: { uri: { exact: "/logout" } } })).to.deep.equal(cycle);
    expect(beside({ match: { uri: { regex: "/log" } }, paths: ["/*"] })).to.deep.equal(cycle);
    const headers = { x: { exact: "1" } };
    expect(beside({ match: { uri: { exact: "/login" }, headers } })).to.deep.equal(cycle);
    expect(beside({ prefix: "/login", match: { queryParams: headers } })).to.deep.equal(cycle);
    expect(beside({ prefix: "/login", match: {} })).to.deep.equal([]);
  });
});
