import { expect } from "chai";
import type { Manifest } from "../../mesh";
import { find, http, render } from "./render";

const labels = (name: string): Record<string, string> => ({ "app.kubernetes.io/name": name });

describe("a service's selector and account", () => {
  let objects: Manifest[];
  beforeEach(() => {
    objects = render({
      name: "shop",
      networkPolicies: {},
      telemetry: { accessLogging: { provider: "envoy" } },
      rateLimitService: { service: "counter", onFailure: "allow" },
      services: {
        web: {
          ports: { http },
          selector: labels("frontend"),
          serviceAccount: { name: "frontend" },
          calls: { cart: { timeout: "2s" } },
        },
        cart: {
          ports: { http },
          selector: labels("cartservice"),
          versions: { v1: { labels: { "app.kubernetes.io/version": "1.4.2" } }, v2: {} },
          traffic: { weights: { v1: 100, v2: 0 } },
          telemetry: { accessLogging: { disabled: true } },
          mtls: { mode: "STRICT" },
          rateLimit: { requests: 10, per: "1s" },
          globalRateLimits: { all: { requests: 10, per: "second" } },
          workload: { image: "registry.example.com/cart:1" },
        },
        counter: { ports: { grpc: { port: 8081, protocol: "grpc" } }, workload: { image: "counter:1" } },
      },
    });
  });
  const at = (kind: string, name: string, path: string): void => {
    it(`are those of ${kind} ${name}`, () => {
      expect(find(objects, kind, name))
        .to.have.nested.property(path)
        .that.deep.equals(labels("cartservice"));
    });
  };
  at("AuthorizationPolicy", "cart", "spec.selector.matchLabels");
  at("PeerAuthentication", "cart", "spec.selector.matchLabels");
  at("Telemetry", "cart", "spec.selector.matchLabels");
  at("Sidecar", "cart", "spec.workloadSelector.labels");
  at("EnvoyFilter", "cart-rate-limit", "spec.workloadSelector.labels");
  at("EnvoyFilter", "cart-global-rate-limit", "spec.workloadSelector.labels");
  at("NetworkPolicy", "cart", "spec.podSelector.matchLabels");
  at("Service", "cart", "spec.selector");

  it("are those of its peers' NetworkPolicies, its callers' routes and rules, and its subsets", () => {
    const peer = (name: string): object => ({
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop" } },
      podSelector: { matchLabels: labels(name) },
    });
    const { spec: ofWeb } = find(objects, "NetworkPolicy", "web") as { spec?: object };
    expect(ofWeb).to.have.deep.nested.property("egress[0].to", [peer("cartservice")]);
    const { spec: ofCart } = find(objects, "NetworkPolicy", "cart") as { spec?: object };
    expect(ofCart).to.have.deep.nested.property("ingress[0].from", [peer("frontend")]);
    expect(find(objects, "VirtualService", "cart")).to.have.deep.nested.property("spec.http[0].match", [
      { sourceLabels: labels("frontend"), sourceNamespace: "shop" },
    ]);
    expect(find(objects, "AuthorizationPolicy", "cart")).to.have.deep.nested.property(
      "spec.rules[0].from[0].source.principals",
      ["cluster.local/ns/shop/sa/frontend"],
    );
    expect(find(objects, "DestinationRule", "cart")).to.have.deep.nested.property("spec.subsets", [
      { name: "v1", labels: { "app.kubernetes.io/version": "1.4.2" } },
      { name: "v2", labels: { version: "v2" } },
    ]);
  });

  it("are those of its pods, with the version's labels in the Deployment and the PodDisruptionBudget", () => {
    const pods = { ...labels("cartservice"), "app.kubernetes.io/version": "1.4.2" };
    const deployment = find(objects, "Deployment", "cart-v1");
    expect(deployment).to.have.deep.nested.property("spec.selector.matchLabels", pods);
    expect(deployment).to.have.deep.nested.property("spec.template.metadata.labels", pods);
    expect(deployment).to.have.nested.property("spec.template.spec.serviceAccountName", "cart");
    expect(find(objects, "PodDisruptionBudget", "cart-v1")).to.have.deep.nested.property(
      "spec.selector.matchLabels",
      pods,
    );
    expect(find(objects, "PodDisruptionBudget", "cart-v2")).to.have.deep.nested.property(
      "spec.selector.matchLabels",
      { ...labels("cartservice"), version: "v2" },
    );
  });
});

describe("a service without ports", () => {
  let objects: Manifest[];
  beforeEach(() => {
    objects = render({
      name: "shop",
      networkPolicies: {},
      services: {
        worker: { workload: { image: "registry.example.com/worker:1" }, calls: { api: {} } },
        api: { ports: { http } },
      },
    });
  });

  it("has identity, pods, scope and NetworkPolicy, and nothing that leads to it", () => {
    const kinds = objects.filter(({ metadata }) => metadata.name === "worker").map(({ kind }) => kind);
    expect(kinds).to.deep.equal([
      "Deployment",
      "NetworkPolicy",
      "PodDisruptionBudget",
      "ServiceAccount",
      "Sidecar",
    ]);
    expect(find(objects, "NetworkPolicy", "worker")).to.not.have.nested.property("spec.ingress");
    expect(find(objects, "AuthorizationPolicy", "api")).to.have.deep.nested.property(
      "spec.rules[0].from[0].source.principals",
      ["cluster.local/ns/shop/sa/worker"],
    );
  });
});
