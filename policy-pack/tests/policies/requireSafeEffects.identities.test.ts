import { expect } from "chai";
import { messages, requireSafeEffects } from "../../policies/requireSafeEffects";
import { type Resource, unknown, validateStack } from "../engine";
import {
  defaultDeny,
  deployment,
  destinationRule,
  gatewayRelease,
  istio,
  istiod,
  kubernetes,
  namespace,
  route,
  service,
  virtualService,
} from "../resources";
import { accepted, inDev, judge } from "../safeEffects";

describe("require-safe-effects, of identities", () => {
  describe("service accounts", () => {
    const running = (account: unknown, inNamespace: string): Resource => {
      const { props, ...resource } = deployment({ spec: { serviceAccountName: account } });
      return { ...resource, props: { ...props, metadata: { name: "tool", namespace: inNamespace } } };
    };
    const deny = defaultDeny({}, { namespace: "istio-system" });
    const path = "spec.template.spec.serviceAccountName";

    it("refuses those of istiod for other pods, and accepts them elsewhere", async () => {
      expect((await judge(deny, running("istiod", "istio-system"))).violations).to.include(
        messages.accounts.controlPlane("Deployment istio-system/tool", path, "istiod"),
      );
      expect(await judge(running("istiod", "shop"))).to.deep.equal(accepted);
      expect(await judge(deny, running("tool", "istio-system"))).to.deep.equal(accepted);
    });

    it("refuses those of a gateway for other pods, and tokens of them", async () => {
      const gateway = gatewayRelease();
      const { name, namespace: of } = gateway.props as { name: string; namespace: string };
      const title = `Release ${of}/${name}`;
      const others = [namespace(undefined, of), defaultDeny({}, { namespace: of }), gateway];
      expect((await judge(...others, running(name, of))).violations).to.include(
        messages.accounts.gateway(`Deployment ${of}/tool`, path, name, title),
      );
      const annotations = { "kubernetes.io/service-account.name": name };
      const token = kubernetes("core/v1", "Secret", {
        metadata: { name: "token", namespace: of, annotations },
      });
      const at = 'metadata.annotations["kubernetes.io/service-account.name"]';
      expect(await judge(...others, token)).to.deep.equal({
        violations: [messages.accounts.gateway(`Secret ${of}/token`, at, name, title)],
      });
      expect(await judge(...others)).to.deep.equal(accepted);
    });
  });

  describe("servers", () => {
    const accepting = (identity: string) =>
      destinationRule({
        trafficPolicy: { tls: { mode: "ISTIO_MUTUAL", subjectAltNames: [`spiffe://${identity}`] } },
      });
    const refused = (identity: string, known: string) => ({
      violations: [
        messages.servers.other(
          "DestinationRule shop/catalog",
          "spec.trafficPolicy.tls.subjectAltNames[0]",
          `spiffe://${identity}`,
          "catalog.shop.svc.cluster.local",
          known,
        ),
      ],
    });

    it("refuses an identity that no pod of the Service has", async () => {
      const other = "cluster.local/ns/shop/sa/other";
      expect(await judge(accepting(other))).to.deep.equal(refused(other, "spiffe://…/ns/shop/sa/default"));
      expect(await judge(accepting("cluster.local/ns/shop/sa/default"))).to.deep.equal(accepted);
    });

    it("compares the trust domain only if the stack has istiod", async () => {
      const other = "other.example.com/ns/shop/sa/default";
      expect(await judge(accepting(other))).to.deep.equal(accepted);
      expect(await judge(istiod(), accepting(other))).to.deep.equal(
        refused(other, "spiffe://cluster.local/ns/shop/sa/default"),
      );
    });

    it("accepts any account of the namespace if the stack does not have the pods, or their accounts are unknown", async () => {
      const rule = accepting("cluster.local/ns/shop/sa/other");
      expect(await validateStack(requireSafeEffects, [service(), rule])).to.deep.equal(accepted);
      const open = deployment({ spec: { serviceAccountName: unknown } });
      expect((await validateStack(requireSafeEffects, [service(), open, rule])).violations).to.deep.equal([]);
    });
  });

  describe("hosts of requests", () => {
    const rewritten = (authority: string) => virtualService([route({ rewrite: { authority } })]);

    it("refuses another host than those of the route and its destinations, in staging and prod", async () => {
      expect(await judge(rewritten("a.example.com"))).to.deep.equal({
        violations: [
          messages.authority.other(
            "VirtualService shop/catalog",
            "spec.http[0].rewrite.authority",
            "a.example.com",
          ),
        ],
      });
      expect(await inDev(rewritten("a.example.com"))).to.deep.equal(accepted);
      for (const host of [
        "catalog",
        "catalog.shop.svc.cluster.local",
        "catalog.shop.svc.cluster.local:8080",
      ]) {
        expect(await judge(rewritten(host)), host).to.deep.equal(accepted);
      }
    });

    it("judges URLRewrite of an HTTPRoute", async () => {
      const judgeHost = (hostname: string) =>
        judge(
          istio(
            "gateway.networking.k8s.io/v1",
            "HTTPRoute",
            { namespace: "shop", name: "catalog" },
            {
              parentRefs: [{ name: "public", namespace: "istio-ingress" }],
              hostnames: ["shop.example.com"],
              rules: [
                {
                  filters: [{ type: "URLRewrite", urlRewrite: { hostname } }],
                  backendRefs: [{ name: "catalog", port: 8080 }],
                },
              ],
            },
          ),
        );
      expect(await judgeHost("a.example.com")).to.deep.equal({
        violations: [
          messages.authority.other(
            "HTTPRoute shop/catalog",
            "spec.rules[0].filters[0].urlRewrite.hostname",
            "a.example.com",
          ),
        ],
      });
      for (const host of ["shop.example.com", "catalog.shop.svc.cluster.local"]) {
        expect(await judgeHost(host), host).to.deep.equal(accepted);
      }
    });
  });

  describe("endpoints", () => {
    const slice = (name: string) =>
      kubernetes("discovery.k8s.io/v1", "EndpointSlice", {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: { namespace: "shop", name: "more", labels: { "kubernetes.io/service-name": name } },
        endpoints: [{ addresses: ["203.0.113.1"] }],
      });

    it("refuses those beside the pods of a Service, and accepts those of Services without a selector", async () => {
      expect(await judge(slice("catalog"))).to.deep.equal({
        violations: [
          messages.endpoints.added(
            "EndpointSlice shop/more",
            'metadata.labels["kubernetes.io/service-name"]',
            "catalog",
          ),
        ],
      });
      const own = service({ selector: undefined }, { name: "legacy" });
      expect(await judge(own, slice("legacy"))).to.deep.equal(accepted);
    });
  });
});
