import { expect } from "chai";
import { forbidAllowAll, messages } from "../../policies/forbidAllowAll";
import { type Resource, unknown, validateResource } from "../engine";
import { allow, authorizationPolicy, defaultDeny } from "../resources";
import { said } from "../said";

const judge = (resource: Resource) => validateResource(forbidAllowAll, resource);
const rules = (...list: unknown[]) => judge(authorizationPolicy({ rules: list }));
const source = (source: Record<string, unknown>) => rules(allow({ from: [{ source }] }));
const inRule = said("AuthorizationPolicy shop/catalog", "spec.rules[0]");
const everything = inRule("", messages.everything());
const wide = (path: string, text: string, reach: string) => inRule(path, messages.wideSource(text, reach));

describe("forbid-allow-all", () => {
  it("states the field, the value and the fix", async () => {
    expect(await source({ principals: ["*"] })).to.deep.equal({
      violations: [
        'AuthorizationPolicy shop/catalog: spec.rules[0].from[0].source.principals[0] is "*", which allows every identity. ' +
          "Name the service accounts of the callers, such as cluster.local/ns/shop/sa/cart.",
      ],
    });
  });

  it("accepts rules that restrict callers, end users or operations", async () => {
    const accepted = [
      allow(),
      allow({ to: undefined }),
      { from: [{ source: { principals: ["cluster.local/ns/shop/sa/*"] } }] },
      { from: [{ source: { namespaces: ["shop"] } }] },
      { from: [{ source: { namespaces: ["shop"], trustDomains: ["cluster.local"] } }] },
      { from: [{ source: { serviceAccounts: ["shop/cart"] } }] },
      { from: [{ source: { requestPrincipals: ["*"] } }] },
      { from: [{ source: { ipBlocks: ["10.0.0.0/8", "fd00::/8"] } }] },
      { to: [{ operation: { paths: ["/health"] } }] },
      { to: [{ operation: { paths: ["/{*}", "/items/{**}"] } }] },
      { to: [{ operation: { paths: ["/health"], methods: ["GET"], ports: ["8080"] } }] },
      { when: [{ key: "request.headers[:path]", values: ["/health"] }] },
      { when: [{ key: "request.headers[x-token]", values: ["a"] }] },
      { when: [{ key: "request.auth.claims[roles]", values: ["admin"] }] },
      { when: [{ key: "request.auth.principal", values: ["*"] }] },
      { when: [{ key: "source.principal", values: ["cluster.local/ns/shop/sa/*"] }] },
      { when: [{ key: "source.namespace", values: ["shop"], notValues: ["bank"] }] },
      { when: [{ key: "source.ip", values: ["10.0.0.0/8"] }] },
      {
        when: [
          { key: "source.namespace", notValues: ["bank"] },
          { key: "remote.ip", values: ["10.0.0.1"] },
        ],
      },
    ];
    for (const rule of accepted)
      expect(await rules(rule), JSON.stringify(rule)).to.deep.equal({ violations: [] });
    expect(await judge(defaultDeny())).to.deep.equal({ violations: [] });
  });

  it("refuses a rule whose only condition is a claim that every token has", async () => {
    const claim = (key: string, ...values: string[]) => ({ when: [{ key, values }] });
    for (const [key, name, value] of [
      ["request.auth.claims[iss]", "iss", "*"],
      ...["https://*", "http://*", "https:*", "https*", "htt*", "*m/"].map(
        (value) => ["request.auth.claims[iss]", "iss", value] as const,
      ),
      ["request.auth.claims[sub]", "sub", "*"],
      ["request.auth.audiences", "aud", "*"],
    ] as const) {
      expect(await rules(claim(key, "a", value)), value).to.deep.equal({
        violations: [inRule(".when[0].values[1]", messages.anyToken(name, value))],
      });
    }
    for (const rule of [
      claim("request.auth.claims[iss]", "https://auth.example.com"),
      claim("request.auth.claims[iss]", "https://auth.example.com/*"),
      ...["xhttps://*", "abcd*", "a*b", "ab"].map((value) => claim("request.auth.claims[iss]", value)),
      claim("request.auth.claims[sub]", "ht*"),
      claim("request.auth.claims[role]", "*"),
      allow(claim("request.auth.claims[iss]", "*")),
    ]) {
      expect(await rules(rule), JSON.stringify(rule)).to.deep.equal({ violations: [] });
    }
  });

  it("refuses a rule that restricts nothing", async () => {
    const unlimited = [
      {},
      { from: [], to: [] },
      { from: [{ source: {} }] },
      { from: [{ source: { principals: ["cluster.local/ns/shop/sa/cart"] } }, { source: {} }] },
      { to: [{ operation: {} }] },
      { to: [{ operation: { ports: ["8080"] } }] },
      { to: [{ operation: { methods: ["GET"], hosts: ["catalog.example.com"] } }] },
      { when: [{ key: "destination.port", values: ["8080"] }] },
      { when: [{ key: "destination.ip", values: ["10.0.0.0/8"] }] },
      { when: [{ key: "connection.sni", values: ["catalog.example.com"] }] },
      { when: [{ key: "request.headers[:authority]", values: ["*"] }] },
      { when: [{ key: "request.headers[host]", values: ["catalog.example.com"] }] },
      { when: [{ key: "request.headers[:scheme]", values: ["https"] }] },
      { when: [{ key: "request.auth.claims[iss]", values: [] }] },
      { when: [{ key: "request.headers[:method]", values: ["*"] }] },
      { when: [{ key: "request.headers[:method]", values: ["GET"] }] },
      { when: [{ key: "request.headers[:path]", values: ["/*"] }] },
      { when: [{ key: "request.headers[x-team]", values: ["*"] }] },
      { to: [{ operation: { paths: ["/*"], methods: ["*"] } }] },
      ...["*", "/*", "/{**}"].map((path) => ({ to: [{ operation: { paths: [path] } }] })),
      { to: [{ operation: { paths: ["/health", "{**}"] } }] },
      { to: [{ operation: { hosts: ["*"] } }, { operation: { paths: ["/health"] } }] },
      { from: [{ source: { principals: [] } }] },
      { when: [] },
      { when: [{ key: "destination.port", values: ["*"] }] },
      { when: [{ key: "destination.ip", values: ["0.0.0.0/1", "128.0.0.0/1"] }] },
      {
        when: [
          { key: "connection.sni", values: ["*"] },
          { key: "destination.ip", values: ["0.0.0.0/0"] },
        ],
      },
    ];
    for (const rule of unlimited) {
      expect(await rules(rule), JSON.stringify(rule)).to.deep.equal({ violations: [everything] });
    }
  });

  it("refuses principals of several namespaces, whatever else restricts the rule", async () => {
    const reaches = {
      "*": "every identity",
      "cluster.local/*": "identities of many namespaces",
      "cluster.local/ns/*": "identities of many namespaces",
      "cluster.local/ns/shop*": "identities of many namespaces",
      "*/sa/cart": "identities of every trust domain",
      "*/ns/shop/sa/cart": "identities of every trust domain",
      "*.local/ns/shop/sa/cart": "identities of every trust domain",
    };
    for (const [principal, reach] of Object.entries(reaches)) {
      expect(await source({ principals: ["cluster.local/ns/shop/sa/ui", principal] })).to.deep.equal({
        violations: [wide(".from[0].source.principals[1]", principal, reach)],
      });
    }
  });

  it("refuses a whole trust domain, unless the source has another restriction", async () => {
    for (const [domain, reach] of [
      ["*", "identities of every trust domain"],
      ["cluster.local", "every identity of the trust domain"],
    ] as const) {
      expect(await source({ trustDomains: [domain] })).to.deep.equal({
        violations: [wide(".from[0].source.trustDomains[0]", domain, reach)],
      });
      expect(await rules({ from: [{ source: { trustDomains: [domain] } }] })).to.deep.equal({
        violations: [wide(".from[0].source.trustDomains[0]", domain, reach)],
      });
    }
  });

  it("refuses every namespace and every address", async () => {
    const at = ".from[0].source";
    expect(await source({ namespaces: ["*"], remoteIpBlocks: ["10.0.0.0/8", "0.0.0.0/0"] })).to.deep.equal({
      violations: [
        wide(`${at}.namespaces[0]`, "*", "every namespace"),
        wide(`${at}.remoteIpBlocks[1]`, "0.0.0.0/0", "every address"),
      ],
    });
    expect(await source({ ipBlocks: ["::/0"] })).to.deep.equal({
      violations: [wide(`${at}.ipBlocks[0]`, "::/0", "every address")],
    });
  });

  it("refuses every address in pieces", async () => {
    const excess = (field: string, block: string, widest: number) =>
      wide(`.from[0].source.${field}`, block, `more addresses than a /${widest}`);
    expect(
      await source({ ipBlocks: ["0.0.0.0/1", "128.0.0.0/1"], remoteIpBlocks: ["2000::/3"] }),
    ).to.deep.equal({
      violations: [
        excess("ipBlocks[0]", "0.0.0.0/1", 8),
        excess("ipBlocks[1]", "128.0.0.0/1", 8),
        excess("remoteIpBlocks[0]", "2000::/3", 16),
      ],
    });
  });

  it("refuses the same in conditions, whatever else restricts the rule", async () => {
    const reaches: [string, string, string][] = [
      ["source.principal", "*", "every identity"],
      ["source.principal", "cluster.local/*", "identities of many namespaces"],
      ["source.principal", "*/sa/cart", "identities of every trust domain"],
      ["source.namespace", "*", "every namespace"],
      ["source.ip", "0.0.0.0/0", "every address"],
      ["source.ip", "10.0.0.0/0", "every address"],
      ["remote.ip", "::/0", "every address"],
      ["remote.ip", "128.0.0.0/1", "more addresses than a /8"],
    ];
    for (const [key, value, reach] of reaches) {
      const when = [
        { key: "request.headers[x-team]", values: ["*"] },
        { key, values: ["shop", value] },
      ];
      for (const rule of [{ when: when.slice(1) }, { when: when.reverse() }, allow({ when })]) {
        expect(await rules(rule), `${key} ${value}`).to.deep.equal({
          violations: [wide(".when[0].values[1]", value, reach)],
        });
      }
    }
  });

  it("refuses a rule that only has exceptions", async () => {
    const exceptions = [
      { when: [{ key: "source.namespace", notValues: ["bank"] }] },
      { when: [{ key: "request.headers[x-team]", values: [], notValues: ["bank"] }] },
      { from: [{ source: { notPrincipals: ["cluster.local/ns/bank/sa/cart"] } }] },
      { to: [{ operation: { notPaths: ["/admin"], methods: ["*"] } }] },
    ];
    for (const rule of exceptions) {
      expect(await rules(rule), JSON.stringify(rule)).to.deep.equal({
        violations: [inRule("", messages.onlyExceptions())],
      });
    }
  });

  it("reads a missing action as ALLOW, and ignores other actions", async () => {
    expect(await judge(authorizationPolicy({ action: undefined, rules: [{}] }))).to.deep.equal({
      violations: [everything],
    });
    for (const action of ["DENY", "AUDIT", "CUSTOM"]) {
      expect(await judge(authorizationPolicy({ action, rules: [{}] }))).to.deep.equal({ violations: [] });
    }
  });

  it("judges the items of a list, and objects under the token of another kind", async () => {
    const open = authorizationPolicy({ rules: [{}] });
    const type = "kubernetes:security.istio.io/v1:AuthorizationPolicyList";
    expect(
      await judge({ type, name: "all", props: { items: [defaultDeny().props, open.props] } }),
    ).to.deep.equal({
      violations: [said("AuthorizationPolicy shop/catalog")("items[1].spec.rules[0]", messages.everything())],
    });
    expect(await judge({ ...open, type: "kubernetes:core/v1:ConfigMap" })).to.deep.equal({
      violations: [everything],
    });
    expect((await judge({ type, name: "all", props: { items: unknown } })).undecided).to.be.a("string");
  });

  it("reports unknown values as undecided", async () => {
    const at = (path: string) =>
      `AuthorizationPolicy shop/catalog: string value at .${path} can't be known during preview`;
    expect(await rules({}, { from: unknown })).to.deep.equal({
      violations: [everything],
      undecided: at("spec.rules.1.from"),
    });
    expect(await source({ principals: unknown })).to.deep.equal({
      violations: [],
      undecided: at("spec.rules.0.from.0.source.principals"),
    });
    for (const part of ["from", "to", "when"]) {
      expect(await rules({ [part]: unknown }), part).to.deep.equal({
        violations: [],
        undecided: at(`spec.rules.0.${part}`),
      });
    }
    expect(await rules({ from: [unknown] })).to.deep.equal({
      violations: [],
      undecided: at("spec.rules.0.from.0"),
    });
    for (const [condition, path] of [
      [unknown, "spec.rules.0.when.0"],
      [{ key: unknown, values: [] }, "spec.rules.0.when.0.key"],
      [{ key: unknown, values: ["*"] }, "spec.rules.0.when.0.key"],
      [{ key: "source.namespace", values: unknown }, "spec.rules.0.when.0.values"],
      [{ key: "source.namespace", values: [unknown] }, "spec.rules.0.when.0.values.0"],
    ] as const) {
      expect(await rules({ when: [condition] }), path).to.deep.equal({
        violations: [],
        undecided: at(path),
      });
    }
    expect(await judge(authorizationPolicy({ action: unknown, rules: [{}] }))).to.deep.equal({
      violations: [],
      undecided: at("spec.action"),
    });
  });
});
