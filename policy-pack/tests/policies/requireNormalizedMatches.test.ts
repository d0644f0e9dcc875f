import { expect } from "chai";
import { messages, requireNormalizedMatches } from "../../policies/requireNormalizedMatches";
import { type Resource, unknown, validateResource } from "../engine";
import { allow, authorizationPolicy } from "../resources";
import { said } from "../said";

const judge = (resource: Resource) => validateResource(requireNormalizedMatches, resource);
const operation = (operation: object, action = "ALLOW") =>
  judge(authorizationPolicy({ action, rules: [allow({ to: [{ operation }] })] }));
const inRule = said("AuthorizationPolicy shop/catalog", "spec.rules[0].");

describe("require-normalized-matches", () => {
  it("states the field, the value and the fix", async () => {
    expect(await operation({ methods: ["post"], paths: ["/a//b"] })).to.deep.equal({
      violations: [
        'AuthorizationPolicy shop/catalog: spec.rules[0].to[0].operation.methods[0] is "post", which matches no request, ' +
          'because methods are in upper case. Use "POST".',
        'AuthorizationPolicy shop/catalog: spec.rules[0].to[0].operation.paths[0] is "/a//b", which matches no request, because ' +
          "a normalized path contains no //. Use the normalized path.",
      ],
    });
  });

  it("accepts the form of normalized requests", async () => {
    const paths = ["/", "/items/*", "*/info", "*", "/items/{*}/price", "/a.b/c..d", "/caf%C3%A9"];
    const outcome = await operation({ methods: ["GET", "*"], paths, notPaths: ["/admin"] });
    expect(outcome).to.deep.equal({ violations: [] });
  });

  it("refuses methods in lower case, whatever the action", async () => {
    for (const action of ["ALLOW", "DENY"]) {
      for (const list of ["methods", "notMethods"]) {
        expect(await operation({ [list]: ["GET", "post"] }, action)).to.deep.equal({
          violations: [inRule(`to[0].operation.${list}[1]`, messages.method("post"))],
        });
      }
    }
  });

  it("refuses paths that normalization changes", async () => {
    const rules = {
      "items/1": "starts with /",
      "/items?id=1": "contains no ? and no #",
      "/items#top": "contains no ? and no #",
      "/a\\b": "contains no \\",
      "/a%2Fb": "contains no escaped /, \\ or .",
      "/%2e%2e/b": "contains no escaped /, \\ or .",
      "/a//b": "contains no //",
      "/a/../b": "contains no /./ and no /../",
      "/a/.": "contains no /./ and no /../",
    };
    for (const [path, rule] of Object.entries(rules)) {
      for (const list of ["paths", "notPaths"]) {
        expect(await operation({ [list]: [path] })).to.deep.equal({
          violations: [inRule(`to[0].operation.${list}[0]`, messages.path(path, rule))],
        });
      }
    }
  });

  it("refuses header names with spaces", async () => {
    const condition = (key: unknown) =>
      judge(authorizationPolicy({ rules: [allow({ when: [{ key, values: ["x"] }] })] }));
    expect(await condition("request.headers[User-Agent]")).to.deep.equal({ violations: [] });
    expect(await condition("request.headers[User Agent]")).to.deep.equal({
      violations: [inRule("when[0].key", messages.space())],
    });
  });

  it("reports unknown values as undecided", async () => {
    expect(await operation({ methods: ["get"], paths: unknown })).to.deep.equal({
      violations: [inRule("to[0].operation.methods[0]", messages.method("get"))],
      undecided:
        "AuthorizationPolicy shop/catalog: string value at .spec.rules.0.to.0.operation.paths can't be known during preview",
    });
  });
});
