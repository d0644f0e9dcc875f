import { expect } from "chai";
import { facts } from "../../../policy-pack/facts";
import { audited } from "./audited";

const { images, version } = facts.istio;

/** A DaemonSet as Istio's charts cni and ztunnel create it. */
const agent = (name: string, container: string, image: string, partOf = "istio"): string =>
  `apiVersion: v1
kind: Namespace
metadata: { name: istio-system, labels: { istio-injection: disabled } }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: ${name}, namespace: istio-system, labels: { app.kubernetes.io/part-of: ${partOf} } }
spec:
  template:
    metadata:
      annotations: { sidecar.istio.io/inject: "false" }
      labels: { k8s-app: ${name}, sidecar.istio.io/inject: "false", istio.io/dataplane-mode: none }
    spec:
      containers:
        - name: ${container}
          image: "${image}"
          env: [{ name: CA_ADDRESS, value: "istiod:15012" }]
          securityContext: { runAsUser: 0, runAsGroup: 1337, capabilities: { add: [NET_ADMIN, SYS_ADMIN] } }
`;
const found = (text: string): string[] =>
  audited(text, { complete: true }).findings.flatMap(({ code, severity }) =>
    severity === "info" ? [] : [code],
  );

describe("cli/audit: the agents of Istio's charts on each node", () => {
  const agents = [
    ["istio-cni-node", "install-cni", "install-cni"],
    ["ztunnel", "istio-proxy", "ztunnel"],
  ] as const;

  it("need what applications may not have", () => {
    for (const [name, container, image] of agents) {
      for (const hub of [images.hub, "mirror.example.com:5000/istio"]) {
        expect(found(agent(name, container, `${hub}/${image}:${version}`)), name).to.deep.equal([]);
      }
    }
  });

  it("are recognized by the charts' label and their images: anything else is an application", () => {
    for (const [name, container, image] of agents) {
      for (const other of [
        agent(name, container, `${images.hub}/${image}:${version}`, "shop"),
        agent(name, container, `example.com/${image}/web:1`),
      ]) {
        expect(found(other), other).to.include("forbid-injection-opt-out");
      }
    }
  });
});

describe("cli/audit: istiod", () => {
  const istiod = (app: string, image = "pilot"): string =>
    `apiVersion: apps/v1
kind: Deployment
metadata: { name: istiod, namespace: istio-system, labels: { app: ${app} } }
spec:
  template:
    metadata:
      labels: { app: ${app}, sidecar.istio.io/inject: "false", istio.io/dataplane-mode: none }
      annotations: { sidecar.istio.io/inject: "false" }
    spec: { containers: [{ name: discovery, image: "${images.hub}/${image}:${version}", securityContext: { runAsNonRoot: true } }] }
`;

  const webhook = (kind: string, client: string, failurePolicy: string): string =>
    `apiVersion: admissionregistration.k8s.io/v1
kind: ${kind}
metadata:
  name: ${kind === "MutatingWebhookConfiguration" ? "istio-sidecar-injector" : "istio-validator-istio-system"}
  labels: { app: ${kind === "MutatingWebhookConfiguration" ? "sidecar-injector" : "istiod"} }
webhooks:
  - name: a.istio.io
    clientConfig: ${client.includes(":") ? `{ url: "${client}" }` : `{ service: { name: ${client}, namespace: istio-system } }`}
    failurePolicy: ${failurePolicy}
`;

  it("has webhooks of its chart, and a webhook that differs is judged", () => {
    const [mutating, validating] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];
    expect(found(webhook(mutating, "istiod", "Fail"))).to.deep.equal([]);
    expect(found(webhook(validating, "istiod-1-31", "Ignore"))).to.deep.equal([]);
    // On the sandbox, istiod is a process beside the API server.
    expect(found(webhook(mutating, "https://localhost:15017/inject", "Fail"))).to.deep.equal([]);
    for (const changed of [
      webhook(mutating, "evil", "Fail"),
      webhook(mutating, "istiod", "Ignore"),
      webhook(mutating, "https://localhost.example.com/inject", "Fail"),
    ]) {
      expect(found(changed)).to.deep.equal(["restrict-control-plane"]);
    }
  });

  it("is judged by its release, and another Deployment by itself", () => {
    expect(found(istiod("istiod"))).to.deep.equal([]);
    for (const other of [istiod("web"), istiod("istiod", "shell")]) {
      expect(found(other).filter((code) => code === "forbid-injection-opt-out")).to.have.length(3);
    }
  });
});
