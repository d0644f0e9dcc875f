import { expect } from "chai";
import { requireSafePatterns } from "../../policies/requireSafePatterns";
import { type Resource, unknown, validateResource } from "../engine";
import { allow, authorizationPolicy } from "../resources";

const judge = (resource: Resource) => validateResource(requireSafePatterns, resource);
const rule = (rule: object, action = "ALLOW") => judge(authorizationPolicy({ action, rules: [rule] }));
const at = (text: string) => `AuthorizationPolicy shop/catalog: spec.rules[0].${text}.`;
const ALLOW =
  "excepts from an ALLOW rule, which admits whatever its author did not think of. List what is admitted instead";
const DENY =
  "lists what a DENY rule refuses, which a request written in another way slips past. " +
  "Except what is admitted instead, with notPaths, notMethods, notPrincipals or the like";

describe("require-safe-patterns", () => {
  it("accepts ALLOW rules that list, and DENY rules that except", async () => {
    expect(await rule(allow())).to.deep.equal({ violations: [] });
    for (const denied of [
      { to: [{ operation: { notPaths: ["/items/*"] } }] },
      { from: [{ source: { notRequestPrincipals: ["*"] } }], to: [{ operation: { paths: ["/api/*"] } }] },
      { to: [{ operation: { paths: ["/admin"] } }], when: [{ key: "source.ip", notValues: ["10.1.2.3"] }] },
      { from: [{ source: { namespaces: ["guests"] } }] },
      {},
    ]) {
      expect(await rule(denied, "DENY"), JSON.stringify(denied)).to.deep.equal({ violations: [] });
    }
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
          at(`from[0].source.notNamespaces ${ALLOW}`),
          at(`to[0].operation.notPaths ${ALLOW}`),
          at(`when[0].notValues ${ALLOW}`),
        ],
      });
    }
  });

  it("accepts paths that one rule leaves to another one, if that lists them all", async () => {
    const paths = ["/admin", "/admin/*"];
    const wide = { to: [{ operation: { notPaths: paths } }] };
    const asking = (listed: string[]) => ({
      to: [{ operation: { paths: listed } }],
      when: [{ key: "request.auth.claims[roles]", values: ["admin"] }],
    });
    expect(await judge(authorizationPolicy({ rules: [wide, asking(paths)] }))).to.deep.equal({
      violations: [],
    });
    expect(await judge(authorizationPolicy({ rules: [wide, asking(["/admin"])] }))).to.deep.equal({
      violations: [at(`to[0].operation.notPaths ${ALLOW}`)],
    });
  });

  it("refuses DENY rules that only list", async () => {
    const listing = {
      from: [{ source: { namespaces: ["shop"] } }],
      to: [{ operation: { paths: ["/admin"], methods: ["GET"], hosts: ["a.example.com"], ports: ["80"] } }],
    };
    expect(await rule(listing, "DENY")).to.deep.equal({
      violations: [
        at(`to[0].operation.hosts ${DENY}`),
        at(`to[0].operation.methods ${DENY}`),
        at(`to[0].operation.paths ${DENY}`),
      ],
    });
    expect(await rule(listing, "AUDIT")).to.deep.equal({ violations: [] });
  });

  it("says what is open because of unknown values", async () => {
    const to = [{ operation: { notPaths: ["/admin"], notHosts: unknown } }];
    expect(await rule({ to })).to.deep.equal({
      violations: [at(`to[0].operation.notPaths ${ALLOW}`)],
      undecided:
        "AuthorizationPolicy shop/catalog: string value at .spec.rules.0.to.0.operation.notHosts can't be known during preview",
    });
  });
});
