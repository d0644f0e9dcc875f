import { expect } from "chai";
import { documents, service } from "../../../cli/audit/rules/examples";
import { audited, said } from "./audited";

const ruleFor = (host: string): string => `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: plain, namespace: shop }
spec: { host: ${host}, trafficPolicy: { tls: { mode: DISABLE } } }
`;

describe("cli/audit: hosts that an object is for", () => {
  const on = (host: string) => audited(documents(service("reviews"), ruleFor(host)), { complete: true });
  const fixes = (host: string) =>
    on(host).findings.flatMap(({ code, fix }) => (code === "MW335" ? [fix] : []));

  it("are corrected to a host of the namespace, if it has one", () => {
    expect(fixes("review.shop.svc.cluster.local")).to.deep.equal([
      "Name one of reviews.shop.svc.cluster.local, or add the Service shop/review",
    ]);
    expect(fixes("review.empty.svc.cluster.local")).to.deep.equal([
      "Correct the name, or add the Service empty/review",
    ]);
  });

  it("are not judged in namespaces of Kubernetes itself, which a cluster is read without", () => {
    const result = on("kube-dns.kube-system.svc.cluster.local");
    expect(said(result, "MW335")).to.deep.equal([]);
    expect(said(result, "MW939").filter((text) => text.includes("kube-system"))).to.deep.equal([
      "Services of the namespace kube-system may be missing among the objects, so DestinationRules of its hosts are not judged. This concerns DestinationRule shop/plain.",
    ]);
  });
});
