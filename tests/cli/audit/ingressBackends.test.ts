import { expect } from "chai";
import {
  deployment,
  documents,
  meshNamespace,
  policy,
  service,
  strict,
} from "../../../cli/audit/rules/examples";
import { audited, said } from "./audited";

const ingress = (spec: string, annotations = ""): string => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop${annotations} }
spec:
${spec.replaceAll(/^/gm, "  ")}
`;
const backend = (port: string): string => `backend: { service: { name: web, port: { ${port} } } }`;
const rule = (port = "number: 8080"): string =>
  `rules: [{ http: { paths: [{ path: /, pathType: Prefix, ${backend(port)} }] } }]`;
const pods = [meshNamespace, deployment("web"), service("web")];
const found = (...parts: readonly string[]): string[] => said(audited(documents(...parts)), "MW970");
const refused = (who: string, why: string): RegExp =>
  new RegExp(
    `^Ingress shop/web \\d+: Its controller${who} has no certificate .* these pods deny it: shop/web \\(${why}\\)\\.$`,
  );

describe("cli/audit: backends of Ingresses", () => {
  const mtls = "mutual TLS required, PeerAuthentication istio-system/default";

  it("refuse the controller of another class, by field, by annotation and by default", () => {
    const one = (text: string): string => found(...pods, strict, text)[0] ?? "";
    expect(one(ingress(`ingressClassName: nginx\n${rule()}`))).to.match(refused(" \\(class nginx\\)", mtls));
    expect(one(ingress(rule(), ', annotations: { kubernetes.io/ingress.class: "alb" }'))).to.match(
      refused(" \\(class alb\\)", mtls),
    );
    expect(one(ingress(rule("name: http")))).to.match(refused("", mtls));
    const byDefault = ingress("defaultBackend: { service: { name: web, port: { number: 8080 } } }");
    expect(one(byDefault)).to.match(refused("", mtls));
  });

  it("refuse it by a policy for identities, too, and accept it without STRICT mutual TLS", () => {
    const text = ingress(`ingressClassName: nginx\n${rule()}`);
    const named = policy(
      "web",
      "rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/web] } }] }]",
    );
    expect(found(...pods, named, text)[0]).to.match(
      refused(" \\(class nginx\\)", "no rule allows, AuthorizationPolicy shop/web"),
    );
    expect(found(...pods, text)).to.deep.equal([]);
  });

  it("are those of Istio's own class by the name, or by the controller of the IngressClass", () => {
    const ofClass = (controller: string): string => `apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: { name: edge }
spec: { controller: ${controller} }
`;
    const text = ingress(`ingressClassName: edge\n${rule()}`);
    expect(found(...pods, strict, ofClass("istio.io/ingress-controller"), text)).to.deep.equal([]);
    expect(found(...pods, strict, ofClass("k8s.io/ingress-nginx"), text)).to.have.length(1);
  });

  it("are not judged where the Service, its port or its pods are not among the objects", () => {
    const text = ingress(`ingressClassName: nginx\n${rule()}`);
    expect(found(meshNamespace, strict, deployment("web"), text)).to.deep.equal([]);
    expect(found(meshNamespace, strict, service("web"), text)).to.deep.equal([]);
    expect(found(...pods, strict, ingress(`ingressClassName: nginx\n${rule("number: 9090")}`))).to.deep.equal(
      [],
    );
    const outside = deployment("web", { labels: 'sidecar.istio.io/inject: "false"' });
    expect(found(meshNamespace, strict, outside, service("web"), text)).to.deep.equal([]);
  });
});
