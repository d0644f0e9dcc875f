import { expect } from "chai";
import { messages, reserveGatewayLabels } from "../../policies/reserveGatewayLabels";
import { type Resource, unknown, validateResource } from "../engine";
import { deployment } from "../resources";
import { said } from "../said";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(reserveGatewayLabels, resource, configuration);
const labelled = (istio: unknown, container = {}) =>
  deployment({ metadata: { labels: { istio } } }, container);
const refused = (label: string) => ({
  violations: [
    said("Deployment shop/catalog", "spec.template.")("metadata.labels.istio", messages.notAGateway(label)),
  ],
});

describe("reserve-gateway-labels", () => {
  it("states the field, the label and the fix", async () => {
    expect(await judge(labelled("ingress"))).to.deep.equal({
      violations: [
        "Deployment shop/catalog: spec.template.metadata.labels.istio is ingress, so the pod gets that gateway's configuration " +
          "and certificates, but it has no container istio-proxy with Istio's image. Remove the label.",
      ],
    });
  });

  it("accepts gateways, and pods with other labels", async () => {
    expect(await judge(labelled("ingressgateway", { name: "istio-proxy", image: "auto" }))).to.deep.equal({
      violations: [],
    });
    expect(await judge(labelled("monitor"))).to.deep.equal({ violations: [] });
    expect(await judge(deployment())).to.deep.equal({ violations: [] });
  });

  it("refuses the label of a gateway on other pods", async () => {
    for (const label of ["ingressgateway", "egressgateway", "ingress"]) {
      expect(await judge(labelled(label))).to.deep.equal(refused(label));
    }
  });

  it("does not recognize a gateway by its container's name alone", async () => {
    for (const image of ["evil/x:1", "evil.example.com/proxyv2:1.31.0"]) {
      const named = { name: "istio-proxy", image };
      expect(await judge(labelled("ingress", named)), image).to.deep.equal(refused("ingress"));
    }
  });

  it("applies the organization's labels", async () => {
    expect(await judge(labelled("ingress"), { labels: ["edge"] })).to.deep.equal({ violations: [] });
    expect(await judge(labelled("edge"), { labels: ["edge"] })).to.deep.equal(refused("edge"));
  });

  it("reports unknown values as undecided", async () => {
    expect(await judge(labelled(unknown))).to.deep.equal({
      violations: [],
      undecided:
        "Deployment shop/catalog: string value at .spec.template.metadata.labels.istio can't be known during preview",
    });
  });

  it("refuses the label of a Gateway of the Gateway API, except on a gateway", async () => {
    const label = "gateway.networking.k8s.io/gateway-name";
    const of = (container = {}) => deployment({ metadata: { labels: { [label]: "public" } } }, container);
    expect(await judge(of())).to.deep.equal({
      violations: [
        said("Deployment shop/catalog", "spec.template.metadata.")(
          `labels["${label}"]`,
          messages.notAGateway("public"),
        ),
      ],
    });
    expect(await judge(of({ name: "istio-proxy", image: "auto" }))).to.deep.equal({ violations: [] });
  });
});
