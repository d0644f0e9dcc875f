import { expect } from "chai";
import { requireNormalizedMatches } from "../../policies/requireNormalizedMatches";
import { type Resource, unknown, validateResource } from "../engine";
import { allow, authorizationPolicy } from "../resources";

const judge = (resource: Resource) => validateResource(requireNormalizedMatches, resource);
const operation = (operation: object, action = "ALLOW") =>
  judge(authorizationPolicy({ action, rules: [allow({ to: [{ operation }] })] }));
const at = (text: string) => `AuthorizationPolicy shop/catalog: spec.rules[0].${text}.`;

describe("require-normalized-matches", () => {
  it("accepts what requests look like", async () => {
    const paths = ["/", "/items/*", "*/info", "*", "/items/{*}/price", "/a.b/c..d", "/caf%C3%A9"];
    const outcome = await operation({ methods: ["GET", "*"], paths, notPaths: ["/admin"] });
    expect(outcome).to.deep.equal({ violations: [] });
  });

  it("refuses methods in lower case, whatever the action", async () => {
    for (const action of ["ALLOW", "DENY"]) {
      for (const list of ["methods", "notMethods"]) {
        expect(await operation({ [list]: ["GET", "post"] }, action)).to.deep.equal({
          violations: [
            at(
              `to[0].operation.${list}[1] is "post", which matches no request, since methods are in upper case. Write "POST"`,
            ),
          ],
        });
      }
    }
  });

  it("refuses paths that normalization changes", async () => {
    const flaws = {
      "items/1": "begins with /",
      "/items?id=1": "ends before ? and #",
      "/items#top": "ends before ? and #",
      "/a\\b": "has / for \\",
      "/a%2Fb": "has no escaped /, \\ or .",
      "/%2e%2e/b": "has no escaped /, \\ or .",
      "/a//b": "has no //",
      "/a/../b": "has no /./ and no /../",
      "/a/.": "has no /./ and no /../",
    };
    for (const [path, flaw] of Object.entries(flaws)) {
      for (const list of ["paths", "notPaths"]) {
        expect(await operation({ [list]: [path] })).to.deep.equal({
          violations: [
            at(
              `to[0].operation.${list}[0] is "${path}", which matches no request, since a path ${flaw}. ` +
                "Write the path as normalization leaves it",
            ),
          ],
        });
      }
    }
  });

  it("refuses header names with spaces", async () => {
    const condition = (key: unknown) =>
      judge(authorizationPolicy({ rules: [allow({ when: [{ key, values: ["x"] }] })] }));
    expect(await condition("request.headers[User-Agent]")).to.deep.equal({ violations: [] });
    expect(await condition("request.headers[User Agent]")).to.deep.equal({
      violations: [at("when[0].key has a space, so it matches no request. Leave the space out")],
    });
  });

  it("says what is open because of unknown values", async () => {
    expect(await operation({ methods: ["get"], paths: unknown })).to.deep.equal({
      violations: [
        at(
          'to[0].operation.methods[0] is "get", which matches no request, since methods are in upper case. Write "GET"',
        ),
      ],
      undecided:
        "AuthorizationPolicy shop/catalog: string value at .spec.rules.0.to.0.operation.paths can't be known during preview",
    });
  });
});
