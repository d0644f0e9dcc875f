import { expect } from "chai";
import { facts } from "../../facts";
import { Field } from "../../reading/field";
import { GATEWAY_LABELS, gatewayNamespaces, isGatewayPod, isManagedGateway } from "../../reading/gateway";
import type { Resource } from "../engine";
import { read } from "../read";
import { gatewayRelease, istiod, kubernetes, namespace, service } from "../resources";

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

  it("finds the namespaces of gateway releases, and those in which every workload is a gateway", () => {
    const found = (...stack: Resource[]) => [...gatewayNamespaces(stack.map(read))];
    const workload = (namespace: string, ...containers: object[]) =>
      kubernetes("apps/v1", "Deployment", {
        metadata: { name: "own", namespace },
        spec: {
          template: {
            metadata: { annotations: { "inject.istio.io/templates": "gateway" } },
            spec: { containers },
          },
        },
      });
    const edge = (namespace: string) => workload(namespace, { name: "istio-proxy", image: "auto" });
    const web = (namespace: string) => workload(namespace, { name: "web", image: "web:1" });
    expect(found(namespace({}, "empty"), web("shop"), istiod())).to.deep.equal([]);
    expect(found(gatewayRelease(), edge("edge"), web("both"), edge("both"), edge("edge"))).to.deep.equal([
      "istio-ingress",
      "edge",
    ]);
    expect(found(edge("edge"), service({}, { namespace: "edge" }))).to.deep.equal(["edge"]);
  });
});
