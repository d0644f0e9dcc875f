import { expect } from "chai";
import { catalog } from "../../examples/online-boutique/catalog";
import { type Manifest, renderMesh } from "../../mesh";
import { findIn } from "../platforms/rendered";
import { deployed } from "./deployed/onlineBoutique";
import { describesAsDeployed, meshOf } from "./expectations";

// What Online Boutique's istio-manifests and kustomize/components/network-policies say, in short; README.md tells the
// differences.

describe("examples/online-boutique", () => {
  describesAsDeployed(catalog, deployed);

  let objects: Manifest[];
  before(() => {
    objects = renderMesh(meshOf(catalog));
  });
  const find = (kind: string, name: string): Record<string, unknown> =>
    findIn(objects, kind, name, "default").spec as Record<string, unknown>;

  describe("against upstream's own objects", () => {
    it("frontend-gateway: every path to frontend's port 80, over HTTPS and one host", () => {
      expect(find("VirtualService", "boutique.example.com-online-boutique").http).to.containSubset([
        {
          match: [{ uri: { prefix: "/" } }],
          route: [
            {
              destination: { host: "frontend.default.svc.cluster.local", port: { number: 80 } },
            },
          ],
        },
      ]);
      expect(find("Gateway", "frontend-gateway-online-boutique").servers).to.containSubset([
        { port: { number: 80 }, tls: { httpsRedirect: true } },
        { port: { number: 443 }, tls: { mode: "SIMPLE", credentialName: "boutique-cert" } },
      ]);
    });

    it("frontend: the same host inside of the mesh, on port 80", () => {
      expect(find("VirtualService", "frontend")).to.containSubset({
        hosts: ["frontend.default.svc.cluster.local"],
        http: [{ route: [{ destination: { port: { number: 80 } } }] }],
      });
    });

    it("allow-egress-google-metadata: the same host and address, without the port 443 that nothing uses", () => {
      expect(find("ServiceEntry", "google-metadata-online-boutique")).to.containSubset({
        hosts: ["metadata.google.internal"],
        addresses: ["169.254.169.254"],
        ports: [{ number: 80, protocol: "HTTP" }],
      });
      const knowing = objects.filter(
        ({ kind, spec }) => kind === "Sidecar" && JSON.stringify(spec).includes("metadata.google.internal"),
      );
      expect(knowing.map(({ metadata }) => metadata.name)).to.deep.equal(["frontend"]);
    });

    it("network-policies: the same callers at the same ports", () => {
      const upstream: Record<string, [port: number, ...callers: string[]]> = {
        adservice: [9555, "frontend"],
        cartservice: [7070, "checkoutservice", "frontend"],
        checkoutservice: [5050, "frontend"],
        currencyservice: [7000, "checkoutservice", "frontend"],
        emailservice: [8080, "checkoutservice"],
        paymentservice: [50051, "checkoutservice"],
        productcatalogservice: [3550, "checkoutservice", "frontend", "recommendationservice"],
        recommendationservice: [8080, "frontend"],
        "redis-cart": [6379, "cartservice"],
        shippingservice: [50051, "checkoutservice", "frontend"],
      };
      for (const [name, [port, ...callers]] of Object.entries(upstream)) {
        const { ingress = [] } = find("NetworkPolicy", name) as {
          ingress?: {
            from?: { podSelector?: { matchLabels?: { app?: string } } }[];
            ports: { port: number }[];
          }[];
        };
        const admitted = ingress.flatMap(({ from = [], ports }) =>
          from
            .filter(() => ports.some((one) => one.port === port))
            .map(({ podSelector }) => podSelector?.matchLabels?.app),
        );
        expect(admitted.toSorted(), name).to.deep.equal(callers);
      }
      // Upstream admits everything to frontend; here it is the gateway and the load generator.
      const { ingress } = find("NetworkPolicy", "frontend") as { ingress: unknown[] };
      expect(ingress).to.containSubset([
        { from: [{ podSelector: { matchLabels: { istio: "ingress" } } }], ports: [{ port: 8080 }] },
        { from: [{ podSelector: { matchLabels: { app: "loadgenerator" } } }], ports: [{ port: 8080 }] },
      ]);
    });
  });

  it("owns nothing of the namespace default but the objects of its services", () => {
    expect(objects.map(({ kind }) => kind)).to.not.include("Namespace");
    for (const { kind, metadata, spec } of objects) {
      if (!["AuthorizationPolicy", "PeerAuthentication", "NetworkPolicy"].includes(kind)) continue;
      const { selector, podSelector } = spec as { selector?: object; podSelector?: object };
      expect(selector ?? podSelector, `${kind} ${metadata.name}`).to.not.be.undefined;
      expect(JSON.stringify(selector ?? podSelector), `${kind} ${metadata.name}`).to.not.equal("{}");
    }
  });
});
