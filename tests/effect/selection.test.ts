import { expect } from "chai";
import {
  applies,
  isWide,
  knownObject,
  mistakes,
  type PlainObject,
  readObjects,
  selectionOf,
} from "../../effect";
import { envoyFilters } from "../../effect/unread";
import { object, workload } from "./objects";

const group = "gateway.networking.k8s.io";
const target = (name: string, more: object = {}): object => ({ group, kind: "Gateway", name, ...more });
const gatewayPods = workload("shop/public-istio", {
  labels: { istio: "ingress", [`${group}/gateway-name`]: "public" },
  proxy: "gateway",
});
const policy = (spec: object, name = "shop/a"): PlainObject => object("AuthorizationPolicy", name, spec);
const appliesTo = (spec: object, name?: string, pods = gatewayPods): boolean =>
  applies(knownObject(policy(spec, name)), pods);

describe("effect/selection", () => {
  it("reads the labels of each kind where the kind has them", () => {
    const labels = { app: "web" };
    const of = (kind: string, apiVersion: string, spec: object): unknown =>
      selectionOf(knownObject({ apiVersion, kind, metadata: { name: "a", namespace: "shop" }, spec })).labels;
    const kinds = [
      ["Service", "v1", { selector: labels }],
      ["Gateway", "networking.istio.io/v1", { selector: labels }],
      ["Sidecar", "networking.istio.io/v1", { workloadSelector: { labels } }],
      ["EnvoyFilter", "networking.istio.io/v1alpha3", { workloadSelector: { labels } }],
      ["ServiceEntry", "networking.istio.io/v1", { workloadSelector: { labels } }],
      ["DestinationRule", "networking.istio.io/v1", { workloadSelector: { matchLabels: labels } }],
      ["ProxyConfig", "networking.istio.io/v1beta1", { selector: { matchLabels: labels } }],
      ["WasmPlugin", "extensions.istio.io/v1alpha1", { selector: { matchLabels: labels } }],
      ["Telemetry", "telemetry.istio.io/v1", { selector: { matchLabels: labels } }],
      ["PeerAuthentication", "security.istio.io/v1", { selector: { matchLabels: labels } }],
      ["NetworkPolicy", "networking.k8s.io/v1", { podSelector: { matchLabels: labels } }],
      ["PodDisruptionBudget", "policy/v1", { selector: { matchLabels: labels } }],
    ] as const;
    kinds.forEach(([kind, apiVersion, spec]) => {
      expect(of(kind, apiVersion, spec), kind).to.deep.equal(labels);
    });
    expect(of("Service", "serving.knative.dev/v1", { selector: labels })).to.deep.equal({});
    expect(of("Deployment", "apps/v1", { selector: { matchLabels: labels } })).to.deep.equal({});
  });

  it("is what targetRefs name instead of the labels, or targetRef if there are none", () => {
    const of = (spec: object): unknown => selectionOf(knownObject(policy(spec)));
    const selector = { matchLabels: { app: "web" } };
    const public_ = { group, kind: "Gateway", name: "public" };
    expect(of({ selector })).to.deep.equal({ labels: { app: "web" }, targets: [] });
    expect(of({ selector, targetRefs: [] })).to.deep.equal({ labels: { app: "web" }, targets: [] });
    expect(of({ selector, targetRef: public_ })).to.deep.equal({ labels: {}, targets: [public_] });
    const service = { group: "", kind: "Service", name: "web" };
    expect(of({ targetRef: public_, targetRefs: [{ ...service, group: "core" }] })).to.deep.equal({
      labels: {},
      targets: [service],
    });
    expect(isWide(knownObject(policy({})))).to.equal(true);
    expect(isWide(knownObject(policy({ targetRefs: [public_] })))).to.equal(false);
    expect(isWide(knownObject(policy({ selector })))).to.equal(false);
  });

  it("applies to the pods of the Gateway that a target names, in the policy's namespace", () => {
    expect(appliesTo({ targetRefs: [target("public")] })).to.equal(true);
    expect(appliesTo({ targetRefs: [target("other"), target("public")] })).to.equal(true);
    expect(appliesTo({ targetRefs: [target("public", { namespace: "shop" })] })).to.equal(true);
    expect(appliesTo({ targetRefs: [target("other")] })).to.equal(false);
    expect(appliesTo({ targetRefs: [target("public", { namespace: "bank" })] })).to.equal(false);
    expect(appliesTo({ targetRefs: [target("public", { kind: "Service" })] })).to.equal(false);
    expect(appliesTo({ targetRefs: [target("public", { group: "networking.istio.io" })] })).to.equal(false);
    expect(appliesTo({ targetRefs: [target("public")] }, "istio-system/a")).to.equal(false);
    expect(appliesTo({ targetRefs: [target("public")] }, "shop/a", workload("shop/web"))).to.equal(false);
    // The selector fits, and Istio ignores it.
    const selector = { matchLabels: { istio: "ingress" } };
    expect(appliesTo({ selector })).to.equal(true);
    expect(appliesTo({ selector, targetRefs: [target("other")] })).to.equal(false);
  });

  it("decides about EnvoyFilters as about policies", () => {
    const found = (spec: object, name = "shop/filter"): number => {
      const model = readObjects([object("EnvoyFilter", name, spec)], { workloads: [gatewayPods] });
      return envoyFilters(model, gatewayPods).length;
    };
    expect(found({ targetRefs: [target("public")] })).to.equal(1);
    expect(found({ targetRefs: [target("public", { kind: "Service", group: "" })] })).to.equal(0);
    expect(found({ targetRefs: [target("public")] }, "istio-system/filter")).to.equal(0);
    expect(found({ workloadSelector: { labels: { istio: "ingress" } } }, "istio-system/filter")).to.equal(1);
    expect(found({ workloadSelector: { labels: { istio: "egress" } } })).to.equal(0);
  });
});

describe("effect/mistakes: routes by claims", () => {
  const route = object("VirtualService", "shop/web", {
    hosts: ["shop.example.com"],
    gateways: ["public"],
    http: [{ match: [{ headers: { "@request.auth.claims.group": { exact: "a" } } }], route: [] }],
  });
  const gateway = object("Gateway", "shop/public", { selector: { istio: "ingress" }, servers: [] });
  const found = (spec: object, pods = gatewayPods, name = "shop/tokens"): number => {
    const tokens = object("RequestAuthentication", name, spec);
    return mistakes.unverifiedClaims(readObjects([route, gateway, tokens], { workloads: [pods] })).length;
  };

  it("are verified only by a RequestAuthentication whose targetRefs name the gateway", () => {
    expect(found({ targetRefs: [target("public")] })).to.equal(0);
    expect(found({ targetRefs: [target("other")] })).to.equal(1);
    expect(found({ targetRefs: [{ group: "", kind: "Service", name: "public" }] })).to.equal(1);
    expect(found({ targetRefs: [target("public")] }, gatewayPods, "istio-system/tokens")).to.equal(1);
    const installed = workload("shop/ingress", { labels: { istio: "ingress" }, proxy: "gateway" });
    expect(found({ targetRefs: [target("public")] }, installed)).to.equal(1);
    expect(found({ selector: { matchLabels: { istio: "ingress" } } }, installed)).to.equal(0);
  });
});
