import { expect } from "chai";
import { dryRunResults, mayCall, readObjects, type Request } from "../../effect";
import { object, workload } from "./objects";

const api = workload("shop/api");
const web = { trustDomain: "cluster.local", namespace: "shop", serviceAccount: "web" };
const dry = { annotations: { "istio.io/dry-run": "true" } };
const policy = (spec: object, name: string, metadata: object = {}): ReturnType<typeof object> =>
  object("AuthorizationPolicy", name, spec, metadata);
const rule = (operation: object): object => ({
  from: [{ source: { principals: ["cluster.local/ns/shop/sa/web"] } }],
  to: [{ operation }],
});
const allow = (operation: object): object => ({ action: "ALLOW", rules: [rule(operation)] });
const deny = (operation: object): object => ({ action: "DENY", rules: [rule(operation)] });

function results(objects: ReturnType<typeof object>[], request: Partial<Request> = {}): string[] {
  const sent: Request = { identity: web, port: 8080, method: "GET", ...request };
  return dryRunResults(readObjects(objects, { settings: {} }), api, sent).map(
    ({ action, answer, by }) => `${action} ${answer} ${by?.name ?? "-"} ${by?.rule ?? "-"}`,
  );
}

describe("dry runs", () => {
  it("have no result without a dry run", () => {
    expect(results([policy(allow({ methods: ["GET"] }), "shop/one")])).to.deep.equal([]);
  });

  it("are evaluated apart from the enforced policies, which decide", () => {
    const objects = [
      policy(allow({}), "shop/enforced"),
      policy(allow({ methods: ["POST"] }), "shop/narrow", dry),
    ];
    expect(results(objects)).to.deep.equal(["ALLOW denied narrow -"]);
    expect(results(objects, { method: "POST" })).to.deep.equal(["ALLOW allowed narrow 0"]);
    const model = readObjects(objects, { settings: {} });
    expect(mayCall(model, api, { identity: web, port: 8080, method: "GET" }).answer).to.equal("allowed");
  });

  it("of several policies allow what any of them allows", () => {
    const objects = [
      policy({}, "shop/default-deny", dry),
      policy(allow({ methods: ["GET"] }), "shop/one", dry),
    ];
    expect(results(objects)).to.deep.equal(["ALLOW allowed one 0"]);
    expect(results(objects, { method: "PUT" })).to.deep.equal(["ALLOW denied default-deny -"]);
  });

  it("of the action DENY have a result of their own", () => {
    const objects = [policy(deny({ methods: ["PUT"] }), "shop/no", dry), policy(allow({}), "shop/yes", dry)];
    expect(results(objects, { method: "PUT" })).to.deep.equal(["DENY denied no 0", "ALLOW allowed yes 0"]);
    expect(results(objects)).to.deep.equal(["DENY allowed - -", "ALLOW allowed yes 0"]);
  });

  it("apply to connections, and to clients without an identity", () => {
    const objects = [policy(allow({ ports: ["8080"] }), "shop/one", dry)];
    expect(results(objects, { protocol: "tcp" })).to.deep.equal(["ALLOW allowed one 0"]);
    const model = readObjects(objects, { settings: {} });
    expect(dryRunResults(model, api, { port: 8080 })[0]?.answer).to.equal("denied");
  });
});
