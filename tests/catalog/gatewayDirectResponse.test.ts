import { expect } from "chai";
import { directResponseSchema, normalizeDirectResponse } from "../../catalog/gatewayDirectResponse";

const accepts = (more: object): boolean => directResponseSchema.safeParse({ status: 503, ...more }).success;
const exact = { uri: { exact: "/robots.txt" } } as const;
const headers = { "x-a": { exact: "1" } } as const;

describe("catalog/gatewayDirectResponse", () => {
  it("has either a prefix or an exact path", () => {
    expect(accepts({ prefix: "/" })).to.equal(true);
    expect(accepts({ match: exact })).to.equal(true);
    expect(accepts({ prefix: "/", match: { headers } })).to.equal(true);
    expect(accepts({})).to.equal(false);
    expect(accepts({ match: { headers } })).to.equal(false);
    expect(accepts({ prefix: "/", match: exact })).to.equal(false);
  });

  it("has a body of at most 1 MB, counted in bytes", () => {
    const string = (text: string): boolean => accepts({ prefix: "/", body: { string: text } });
    expect(string("a".repeat(1024 * 1024))).to.equal(true);
    expect(string("a".repeat(1024 * 1024 + 1))).to.equal(false);
    expect(string("é".repeat(512 * 1024 + 1))).to.equal(false);
    const bytes = (length: number): boolean =>
      accepts({ prefix: "/", body: { bytes: "QUFB".repeat(length / 3) } });
    expect(bytes(3)).to.equal(true);
    expect(bytes(1024 * 1024 - 1)).to.equal(true);
    expect(bytes(1024 * 1024 + 2)).to.equal(false);
  });

  it("resolves its conditions", () => {
    const resolved = (definition: Parameters<typeof normalizeDirectResponse>[0]) =>
      normalizeDirectResponse(definition, [definition]);
    expect(resolved({ prefix: "/a", status: 503 })).to.deep.equal({
      match: { uri: { prefix: "/a" }, headers: {}, queryParams: {}, methods: [] },
      status: 503,
    });
    const { match } = resolved({ prefix: "/a", match: { headers }, status: 503 });
    expect([match.uri, match.headers]).to.deep.equal([{ prefix: "/a" }, headers]);
    expect(resolved({ match: exact, status: 200, body: { string: "a" } })).to.deep.include({
      status: 200,
      body: { string: "a" },
    });
    expect(resolved({ match: exact, status: 200 }).match.uri).to.deep.equal(exact.uri);
  });
});
