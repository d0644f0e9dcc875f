import { expect } from "chai";
import type { Difference, PlainObject } from "../../effect";
import { changes, deployment, meshOf } from "./meshOf";
import { object } from "./objects";

const service = (spec: object, name = "shop/web") =>
  object("Service", name, { selector: { app: "web" }, ports: [{ name: "http", port: 80 }], ...spec });
const found = (
  kind: Difference["kind"],
  old: readonly PlainObject[],
  now: readonly PlainObject[],
): string[] => changes(kind, meshOf([deployment("web"), ...old]), meshOf([deployment("web"), ...now]));

describe("effect/exposureDifference", () => {
  it("finds Services that get an address outside of the cluster, and lose it", () => {
    const inside = [service({})];
    const outside = [service({ type: "LoadBalancer" })];
    const has = "Service shop/web has the type LoadBalancer";
    expect(found("exposure gained", inside, outside)).to.deep.equal([
      `web: only the cluster reaches it -> ${has}`,
    ]);
    expect(found("exposure lost", inside, outside)).to.deep.equal([]);
    expect(found("exposure lost", outside, inside)).to.deep.equal([
      `web: ${has} -> only the cluster reaches it`,
    ]);
    expect(found("exposure gained", outside, outside)).to.deep.equal([]);
  });

  it("finds external addresses, and what a Service of one type gains by another", () => {
    const externalIPs = ["203.0.113.1"];
    expect(found("exposure gained", [service({})], [service({ externalIPs })])).to.deep.equal([
      "web: only the cluster reaches it -> Service shop/web has the external addresses 203.0.113.1",
    ]);
    expect(
      found("exposure gained", [service({ type: "NodePort" })], [service({ type: "LoadBalancer" })]),
    ).to.deep.equal([
      "web: Service shop/web has the type NodePort -> Service shop/web has the type LoadBalancer",
    ]);
  });

  it("finds a second Service of the same pods, and none of other pods", () => {
    const second = service({ type: "NodePort" }, "shop/web-nodes");
    expect(found("exposure gained", [service({})], [service({}), second])).to.deep.equal([
      "web: only the cluster reaches it -> Service shop/web-nodes has the type NodePort",
    ]);
    const other = service({ type: "NodePort", selector: { app: "other" } }, "shop/other");
    expect(found("exposure gained", [service({})], [service({}), other])).to.deep.equal([]);
  });
});
