import { expect } from "chai";
import {
  type Connection,
  deliver,
  difference,
  type Endpoint,
  mayConnect,
  type PlainObject,
  readObjects,
  type Workload,
} from "../../effect";
import { object, service, workload } from "./objects";

const web = workload("shop/web");
const api = workload("shop/api", { namedPorts: { http: 8080, admin: 9000 } });
const other = workload("bank/web");
const policy = (spec: object, name = "shop/api"): PlainObject =>
  object("NetworkPolicy", name, { podSelector: { matchLabels: { app: "api" } }, ...spec });
const ingress = (from: object[], ports: object[] = []): PlainObject =>
  policy({ ingress: [{ ...(from.length > 0 && { from }), ...(ports.length > 0 && { ports }) }] });
const egress = (to: object[], ports: object[] = []): PlainObject =>
  policy(
    {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{ to, ...(ports.length > 0 && { ports }) }],
    },
    "shop/egress",
  );
const namespaceOf = (name: string, labels: object = {}): PlainObject =>
  object("Namespace", name, {}, { labels });
const app = (name: string): object => ({ matchLabels: { app: name } });
const named = (name: string): object => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
});
const block = (cidr: string, ...except: string[]): object => ({
  ipBlock: { cidr, ...(except.length > 0 && { except }) },
});
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

describe("deliveries through NetworkPolicies", () => {
  const objects = [service("shop/api")];
  const gateway = workload("edge/gateway", { proxy: "gateway", labels: { istio: "ingress" } });
  const verdict = (
    more: PlainObject[],
    from: Workload = web,
    host = "api.shop.svc.cluster.local",
  ): unknown[] => {
    const model = readObjects([...objects, ...more], { workloads: [web, api, other, gateway] });
    const { verdict: is, arrivals, atGateway } = deliver(model, from, { host, port: 80 });
    const [arrival] = arrivals;
    const by = (arrival?.network ?? arrival?.at[0]?.decision ?? atGateway)?.reason;
    return [is, by];
  };

  it("are denied if no policy allows the connection to the pod's port", () => {
    expect(verdict([])).to.deep.equal(["allowed", "no policy"]);
    expect(verdict([ingress([{ podSelector: app("web") }], [{ port: 8080 }])])).to.deep.equal([
      "allowed",
      "no policy",
    ]);
    expect(verdict([ingress([{ podSelector: app("web") }], [{ port: 80 }])])).to.deep.equal([
      "denied",
      "no NetworkPolicy allows",
    ]);
    expect(verdict([ingress([block("10.0.0.0/8")])])).to.deep.equal(["unknown", "NetworkPolicy not decided"]);
  });

  it("keep the denial of a proxy whose connection is not decided", () => {
    const denying = object("AuthorizationPolicy", "shop/default", {});
    expect(verdict([denying, ingress([block("10.0.0.0/8")])])).to.deep.equal(["denied", "no rule allows"]);
  });

  it("reach hosts outside of the mesh at public addresses, or at those of their ServiceEntry", () => {
    const entry = (addresses: string[], more: object = {}): PlainObject =>
      object("ServiceEntry", "shop/mail", {
        hosts: ["mail.example"],
        ports: [{ number: 80, name: "http", protocol: "HTTP" }],
        ...(addresses.length > 0 && { addresses }),
        ...more,
      });
    const open = egress([block("0.0.0.0/0", "10.0.0.0/8")]);
    expect(verdict([entry([]), open], web, "mail.example")).to.deep.equal(["allowed", undefined]);
    expect(verdict([entry(["10.1.1.1"]), open], web, "mail.example")).to.deep.equal([
      "denied",
      "no NetworkPolicy allows",
    ]);
    // Proxies connect to the endpoints, and not to the address that clients use.
    const fixed = { resolution: "STATIC", endpoints: [{ address: "10.1.1.1" }] };
    expect(verdict([entry(["8.8.8.8"], fixed), open], web, "mail.example")[0]).to.equal("denied");
    const moved = { ...fixed, endpoints: [{ address: "8.8.8.8" }] };
    expect(verdict([entry(["10.1.1.1"], moved), open], web, "mail.example")[0]).to.equal("allowed");
    expect(verdict([entry([]), egress([{ podSelector: {} }])], web, "mail.example")).to.deep.equal([
      "denied",
      "no NetworkPolicy allows",
    ]);
  });

  it("reach a gateway from outside only if its policies allow it", () => {
    const of = (peer: object): unknown =>
      verdict(
        [
          object("Gateway", "edge/gateway", {
            selector: { istio: "ingress" },
            servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["api.example"] }],
          }),
          object("VirtualService", "edge/api", {
            hosts: ["api.example"],
            gateways: ["gateway"],
            http: [{ route: [{ destination: { host: "api.shop.svc.cluster.local" } }] }],
          }),
          object("NetworkPolicy", "edge/gateway", { podSelector: {}, ingress: [{ from: [peer] }] }),
        ],
        gateway,
        "api.example",
      )[0];
    expect(of(block("0.0.0.0/0"))).to.equal("allowed");
    expect(of({ podSelector: {} })).to.equal("denied");
    expect(of(block("8.0.0.0/8"))).to.equal("unknown");
  });
});

