import { expect } from "chai";
import { facts } from "../../facts";
import { Field } from "../../reading/field";
import { GATEWAY_LABELS, isGatewayPod, isManagedGateway } from "../../reading/gateway";

const image = `${facts.istio.images.hub}/proxyv2:${facts.istio.version}`;
const pod = (labels: object, containers: object[], annotations: object = {}): Field =>
  Field.of({ metadata: { labels, annotations }, spec: { containers } }, new Map());

describe("reading/gateway", () => {
  it("recognizes pods that istiod creates for a Gateway of the Gateway API", () => {
    for (const label of GATEWAY_LABELS) {
      const created = pod({ [label]: "public" }, [{ name: "istio-proxy", image }]);
      expect(isManagedGateway(created)).to.equal(true);
      expect(isGatewayPod(created)).to.equal(true);
    }
  });

  it("recognizes none without the label, with another image, or with an application", () => {
    const labels = { [GATEWAY_LABELS[0] ?? ""]: "public" };
    for (const other of [
      pod({}, [{ name: "istio-proxy", image }]),
      pod(labels, [{ name: "istio-proxy", image: "auto" }]),
      pod(labels, [{ name: "istio-proxy" }]),
      pod(labels, [{ name: "istio-proxy", image: "example.com/proxyv2:1" }]),
      pod(labels, [
        { name: "istio-proxy", image },
        { name: "web", image: "example.com/web:1" },
      ]),
      pod(labels, []),
    ]) {
      expect(isManagedGateway(other)).to.equal(false);
      expect(isGatewayPod(other)).to.equal(false);
    }
  });

  it("recognizes pods with the injection template of gateways, whose image is auto", () => {
    const template = { "inject.istio.io/templates": "gateway" };
    const injected = pod({}, [{ name: "istio-proxy", image: "auto" }], template);
    expect([isGatewayPod(injected), isManagedGateway(injected)]).to.deep.equal([true, false]);
  });
});
