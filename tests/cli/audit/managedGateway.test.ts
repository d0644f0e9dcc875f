import { expect } from "chai";
import { facts } from "../../../policy-pack/facts";
import { audited } from "./audited";

const { images, version } = facts.istio;
const proxy = `${images.hub}/proxyv2:${version}`;

/**
 * A Deployment and a Service as istiod creates them for a Gateway of the Gateway API: the pods contain the proxy.
 *
 * @param labels labels of the Namespace.
 */
const gateway = (labels: string, name = "istio-proxy", image = proxy): string => {
  const metadata = `{ name: public-istio, namespace: edge, labels: { gateway.networking.k8s.io/gateway-name: public } }`;
  return `apiVersion: v1
kind: Namespace
metadata: { name: edge, labels: { ${labels} } }
---
apiVersion: v1
kind: Service
metadata: ${metadata}
spec:
  type: LoadBalancer
  selector: { gateway.networking.k8s.io/gateway-name: public }
  ports: [{ name: http, port: 80, appProtocol: http }]
---
apiVersion: apps/v1
kind: Deployment
metadata: ${metadata}
spec:
  template:
    metadata:
      annotations: { istio.io/rev: default }
      labels: { sidecar.istio.io/inject: "false", gateway.networking.k8s.io/gateway-name: public }
    spec:
      serviceAccountName: public-istio
      containers: [{ name: ${name}, image: "${image}", securityContext: { runAsNonRoot: true } }]
`;
};
const found = (text: string): string[] =>
  audited(text, { complete: true }).findings.flatMap(({ code, severity }) =>
    severity === "info" ? [] : [code],
  );

describe("cli/audit: a gateway that istiod creates for a Gateway of the Gateway API", () => {
  it("has no finding in a namespace with any label of the mesh, and with none", () => {
    for (const labels of ["istio-injection: enabled", "istio-injection: disabled", "team: edge"]) {
      expect(found(gateway(labels)), labels).to.deep.equal([]);
    }
  });

  it("is recognized by its container and the container's image, too: anything else is an application", () => {
    const labels = "istio-injection: enabled";
    for (const [name, image] of [
      ["web", "example.com/web:1"],
      ["istio-proxy", "example.com/web:1"],
      ["istio-proxy", "auto"],
    ] as const) {
      expect(found(gateway(labels, name, image)), `${name} ${image}`).to.include("forbid-injection-opt-out");
    }
    const web = gateway("team: edge", "web", "example.com/web:1");
    expect(found(web)).to.include.members(["require-injection", "forbid-injection-opt-out"]);
  });
});
