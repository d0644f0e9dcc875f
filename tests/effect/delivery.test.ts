import { expect } from "chai";
import {
  type Decision,
  deliver,
  type Delivery,
  type PlainObject,
  readObjects,
  type Workload,
} from "../../effect";
import { object, service, workload } from "./objects";

const strict = object("PeerAuthentication", "istio-system/default", { mtls: { mode: "STRICT" } });
const web = workload("shop/web");
const api = workload("shop/api");
const gateway = workload("edge/egress", { proxy: "gateway" });

function sent(objects: readonly PlainObject[], from: Workload = web, more: object = {}): Delivery {
  const workloads = [from, api, ...(from === gateway ? [] : [gateway])];
  const model = readObjects([service("shop/api"), strict, ...objects], { workloads });
  return deliver(model, from, { host: "api.shop.svc.cluster.local", port: 80, ...more });
}

function decisionOf({ arrivals }: Delivery): Partial<Decision> | undefined {
  const [decision] = arrivals.flatMap(({ at }) => at.map((one) => one.decision));
  return decision && { answer: decision.answer, reason: decision.reason };
}

const tls = (mode: string): PlainObject =>
  object("DestinationRule", "shop/api", {
    host: "api.shop.svc.cluster.local",
    trafficPolicy: { tls: { mode } },
  });

describe("deliveries", () => {
  it("have the client's identity with mutual TLS, and none without", () => {
    expect(sent([]).verdict).to.equal("allowed");
    expect(sent([tls("ISTIO_MUTUAL")]).verdict).to.equal("allowed");
    const required = { answer: "denied", reason: "mutual TLS required" };
    expect(decisionOf(sent([tls("DISABLE")]))).to.deep.equal(required);
    expect(decisionOf(sent([tls("SIMPLE")]))).to.deep.equal(required);
    expect(decisionOf(sent([], workload("shop/web", { proxy: "none" })))).to.deep.equal(required);
    expect(sent([tls("MUTUAL")]).verdict).to.equal("unknown");
  });

  it("with mutual TLS fail at pods that do not expect it", () => {
    const off = object("PeerAuthentication", "shop/off", {
      selector: { matchLabels: { app: "api" } },
      mtls: { mode: "DISABLE" },
    });
    expect(sent([off]).verdict).to.equal("allowed");
    expect(decisionOf(sent([off, tls("ISTIO_MUTUAL")]))).to.deep.equal({
      answer: "denied",
      reason: "no mutual TLS expected",
    });
  });

  it("beside the proxy have no identity", () => {
    const beside = (annotations: Record<string, string>): string =>
      sent([], workload("shop/web", { annotations })).verdict;
    const name = "traffic.sidecar.istio.io";
    expect(beside({ [`${name}/excludeOutboundPorts`]: "443, 80" })).to.equal("denied");
    expect(beside({ [`${name}/excludeOutboundPorts`]: "443" })).to.equal("allowed");
    expect(beside({ [`${name}/includeOutboundIPRanges`]: "" })).to.equal("denied");
    expect(
      beside({ [`${name}/includeOutboundIPRanges`]: "", [`${name}/includeOutboundPorts`]: "80" }),
    ).to.equal("allowed");
    expect(beside({ [`${name}/includeOutboundIPRanges`]: "*" })).to.equal("allowed");
    expect(beside({ [`${name}/excludeOutboundIPRanges`]: "10.0.0.0/8" })).to.equal("unknown");
  });

  it("follow a gateway on the way, which can require a certificate of the mesh", () => {
    const server = (mode: string): PlainObject =>
      object("Gateway", "shop/egress", {
        selector: { app: "egress" },
        servers: [
          { port: { number: 443, name: "tls", protocol: "TLS" }, hosts: ["pay.example.com"], tls: { mode } },
        ],
      });
    const objects = [
      service("edge/egress", { ports: [{ name: "https", port: 443, targetPort: 443 }] }),
      object("ServiceEntry", "shop/pay", {
        hosts: ["pay.example.com"],
        ports: [{ number: 443, name: "tls", protocol: "TLS" }],
        resolution: "DNS",
      }),
      object("DestinationRule", "shop/egress", {
        host: "egress.edge.svc.cluster.local",
        trafficPolicy: { tls: { mode: "ISTIO_MUTUAL", sni: "pay.example.com" } },
      }),
      object("VirtualService", "shop/pay", {
        hosts: ["pay.example.com"],
        gateways: ["mesh", "shop/egress"],
        tls: [
          {
            match: [{ gateways: ["mesh"], port: 443, sniHosts: ["pay.example.com"] }],
            route: [{ destination: { host: "egress.edge.svc.cluster.local", port: { number: 443 } } }],
          },
        ],
        tcp: [
          {
            match: [{ gateways: ["shop/egress"], port: 443 }],
            route: [{ destination: { host: "pay.example.com", port: { number: 443 } } }],
          },
        ],
      }),
      object("AuthorizationPolicy", "edge/egress", {
        selector: { matchLabels: { app: "egress" } },
        rules: [
          {
            from: [{ source: { principals: ["cluster.local/ns/shop/sa/web"] } }],
            when: [{ key: "connection.sni", values: ["pay.example.com"] }],
          },
        ],
      }),
      server("ISTIO_MUTUAL"),
    ];
    const to = { host: "pay.example.com", port: 443, scheme: "https" } as const;
    const { verdict, arrivals } = sent(objects, web, to);
    expect(verdict).to.equal("allowed");
    const next = arrivals[0]?.at[0]?.next;
    expect(next?.arrivals.map(({ destination }) => destination.host)).to.deep.equal(["pay.example.com"]);
    // Another client of the mesh, and one without a certificate at the gateway itself.
    expect(sent(objects, workload("shop/other"), to).verdict).to.equal("denied");
    expect(sent(objects, gateway, to).atGateway?.reason).to.equal("mutual TLS required");
  });
});
