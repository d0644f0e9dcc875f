import { expect } from "chai";
import { deliver, type PlainObject, readObjects, type Workload } from "../../effect";
import { api, app, block, egress, ingress, other, web } from "./networkObjects";
import { object, service, workload } from "./objects";

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
