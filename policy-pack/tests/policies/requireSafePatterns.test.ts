import { expect } from "chai";
import { messages, requireSafePatterns } from "../../policies/requireSafePatterns";
import { type Resource, unknown, validateResource } from "../engine";
import { allow, authorizationPolicy } from "../resources";
import { said } from "../said";

const judge = (resource: Resource) => validateResource(requireSafePatterns, resource);
const rule = (rule: object, action = "ALLOW") => judge(authorizationPolicy({ action, rules: [rule] }));
const inRule = said("AuthorizationPolicy shop/catalog", "spec.rules[0].");

describe("require-safe-patterns", () => {
  it("states the field, the problem and the fix", async () => {
    expect(await rule({ to: [{ operation: { notPaths: ["/admin"] } }] })).to.deep.equal({
      violations: [
        "AuthorizationPolicy shop/catalog: spec.rules[0].to[0].operation.notPaths is an exception in an ALLOW rule, which allows " +
          "every value that is not listed. List the allowed values instead.",
      ],
    });
    expect(await rule({ to: [{ operation: { paths: ["/admin"] } }] }, "DENY")).to.deep.equal({
      violations: [
        "AuthorizationPolicy shop/catalog: spec.rules[0].to[0].operation.paths is a list in a DENY rule, which other spellings of " +
          "the same request do not match. List the exceptions instead, with notPaths, notMethods, notPrincipals or similar " +
          "fields.",
      ],
    });
  });

  it("accepts ALLOW rules with lists, and DENY rules with exceptions", async () => {
    expect(await rule(allow())).to.deep.equal({ violations: [] });
    for (const denied of [
      { to: [{ operation: { notPaths: ["/items/*"] } }] },
      { from: [{ source: { notRequestPrincipals: ["*"] } }], to: [{ operation: { paths: ["/api/*"] } }] },
      { to: [{ operation: { paths: ["/admin"] } }], when: [{ key: "source.ip", notValues: ["10.1.2.3"] }] },
      { from: [{ source: { namespaces: ["guests"] } }] },
      { when: [{ key: "request.headers[x-internal]", values: ["*"] }] },
      { when: [{ key: "request.headers[:path]", notValues: ["/items"] }] },
      {},
    ]) {
      expect(await rule(denied, "DENY"), JSON.stringify(denied)).to.deep.equal({ violations: [] });
    }
  });

  it("accepts addresses that are denied at hosts, if each host is listed with every port", async () => {
    const denied = (hosts: unknown[], operation: object = {}) =>
      rule(
        {
          from: [{ source: { remoteIpBlocks: ["203.0.113.7"] } }],
          to: [{ operation: { hosts, ...operation } }],
        },
        "DENY",
      );
    const both = ["shop.example.com", "shop.example.com:*"];
    expect(await denied(both)).to.deep.equal({ violations: [] });
    const refused = { violations: [inRule("to[0].operation.hosts", messages.deny())] };
    for (const hosts of [
      ["shop.example.com"],
      ["shop.example.com:*"],
      [...both, "a.example.com"],
      ["*.example.com", "*.example.com:*"],
    ]) {
      expect(await denied(hosts), hosts.join()).to.deep.equal(refused);
    }
    expect(await denied(both, { paths: ["/admin"] })).to.deep.equal({
      violations: [inRule("to[0].operation.paths", messages.deny())],
    });
  });

  it("refuses exceptions from ALLOW rules", async () => {
    const excepting = {
      from: [{ source: { notNamespaces: ["shop"] } }],
      to: [{ operation: { methods: ["GET"], notPaths: ["/admin"] } }],
      when: [{ key: "source.ip", notValues: ["10.1.2.3"] }],
    };
    for (const action of ["ALLOW", undefined]) {
      expect(await judge(authorizationPolicy({ action, rules: [excepting] }))).to.deep.equal({
        violations: [
          inRule("from[0].source.notNamespaces", messages.allow()),
          inRule("to[0].operation.notPaths", messages.allow()),
          inRule("when[0].notValues", messages.allow()),
        ],
      });
    }
  });

  it("refuses paths that one rule excepts and another one lists: another spelling matches the first rule", async () => {
    const paths = ["/admin", "/admin/*"];
    const wide = { to: [{ operation: { notPaths: paths } }] };
    const asking = (listed: string[]) => ({
      to: [{ operation: { paths: listed } }],
      when: [{ key: "request.auth.claims[roles]", values: ["admin"] }],
    });
    for (const listed of [paths, ["/admin"]]) {
      expect(await judge(authorizationPolicy({ rules: [wide, asking(listed)] }))).to.deep.equal({
        violations: [inRule("to[0].operation.notPaths", messages.allow())],
      });
    }
  });

  it("refuses DENY rules without exceptions", async () => {
    const listing = {
      from: [{ source: { namespaces: ["shop"] } }],
      to: [{ operation: { paths: ["/admin"], methods: ["GET"], hosts: ["a.example.com"], ports: ["80"] } }],
    };
    expect(await rule(listing, "DENY")).to.deep.equal({
      violations: [
        inRule("to[0].operation.hosts", messages.deny()),
        inRule("to[0].operation.methods", messages.deny()),
        inRule("to[0].operation.paths", messages.deny()),
      ],
    });
    for (const key of ["request.headers[:path]", "request.headers[x-role]"]) {
      expect(await rule({ when: [{ key, values: ["/admin"] }] }, "DENY")).to.deep.equal({
        violations: [inRule("when[0].values", messages.deny())],
      });
    }
    expect(await rule(listing, "AUDIT")).to.deep.equal({ violations: [] });
  });

  it("refuses lists in CUSTOM rules, also beside exceptions: other spellings pass without a decision", async () => {
    const both = ["shop.example.com", "shop.example.com:*"];
    for (const operation of [
      { paths: ["/admin", "/admin/*"] },
      { paths: ["/admin"], notMethods: ["OPTIONS"] },
      { paths: ["/admin"], hosts: both },
    ]) {
      expect(await rule({ to: [{ operation }] }, "CUSTOM"), JSON.stringify(operation)).to.deep.equal({
        violations: [inRule("to[0].operation.paths", messages.custom())],
      });
    }
    const listing = {
      to: [{ operation: { hosts: ["shop.example.com"], methods: ["POST"] } }],
      when: [{ key: "request.headers[x-role]", values: ["admin"] }],
    };
    expect(await rule(listing, "CUSTOM")).to.deep.equal({
      violations: [
        inRule("to[0].operation.hosts", messages.custom()),
        inRule("to[0].operation.methods", messages.custom()),
        inRule("when[0].values", messages.custom()),
      ],
    });
  });

  it("accepts CUSTOM rules that match every request of a host, with exceptions", async () => {
    const both = ["shop.example.com", "shop.example.com:*"];
    const options = [{ operation: { hosts: both, methods: ["OPTIONS"] } }];
    for (const asked of [
      {},
      { to: [{ operation: { ports: ["8080"] } }] },
      { to: [{ operation: { paths: ["/*"] } }] },
      { to: [{ operation: { hosts: both, notPaths: ["/healthz"], notMethods: ["OPTIONS"] } }] },
      { to: options, when: [{ key: "request.headers[origin]", notValues: ["http*"] }] },
    ]) {
      expect(await rule(asked, "CUSTOM"), JSON.stringify(asked)).to.deep.equal({ violations: [] });
    }
  });

  it("reports unknown values as undecided", async () => {
    const to = [{ operation: { notPaths: ["/admin"], notHosts: unknown } }];
    expect(await rule({ to })).to.deep.equal({
      violations: [inRule("to[0].operation.notPaths", messages.allow())],
      undecided:
        "AuthorizationPolicy shop/catalog: string value at .spec.rules.0.to.0.operation.notHosts can't be known during preview",
    });
  });
});
