import { expect } from "chai";
import { messages, requireTokenRules } from "../../policies/requireTokenRules";
import { type Resource, unknown, validateStack } from "../engine";
import { allow, authorizationPolicy, requestAuthentication } from "../resources";

const judge = (...stack: Resource[]) => validateStack(requireTokenRules, stack);
const missing = (name = "shop/default") => messages.notRequired(`RequestAuthentication ${name}`);
const ruled = (rule: unknown, action = "ALLOW", metadata = {}) =>
  authorizationPolicy({ action, rules: [rule] }, metadata);
const claims = allow({ when: [{ key: "request.auth.claims[roles]", values: ["admin"] }] });

describe("require-token-rules", () => {
  it("states the object, the problem and the fix", async () => {
    expect(await judge(requestAuthentication())).to.deep.equal({
      violations: [
        "RequestAuthentication shop/default: no AuthorizationPolicy for the same workloads requires the tokens of spec.jwtRules, " +
          "so requests without a token are accepted. Add a rule with requestPrincipals, or with a condition on " +
          "request.auth.claims.",
      ],
    });
  });

  it("accepts a rule that requires the token, also beside other rules", async () => {
    for (const policy of [
      ruled(claims),
      ruled({ from: [{ source: { requestPrincipals: ["*"] } }] }),
      ruled({ from: [{ source: { notRequestPrincipals: ["*"] } }] }, "DENY"),
      authorizationPolicy({ rules: [allow(), claims] }),
      ruled(claims, "ALLOW", { namespace: "istio-system" }),
    ]) {
      expect(await judge(requestAuthentication(), policy)).to.deep.equal({ violations: [] });
    }
    expect(await judge(requestAuthentication({}, {}, "istio-system"), ruled(claims))).to.deep.equal({
      violations: [],
    });
  });

  it("refuses a RequestAuthentication without one", async () => {
    for (const policy of [
      authorizationPolicy(),
      ruled({ from: [{ source: { notRequestPrincipals: ["*"] } }] }),
      ruled({ from: [{ source: { requestPrincipals: ["*"] } }] }, "DENY"),
      ruled({ from: [{ source: { requestPrincipals: ["*"] } }] }, "AUDIT"),
      ruled({ from: [{ source: { requestPrincipals: ["*"] } }, { source: { namespaces: ["shop"] } }] }),
      ruled(allow({ when: [{ key: "request.headers[x-role]", values: ["admin"] }] })),
      ruled(claims, "ALLOW", { annotations: { "istio.io/dry-run": "True" } }),
    ]) {
      expect(await judge(requestAuthentication(), policy)).to.deep.equal({ violations: [missing()] });
    }
  });

  it("accepts only rules for the same targets", async () => {
    const of = (name: string, kind = "Gateway") => ({
      selector: undefined,
      targetRefs: [{ group: "gateway.networking.k8s.io", kind, name }],
    });
    const check = requestAuthentication({}, of("public"));
    const rule = (spec: Record<string, unknown>): Resource =>
      authorizationPolicy({ rules: [claims], ...spec });
    for (const other of [of("internal"), of("public", "Service")]) {
      expect(await judge(check, rule(other))).to.deep.equal({ violations: [missing()] });
    }
    const [single] = of("public").targetRefs;
    for (const same of [of("public"), { selector: undefined, targetRef: single }, {}]) {
      expect(await judge(check, rule(same))).to.deep.equal({ violations: [] });
    }
  });

  it("accepts only rules for the same workloads", async () => {
    const elsewhere = ruled(claims, "ALLOW", { namespace: "bank" });
    expect(await judge(requestAuthentication(), elsewhere)).to.deep.equal({ violations: [missing()] });
    const check = (labels: object) => requestAuthentication({}, { selector: { matchLabels: labels } });
    expect(await judge(check({ app: "cart" }), ruled(claims))).to.deep.equal({ violations: [missing()] });
    expect(await judge(check({ app: "catalog" }), ruled(claims))).to.deep.equal({ violations: [] });
    expect(await judge(check({ "a.b/tier": "front" }), ruled(claims))).to.deep.equal({ violations: [] });
  });

  it("does not apply without tokens to validate", async () => {
    const notApplicable = "The stack has no RequestAuthentication with jwtRules";
    expect(await judge(authorizationPolicy())).to.deep.equal({ violations: [], notApplicable });
    const without = requestAuthentication({}, { jwtRules: undefined });
    expect(await judge(without)).to.deep.equal({ violations: [], notApplicable });
  });

  it("reports unknown values as undecided, unless the violation does not depend on them", async () => {
    const open = authorizationPolicy({ rules: unknown });
    expect(await judge(requestAuthentication(), open)).to.deep.equal({
      violations: [],
      undecided:
        "AuthorizationPolicy shop/catalog: string value at .spec.rules can't be known during preview",
    });
    expect(await judge(requestAuthentication(), open, ruled(claims))).to.deep.equal({ violations: [] });
    expect(await judge(requestAuthentication({}, {}, "bank"), open)).to.deep.equal({
      violations: [missing("bank/default")],
    });
  });
});
