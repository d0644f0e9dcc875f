import { expect } from "chai";
import {
  type Connection,
  type Endpoint,
  mayConnect,
  type PlainObject,
  readObjects,
  type Workload,
} from "../../effect";
import { api, app, block, egress, ingress, named, namespaceOf, other, policy, web } from "./networkObjects";
import { object, workload } from "./objects";

const pod = (one: Workload): Endpoint => ({ workload: one });
const at = (...addresses: string[]): Endpoint => ({ addresses });

function answer(
  objects: readonly PlainObject[],
  from: Endpoint = pod(web),
  to: Endpoint = pod(api),
  more: Partial<Connection> = {},
): string {
  return mayConnect(readObjects(objects), { from, to, port: 8080, ...more }).answer;
}

describe("mayConnect", () => {
  it("allows everything to and from pods that no policy selects", () => {
    expect(mayConnect(readObjects([]), { from: pod(web), to: pod(api), port: 8080 })).to.deep.equal({
      answer: "allowed",
      by: [],
    });
    expect(answer([policy({ podSelector: app("cart") })])).to.equal("allowed");
    expect(answer([policy({}, "bank/api")])).to.equal("allowed");
  });

  it("denies what no policy allows that selects the pod, and names them", () => {
    const by = { kind: "NetworkPolicy", namespace: "shop", name: "api" };
    expect(mayConnect(readObjects([policy({})]), { from: pod(web), to: pod(api), port: 8080 })).to.deep.equal(
      {
        answer: "denied",
        direction: "ingress",
        by: [by],
      },
    );
    expect(mayConnect(readObjects([egress([named("bank")])]), { from: pod(web), to: pod(api), port: 8080 }))
      .to.have.property("direction")
      .that.equals("egress");
  });

  it("requires egress of the client and ingress of the server", () => {
    const out = egress([{ podSelector: app("api") }]);
    const into = ingress([{ podSelector: app("web") }]);
    expect(answer([out, into])).to.equal("allowed");
    expect(answer([out, ingress([{ podSelector: app("cart") }])])).to.equal("denied");
    expect(answer([egress([{ podSelector: app("cart") }]), into])).to.equal("denied");
  });

  it("names the policies of the direction that decided, also of an allowed connection", () => {
    const out = egress([{ podSelector: app("api") }]);
    const into = ingress([{ podSelector: app("web") }]);
    const deciding = (objects: PlainObject[]): unknown => {
      const { direction, by } = mayConnect(readObjects(objects), {
        from: pod(web),
        to: pod(api),
        port: 8080,
      });
      return [direction, ...by.map(({ name }) => name)];
    };
    expect(deciding([out])).to.deep.equal(["egress", "egress"]);
    expect(deciding([into])).to.deep.equal(["ingress", "api"]);
    expect(deciding([out, into])).to.deep.equal(["ingress", "api"]);
    expect(deciding([])).to.deep.equal([undefined]);
  });

  it("adds the policies of a pod", () => {
    const second = policy({ ingress: [{ from: [{ podSelector: app("web") }] }] }, "shop/more");
    expect(answer([policy({}), second])).to.equal("allowed");
    expect(answer([policy({}), second], pod(other))).to.equal("denied");
  });

  it("applies to ingress by default, and to egress with rules for it or by policyTypes", () => {
    const of = (spec: object): string => answer([policy(spec)], pod(api), pod(web));
    expect(of({})).to.equal("allowed");
    expect(of({ egress: [] })).to.equal("allowed");
    expect(of({ egress: [{ to: [{ podSelector: app("cart") }] }] })).to.equal("denied");
    expect(of({ policyTypes: ["Egress"] })).to.equal("denied");
    expect(answer([policy({ policyTypes: ["Egress"] })])).to.equal("allowed");
    expect(answer([policy({ egress: [{}] })])).to.equal("denied");
  });

  it("takes an empty list and an empty rule as everything, and an empty peer as nothing", () => {
    expect(answer([policy({ ingress: [{}] })], at("8.8.8.8"))).to.equal("allowed");
    expect(answer([policy({ ingress: [{ from: [], ports: [] }] })], pod(other))).to.equal("allowed");
    expect(answer([policy({ ingress: [{ from: [{}] }] })])).to.equal("denied");
    expect(answer([policy({ ingress: [] })])).to.equal("denied");
  });

  it("selects pods of the policy's namespace, of namespaces, and of both together", () => {
    const of = (peer: object, from: Workload): string => answer([ingress([peer])], pod(from));
    expect(of({ podSelector: app("web") }, web)).to.equal("allowed");
    expect(of({ podSelector: app("web") }, other)).to.equal("denied");
    expect(of({ podSelector: {} }, other)).to.equal("denied");
    expect(of({ namespaceSelector: {} }, other)).to.equal("allowed");
    expect(of(named("bank"), other)).to.equal("allowed");
    expect(of(named("bank"), web)).to.equal("denied");
    expect(of({ ...named("bank"), podSelector: app("web") }, other)).to.equal("allowed");
    expect(of({ ...named("bank"), podSelector: app("cart") }, other)).to.equal("denied");
    const exists = { matchExpressions: [{ key: "app", operator: "Exists" }] };
    expect(of({ ...named("bank"), podSelector: exists }, other)).to.equal("allowed");
    const expressions = {
      podSelector: { matchExpressions: [{ key: "app", operator: "NotIn", values: ["web"] }] },
    };
    expect(of(expressions, web)).to.equal("denied");
    expect(of(expressions, workload("shop/cart"))).to.equal("allowed");
  });

  it("does not know labels of namespaces that are not among the objects", () => {
    const rule = ingress([{ namespaceSelector: { matchLabels: { team: "money" } } }]);
    expect(answer([rule], pod(other))).to.equal("unknown");
    expect(answer([rule, namespaceOf("bank", { team: "money" })], pod(other))).to.equal("allowed");
    expect(answer([rule, namespaceOf("bank", { team: "toys" })], pod(other))).to.equal("denied");
  });

  it("compares ports by number, range, name of the server's container, and protocol", () => {
    const of = (port: object, more: Partial<Connection> = {}): string =>
      answer([ingress([], [port])], pod(web), pod(api), more);
    expect(of({ port: 8080 })).to.equal("allowed");
    expect(of({ port: 8081 })).to.equal("denied");
    expect(of({ port: 8000, endPort: 8080 })).to.equal("allowed");
    expect(of({ port: 8000, endPort: 8079 })).to.equal("denied");
    expect(of({ port: "http" })).to.equal("allowed");
    expect(of({ port: "admin" })).to.equal("denied");
    expect(of({ protocol: "TCP" })).to.equal("allowed");
    expect(of({ protocol: "UDP" })).to.equal("denied");
    expect(of({ protocol: "UDP", port: 8080 }, { protocol: "UDP" })).to.equal("allowed");
    expect(of({ port: 8080 }, { protocol: "UDP" })).to.equal("denied");
    expect(answer([ingress([], [{ port: "http" }])], pod(web), pod(workload("shop/api")))).to.equal(
      "unknown",
    );
    const outside = egress([block("8.8.8.0/24")], [{ port: "http" }]);
    expect(answer([outside], pod(web), at("8.8.8.8"))).to.equal("denied");
  });

  it("compares addresses outside of the cluster with blocks", () => {
    const of = (peer: object, ...addresses: string[]): string => answer([ingress([peer])], at(...addresses));
    expect(of(block("10.0.0.0/8"), "10.1.2.3")).to.equal("allowed");
    expect(of(block("10.0.0.0/8", "10.1.0.0/16"), "10.1.2.3")).to.equal("denied");
    expect(of(block("10.0.0.0/8"), "11.0.0.1")).to.equal("denied");
    expect(of(block("10.0.0.0/8"), "10.0.0.0/16")).to.equal("allowed");
    expect(of(block("10.0.0.0/16"), "10.0.0.0/8")).to.equal("unknown");
    expect(of(block("10.0.0.0/8", "10.0.0.0/17"), "10.0.0.0/16")).to.equal("unknown");
    expect(of(block("10.0.0.0/8"), "10.0.0.1", "11.0.0.1")).to.equal("unknown");
    expect(of(block("2001:db8::/32"), "2001:db8::1")).to.equal("allowed");
    expect(of(block("2001:db8::/32", "2001:db8::/64"), "2001:db8::1")).to.equal("denied");
    expect(of({ podSelector: {} }, "10.1.2.3")).to.equal("denied");
    expect(of(block("10.0.0.0/33"), "10.1.2.3")).to.equal("denied");
  });

  it("does not know unknown addresses, unless all are in a block", () => {
    const of = (peer: object, isPublic: boolean): string =>
      answer([egress([peer])], pod(web), { addresses: [], isPublic });
    expect(of(block("0.0.0.0/0"), false)).to.equal("allowed");
    expect(of(block("0.0.0.0/0", "10.0.0.0/8"), false)).to.equal("unknown");
    expect(of(block("0.0.0.0/0", "10.0.0.0/8"), true)).to.equal("allowed");
    expect(of(block("0.0.0.0/0", "8.0.0.0/8"), true)).to.equal("unknown");
    expect(of(block("10.0.0.0/8"), true)).to.equal("denied");
    expect(of(block("10.0.0.0/8"), false)).to.equal("unknown");
  });

  it("does not know whether a block has a pod's address, unless it has no private ones", () => {
    const of = (peer: object): string => answer([ingress([peer])]);
    expect(of(block("10.0.0.0/8"))).to.equal("unknown");
    expect(of(block("8.0.0.0/8"))).to.equal("denied");
    expect(of(block("0.0.0.0/0"))).to.equal("unknown");
    const cloud = ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"];
    expect(of(block("0.0.0.0/0", ...cloud))).to.equal("denied");
    expect(of(block("0.0.0.0/0", ...cloud.slice(1)))).to.equal("unknown");
    expect(of(block("::/0", "fc00::/7"))).to.equal("denied");
  });

  it("does not know pods in the network of their node", () => {
    const host = { hostNetwork: true } as const;
    expect(answer([policy({})], pod(web), pod({ ...api, ...host }))).to.equal("unknown");
    expect(answer([ingress([{ podSelector: app("web") }])], pod({ ...web, ...host }))).to.equal("unknown");
    const deployment = object("Pod", "shop/api", { hostNetwork: true }, { labels: { app: "api" } });
    expect(readObjects([deployment]).workloads.map((one) => one.hostNetwork)).to.deep.equal([true]);
  });

  it("does not know what policies of other APIs decide", () => {
    const cilium = { ...object("CiliumNetworkPolicy", "shop/api", {}), apiVersion: "cilium.io/v2" };
    expect(answer([policy({}), cilium])).to.equal("unknown");
    expect(answer([policy({}), { ...cilium, metadata: { name: "api", namespace: "bank" } }])).to.equal(
      "denied",
    );
    const admin = {
      ...object("AdminNetworkPolicy", "api", {}),
      apiVersion: "policy.networking.k8s.io/v1alpha1",
    };
    expect(answer([admin])).to.equal("unknown");
  });
});