describe("differences of NetworkPolicies", () => {
  const changes = (before: PlainObject[], after: PlainObject[]): object[] => {
    const workloads = [web, api, other];
    const of = (objects: PlainObject[]) => readObjects([service("shop/api"), ...objects], { workloads });
    return difference(of(before), of(after)).map(
      ({ kind, workload: { name, namespace }, sure, witness, sent, before: was, after: is }) => ({
        kind,
        name: `${namespace}/${name}`,
        sure,
        ...(witness && { witness }),
        ...(sent && { sent }),
        was,
        is,
      }),
    );
  };

  it("are connections that pass now, or no longer, with a client that shows it", () => {
    const narrow = ingress([{ podSelector: app("web") }], [{ port: 8080 }]);
    const wide = ingress([{ podSelector: app("web") }, named("bank")], [{ port: 8080 }]);
    const identity = { trustDomain: "cluster.local", namespace: "bank", serviceAccount: "web" };
    const denied = "denied: ingress (NetworkPolicy shop/api)";
    const allowed = "allowed: ingress (NetworkPolicy shop/api)";
    const change = { name: "shop/api", sure: true, witness: { port: 8080, protocol: "tcp", identity } };
    expect(changes([narrow], [wide])).to.deep.equal([
      { kind: "network opened", ...change, was: denied, is: allowed },
    ]);
    expect(changes([wide], [narrow])).to.deep.equal([
      { kind: "network closed", ...change, was: allowed, is: denied },
    ]);
    expect(changes([narrow], [narrow])).to.deep.equal([]);
  });

  it("are those of a Namespace and of pods whose labels change, if a policy reads them", () => {
    const rule = ingress([{ namespaceSelector: { matchLabels: { team: "money" } } }]);
    const bank = (labels: object): PlainObject[] => [rule, namespaceOf("bank", labels)];
    const kinds = (found: object[]) => found.map((one) => Object.values(one).slice(0, 2).join(" "));
    expect(kinds(changes(bank({ team: "toys" }), bank({ team: "money" })))).to.deep.equal([
      "network opened shop/api",
    ]);
    expect(changes(bank({ tier: "a" }), bank({ tier: "b" }))).to.deep.equal([]);
    // A Namespace that is not among the objects has unknown labels, not others.
    expect(changes([rule], bank({ team: "money" }))).to.deep.equal([]);
    const model = (labels: Readonly<Record<string, string>>) =>
      readObjects([service("shop/api"), policy({})], { workloads: [web, { ...api, labels }] });
    const found = (labels: Readonly<Record<string, string>>) =>
      difference(model({ app: "api" }), model(labels)).map(
        ({ kind, workload: { name } }) => `${kind} ${name}`,
      );
    expect(found({ app: "free" })).to.include("network opened api");
    expect(found({ app: "api", tier: "b" })).to.deep.equal([]);
  });

  it("are connections to hosts outside of the cluster", () => {
    const closed = egress([{ podSelector: {} }]);
    const open = egress([{ podSelector: {} }, block("0.0.0.0/0", "10.0.0.0/8")]);
    const found = changes([closed], [open]).map((one) => {
      const { kind, name, sent } = one as Record<string, unknown>;
      return { kind, name, sent };
    });
    const sent = { host: "unknown.example", port: 443 };
    expect(found).to.deep.include({ kind: "network opened", name: "shop/web", sent });
    expect(found).to.deep.include({ kind: "network opened", name: "shop/api", sent });
  });
});
