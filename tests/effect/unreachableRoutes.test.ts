import { expect } from "chai";
import { unreachableRoutes } from "../../effect";

const uri = (form: string, value: string): object => ({ uri: { [form]: value } });
const found = (...routes: readonly object[][]): string[] =>
  unreachableRoutes({
    http: routes.map((match) => (match.length > 0 ? { match } : {})),
  }).map(({ path, by }) => `${path} by ${by}`);

describe("unreachableRoutes", () => {
  it("are all behind a route without a match", () => {
    expect(found([], [uri("prefix", "/a")], [])).to.deep.equal(["http[1] by http[0]", "http[2] by http[0]"]);
    expect(found([uri("prefix", "/a")], [])).to.deep.equal([]);
    expect(found([{ name: "all" }], [uri("prefix", "/a")])).to.deep.equal(["http[1] by http[0]"]);
    expect(unreachableRoutes({})).to.deep.equal([]);
  });

  it("are routes whose matches all have the conditions of an earlier one", () => {
    const method = { method: { exact: "GET" } };
    const header = (name: string): object => ({ headers: { [name]: { exact: "a" } } });
    expect(found([method], [{ ...method, ...uri("exact", "/a") }])).to.deep.equal(["http[1] by http[0]"]);
    expect(found([{ ...method, ...uri("exact", "/a") }], [method])).to.deep.equal([]);
    expect(
      found([header("x-a")], [{ headers: { "x-a": { exact: "a" }, "x-b": { exact: "b" } } }]),
    ).to.deep.equal(["http[1] by http[0]"]);
    expect(found([header("x-a")], [header("x-b")])).to.deep.equal([]);
    expect(found([{ ...method, port: 80 }], [method])).to.deep.equal([]);
    expect(found([{ gateways: ["mesh"] }], [{ gateways: ["public"] }])).to.deep.equal([]);
  });

  it("are none behind a delegate, which may have no route for a request", () => {
    const delegate = { delegate: { name: "rules" } };
    const slow = { match: [uri("prefix", "/slow")] };
    expect(unreachableRoutes({ http: [delegate, slow] })).to.deep.equal([]);
    expect(unreachableRoutes({ http: [slow, delegate, { ...slow, ...delegate }] })).to.deep.equal([
      { path: "http[2]", by: "http[0]" },
    ]);
  });

  it("compare paths by prefix, without those whose case is ignored", () => {
    expect(found([uri("prefix", "/a")], [uri("prefix", "/ab")], [uri("exact", "/a/b")])).to.deep.equal([
      "http[1] by http[0]",
      "http[2] by http[0]",
    ]);
    expect(found([uri("prefix", "/ab")], [uri("prefix", "/a")])).to.deep.equal([]);
    expect(found([uri("exact", "/a")], [uri("exact", "/a")])).to.deep.equal(["http[1] by http[0]"]);
    expect(found([uri("exact", "/a")], [uri("prefix", "/a")])).to.deep.equal([]);
    expect(found([uri("prefix", "/a")], [uri("regex", "/a.*")])).to.deep.equal([]);
    expect(found([uri("prefix", "/a")], [{ ...uri("prefix", "/A/b"), ignoreUriCase: true }])).to.deep.equal(
      [],
    );
  });

  it("are single matches, if the route has others", () => {
    expect(found([uri("prefix", "/a")], [uri("prefix", "/a"), uri("prefix", "/b")])).to.deep.equal([
      "http[1].match[0] by http[0]",
    ]);
  });
});
