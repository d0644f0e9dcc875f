import { expect } from "chai";
import {
  apiGateway,
  deployment,
  documents,
  gateway,
  httpRoute,
  meshNamespace,
  networkPolicy,
  policy,
  service,
} from "../../../cli/audit/rules/examples";
import { audited, codesOf, said } from "./audited";

const codes = (...parts: readonly string[]): string[] =>
  codesOf(audited(documents(...parts))).filter((code) => code.startsWith("MW96"));
const egress = (rules: string): string => networkPolicy("web", "Egress", `egress: [${rules}]`);
const ingress = (app: string, rules: string): string => networkPolicy(app, "Ingress", `ingress: [${rules}]`);
const dns = "{ ports: [{ port: 53, protocol: UDP }] }";
const istiod = deployment("istiod").replaceAll("namespace: shop", "namespace: istio-system");
const root = "namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: istio-system } }";
const caller = (value: string): string => deployment("web", { env: `{ name: CART, value: "${value}" }` });

describe("cli/audit: NetworkPolicies", () => {
  it("say which pods they separate from istiod, and by which policy", () => {
    const text = documents(meshNamespace, deployment("web"), egress(`${dns}, { ports: [{ port: 8080 }] }`));
    expect(said(audited(text), "MW960")).to.deep.equal([
      "NetworkPolicy shop/web 18: The policies for egress of these pods allow no connection to istiod on port 15012, so the proxy gets neither configuration nor certificates: shop/web.",
    ]);
  });

  it("leave istiod and DNS reachable by any rule that may allow them", () => {
    for (const rules of [
      "{}",
      `${dns}, { ports: [{ port: 15012 }] }`,
      `${dns}, { ports: [{ port: 15000, endPort: 15020 }] }`,
      `${dns}, { to: [{ ${root} }] }`,
      `${dns}, { to: [{ podSelector: { matchLabels: { own: label } } }], ports: [{ port: xds }, { port: dns, protocol: UDP }] }`,
      "{ to: [{ ipBlock: { cidr: 10.0.0.0/8 } }] }",
      "{ ports: [{ port: 5353, protocol: UDP }, { port: 15012 }] }",
    ]) {
      expect(codes(meshNamespace, deployment("web"), egress(rules)), rules).to.deep.equal([]);
    }
    const other = deployment("web", { labels: 'sidecar.istio.io/inject: "false"' });
    expect(codes(meshNamespace, other, egress("{ ports: [{ port: 8080 }] }"))).to.deep.equal([]);
    expect(codes(deployment("web"), egress("{ ports: [{ port: 8080 }] }"))).to.deep.equal([]);
  });

  it("separate pods from an istiod among the objects by its labels, unless another one may be outside", () => {
    const to = (labels: string): string =>
      egress(
        `${dns}, { to: [{ ${root}, podSelector: { matchLabels: { app: ${labels} } } }], ports: [{ port: 15012 }] }`,
      );
    expect(codes(meshNamespace, istiod, deployment("web"), to("istiod"))).to.deep.equal([]);
    expect(codes(meshNamespace, istiod, deployment("web"), to("pilot"))).to.deep.equal(["MW960"]);
    expect(codes(meshNamespace, deployment("web"), to("pilot"))).to.deep.equal([]);
    const outside = egress(
      `${dns}, { to: [{ ipBlock: { cidr: 203.0.113.7/32 } }], ports: [{ port: 15012 }] }`,
    );
    expect(codes(meshNamespace, istiod, deployment("web"), outside)).to.deep.equal([]);
  });

  it("deny DNS if no rule allows UDP", () => {
    const tcp = egress("{ ports: [{ port: 53 }, { port: 15012 }] }");
    expect(codes(meshNamespace, deployment("web"), tcp)).to.deep.equal(["MW961"]);
  });

  it("close istiod to the API server by selectors, and to proxies", () => {
    const closed = (rules: string): string =>
      networkPolicy("istiod", "Ingress", `ingress: [${rules}]`, "istio-system");
    const all = "{ ports: [{ port: 15012 }, { port: 15017 }] }";
    expect(codes(istiod, closed(all))).to.deep.equal([]);
    expect(codes(istiod, closed("{ from: [{ namespaceSelector: {} }] }"))).to.deep.equal(["MW962"]);
    expect(
      codes(istiod, closed("{ ports: [{ port: 15012 }] }, { from: [{ ipBlock: { cidr: 10.0.0.0/8 } }] }")),
    ).to.deep.equal([]);
    expect(codes(closed("{ from: [{ namespaceSelector: {} }] }"))).to.deep.equal([]);
    const own = closed("{ ports: [{ port: 15017 }] }, { from: [{ podSelector: {} }] }");
    const found = said(audited(documents(meshNamespace, istiod, deployment("web"), own)), "MW962");
    expect(found).to.have.lengthOf(1);
    expect(found.join()).to.contain("deny port 15012 to proxies").and.contain("shop/web");
  });

  it("deny calls by either direction, and by the Service's port in place of the pods'", () => {
    const cart = [deployment("cart"), service("cart", "name: http, port: 80, targetPort: 8080")];
    const call = (...policies: readonly string[]): string[] =>
      codes(meshNamespace, caller("http://cart"), ...cart, ...policies);
    expect(call()).to.deep.equal([]);
    expect(call(ingress("cart", "{ ports: [{ port: 8080 }] }"))).to.deep.equal([]);
    expect(call(ingress("cart", "{ ports: [{ port: 80 }] }"))).to.deep.equal(["MW963", "MW964"]);
    expect(call(egress(`${dns}, { ports: [{ port: 15012 }] }`))).to.deep.equal(["MW963"]);
    const unknown = "{ from: [{ namespaceSelector: { matchLabels: { team: shop } } }] }";
    expect(codes(caller("http://cart"), ...cart, ingress("cart", unknown))).to.deep.equal([]);
    expect(call(ingress("cart", "{ from: [{ ipBlock: { cidr: 10.0.0.0/8 } }] }"))).to.deep.equal([]);
  });

  it("deny routes of gateways", () => {
    const entrance = deployment("entrance", { labels: "istio: ingress" }).replace(
      "metadata: { labels",
      "metadata: { annotations: { inject.istio.io/templates: gateway }, labels",
    );
    const routes = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web, namespace: shop }
spec: { hosts: [shop.example.com], gateways: [public], http: [{ route: [{ destination: { host: cart } }] }] }
`;
    const server = gateway("{ port: { number: 80, name: http, protocol: HTTP }, hosts: [shop.example.com] }");
    const all = [meshNamespace, entrance, server, routes, deployment("cart"), service("cart")];
    const from = (app: string): string =>
      ingress("cart", `{ from: [{ podSelector: { matchLabels: { app: ${app} } } }] }`);
    expect(codes(...all, from("entrance"))).to.deep.equal([]);
    expect(said(audited(documents(...all, from("web"))), "MW963")).to.deep.equal([
      "VirtualService shop/web 26: NetworkPolicies deny the connections of the gateway shop/entrance to Service shop/cart: the policies for ingress of its pods (NetworkPolicy shop/cart) do not allow port 8080.",
    ]);
    const route = httpRoute(
      "parentRefs: [{ name: public }]\nrules: [{ backendRefs: [{ name: cart, port: 8080 }] }]",
    );
    const managed = [meshNamespace, apiGateway, route, deployment("cart"), service("cart")];
    const gatewayName = '"gateway.networking.k8s.io/gateway-name": public';
    const ofGateway = (label: string): string =>
      ingress("cart", `{ from: [{ podSelector: { matchLabels: { ${label} } } }] }`);
    expect(codes(...managed, ofGateway(gatewayName))).to.deep.equal([]);
    expect(codes(...managed, ofGateway("app: web"))).to.deep.equal(["MW963"]);
  });

  it("name ports of pods by numbers and names", () => {
    const named = deployment("cart").replace(
      '"example.com/cart:1"',
      '"example.com/cart:1", ports: [{ name: http, containerPort: 8080 }]',
    );
    const port = (text: string): string[] =>
      codes(
        named,
        service("cart", "name: http, port: 80, targetPort: http"),
        ingress("cart", `{ ports: [{ ${text} }] }`),
      );
    for (const right of [
      "port: http",
      "port: 8080",
      "port: 9090",
      "port: 80, endPort: 9000",
      "protocol: TCP",
    ]) {
      expect(port(right), right).to.deep.equal([]);
    }
    for (const wrong of ["port: grpc", "port: 80"]) expect(port(wrong), wrong).to.deep.equal(["MW964"]);
  });

  it("limit pods whose AuthorizationPolicy nothing enforces", () => {
    const batch = deployment("batch", { labels: 'sidecar.istio.io/inject: "false"' });
    const own = policy("batch", "rules: [{ from: [{ source: { namespaces: [shop] } }] }]");
    const found = (...more: readonly string[]): string =>
      said(audited(documents(meshNamespace, batch, own, ...more)), "MW966").join();
    expect(found()).to.contain("No NetworkPolicy limits who connects");
    expect(found(ingress("batch", "{ from: [{ podSelector: {} }] }"))).to.contain("NetworkPolicy shop/batch");
    const ambient = meshNamespace.replace("istio-injection: enabled", "istio.io/dataplane-mode: ambient");
    expect(codes(ambient, batch, own)).to.deep.equal([]);
    const outside = deployment("batch", { labels: "istio.io/dataplane-mode: none" });
    expect(codes(ambient, outside, own)).to.deep.equal(["MW966"]);
    expect(codes(batch.replace('"false"', '"true"'), meshNamespace, own)).to.deep.equal([]);
  });
});
