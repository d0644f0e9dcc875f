import { expect } from "chai";
import { changes, deployment, meshOf } from "./meshOf";
import { object, service } from "./objects";

const custom = (paths: readonly string[]) =>
  object("AuthorizationPolicy", "shop/opa", {
    selector: { matchLabels: { app: "web" } },
    action: "CUSTOM",
    provider: { name: "opa" },
    rules: [{ to: [{ operation: { paths } }] }],
  });
const mesh = (settings: object, paths: readonly string[] = ["/admin*"], http = "envoyExtAuthzHttp") =>
  meshOf([deployment("web"), service("shop/web"), custom(paths)], {
    extensionProviders: [
      { name: "opa", [http]: { service: "opa.shop.svc.cluster.local", port: 9000, ...settings } },
    ],
  });

describe("effect/authorizerDifference", () => {
  const service9000 = '{"service":"opa.shop.svc.cluster.local","port":9000';

  it("finds an authorizer without which requests now pass", () => {
    const text = `web: opa: ${service9000}} -> opa: ${service9000},"failOpen":true}`;
    expect(changes("authorizer opened", mesh({}), mesh({ failOpen: true }))).to.deep.equal([text]);
    expect(changes("authorizer opened", mesh({ failOpen: true }), mesh({}))).to.deep.equal([]);
    expect(changes("authorizer changed", mesh({ failOpen: true }), mesh({}))).to.have.length(1);
    const grpc = (settings: object) => mesh(settings, ["/admin*"], "envoyExtAuthzGrpc");
    expect(changes("authorizer opened", grpc({}), grpc({ failOpen: true }))).to.have.length(1);
  });

  it("finds another service that decides", () => {
    expect(changes("authorizer changed", mesh({}), mesh({ port: 9001 }))).to.have.length(1);
    expect(changes("authorizer changed", mesh({}), mesh({}))).to.deep.equal([]);
    expect(
      changes(
        "authorizer changed",
        meshOf([deployment("web")]),
        meshOf([deployment("web")], { extensionProviders: [] }),
      ),
    ).to.deep.equal([]);
  });

  it("finds requests that no authorizer decides about any more, and those about which one now does", () => {
    const decided = "unknown: external authorizer (AuthorizationPolicy shop/opa)";
    const [wide, narrow] = [mesh({}, ["/admin*"]), mesh({}, ["/admin/*"])];
    expect(changes("access gained", wide, narrow)).to.deep.equal([`web: ${decided} -> allowed: no policy`]);
    expect(changes("access lost", wide, narrow)).to.deep.equal([]);
    expect(changes("access lost", narrow, wide)).to.deep.equal([`web: allowed: no policy -> ${decided}`]);
  });
});
