import { expect } from "chai";
import { type MeshDefinition, normalize } from "../../catalog";
import { samplesOf, type Samples } from "../../checks/denySamples";

const http = { port: 80, targetPort: 8080, protocol: "http" };

/** The samples of the call of `web` to the port of `api`, whose rules are judged. */
function samples(call: object, rules: object = {}, more: { port?: object; web?: object } = {}): Samples[] {
  const { port = http, web = {} } = more;
  const mesh = normalize({
    name: "shop",
    trustDomain: "shop.example",
    services: {
      web: { ports: { http }, calls: { api: call }, ...web },
      api: { ports: { port }, ...(Object.keys(rules).length > 0 && { deny: rules }) },
    },
    jwtRules: [{ issuer: "https://a.example.com", audiences: ["shop"] }, { issuer: "https://b.example.com" }],
  } as unknown as MeshDefinition);
  const api = mesh.services.find(({ name }) => name === "api");
  const edge = api?.incoming[0];
  if (!api || !edge) throw new Error("no call");
  return samplesOf(edge, api.deny, mesh);
}
/** What the samples' requests are, each in a line. */
const lines = (all: Samples[]): string[] =>
  all.flatMap(({ of = "all", requests }) =>
    requests.map((one) => {
      const { method = "", path = "", claims } = one as { method?: string; path?: string; claims?: object };
      return [of, method, path, ...(claims ? [JSON.stringify(claims)] : [])].join(" ");
    }),
  );
const a = '"iss":"https://a.example.com","aud":["shop"]';
const b = '"iss":"https://b.example.com"';

describe("the samples of a call", () => {
  it("have the identity of the caller and the target port", () => {
    const [sample] = samples({ methods: ["GET"] });
    expect(sample).to.deep.equal({
      of: "GET",
      requests: [
        {
          identity: { trustDomain: "shop.example", namespace: "shop", serviceAccount: "web" },
          port: 8080,
          method: "GET",
          path: "/~",
        },
      ],
    });
  });

  it("are one connection of a TCP port", () => {
    const tcp = { port: 5432, protocol: "tcp" };
    expect(samples({}, {}, { port: tcp })).to.deep.equal([
      {
        requests: [
          {
            identity: { trustDomain: "shop.example", namespace: "shop", serviceAccount: "web" },
            port: 5432,
            protocol: "tcp",
          },
        ],
      },
    ]);
  });

  it("are of each path and method, or of all methods", () => {
    expect(lines(samples({ methods: ["GET", "PUT"], paths: ["/a", "/b/*"] }))).to.deep.equal([
      "/a GET /a",
      "/a PUT /a",
      "/b/* GET /b/~",
      "/b/* PUT /b/~",
      "GET GET /a",
      "GET GET /b/~",
      "PUT PUT /a",
      "PUT PUT /b/~",
    ]);
    expect(lines(samples({}))).to.include.members(["all GET /~", "all DELETE /~", "all OPTIONS /~"]);
    expect(lines(samples({}, {}, { port: { port: 81, protocol: "grpc" } }))).to.deep.equal(["all POST /~"]);
  });

  it("have a path in each exception of a rule that lies inside of the call's", () => {
    const rules = { one: { notPaths: ["/a/b", "/a/c/*", "/d/*"] }, two: { notPaths: ["/a/e"] } };
    const own = { methods: ["GET"], paths: ["/a/*"] };
    expect(lines(samples(own, rules)).filter((line) => line.startsWith("GET"))).to.deep.equal([
      "GET GET /a/~",
      "GET GET /a/b",
      "GET GET /a/c/~",
      "GET GET /a/e",
    ]);
    expect(lines(samples({ methods: ["GET"], paths: ["/a"] }, rules))).to.deep.equal([
      "/a GET /a",
      "GET GET /a",
    ]);
  });

  it("have a token of each issuer that the call accepts, with each value of a claim", () => {
    const call = (endUser: object): string[] =>
      lines(samples({ methods: ["GET"], endUser }, {}, {})).map((line) => line.replace("GET GET /~ ", ""));
    expect(call({})).to.deep.equal([`{${a}}`, `{${b}}`]);
    expect(call({ issuer: "https://b.example.com" })).to.deep.equal([`{${b}}`]);
    const claims = { roles: ["admin", "user"], realm: { group: ["x"] } };
    expect(call({ issuer: "https://b.example.com", claims }).sort()).to.deep.equal(
      ["admin", "user"].map((role) => `{${b},"realm":{"group":["x"]},"roles":["${role}"]}`),
    );
  });

  it("have the tokens that a rule excepts, with the call's own claims", () => {
    const rule = {
      one: { paths: ["/~"], notEndUser: { issuer: "https://a.example.com", claims: { roles: ["admin"] } } },
    };
    const excepted = (call: object): string[] =>
      lines(samples({ methods: ["GET"], ...call }, rule)).map((line) =>
        line.replace("GET GET /~", "").trim(),
      );
    expect(excepted({})).to.deep.equal(["", `{${a},"roles":["admin"]}`]);
    // The call's issuer replaces the rule's, and its claims come first.
    const own = { endUser: { issuer: "https://b.example.com", claims: { roles: ["user"] } } };
    expect(excepted(own)).to.deep.equal([`{${b},"roles":["user"]}`, `{${b},"roles":["user","admin"]}`]);
    const any = { one: { paths: ["/~"], notEndUser: { claims: { roles: ["admin"] } } } };
    expect(lines(samples({ methods: ["GET"] }, any))).to.deep.equal([
      "GET GET /~",
      `GET GET /~ {${a},"roles":["admin"]}`,
      `GET GET /~ {${b},"roles":["admin"]}`,
    ]);
  });
});
