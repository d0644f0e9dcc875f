import { expect } from "chai";
import { reserveGatewayLabels } from "../../policies/reserveGatewayLabels";
import { type Resource, unknown, validateResource } from "../engine";
import { deployment } from "../resources";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(reserveGatewayLabels, resource, configuration);
const labelled = (istio: unknown, container = {}) =>
  deployment({ metadata: { labels: { istio } } }, container);
const refused = (label: string) => ({
  violations: [
    `Deployment shop/catalog: spec.template.metadata.labels.istio is ${label}, so the pod gets that gateway's ` +
      "configuration and certificates, but has no container istio-proxy of Istio's. Remove it.",
  ],
});

describe("reserve-gateway-labels", () => {
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

  it("does not take a pod for a gateway by its container's name", async () => {
    const named = { name: "istio-proxy", image: "evil/x:1" };
    expect(await judge(labelled("ingress", named))).to.deep.equal(refused("ingress"));
  });

  it("takes the organization's labels", async () => {
    expect(await judge(labelled("ingress"), { labels: ["edge"] })).to.deep.equal({ violations: [] });
    expect(await judge(labelled("edge"), { labels: ["edge"] })).to.deep.equal(refused("edge"));
  });

  it("says what is open because of unknown values", async () => {
    expect(await judge(labelled(unknown))).to.deep.equal({
      violations: [],
      undecided:
        "Deployment shop/catalog: string value at .spec.template.metadata.labels.istio can't be known during preview",
    });
  });
});
