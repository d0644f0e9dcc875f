import { expect } from "chai";
import { facts } from "../../facts";
import { agentChanges, isNodeAgent } from "../../reading/nodeAgent";
import { type Resource, unknown } from "../engine";
import { read } from "../read";
import { asPatch, kubernetes } from "../resources";

const { hub } = facts.istio.images;
const ztunnel = { name: "istio-proxy", image: `${hub}/ztunnel:1.2.3`, args: ["proxy", "ztunnel"] };
const cni = { name: "install-cni", image: `${hub}/install-cni:1.2.3`, command: ["install-cni"] };
const workload = (containers: object[], kind = "DaemonSet", group = "apps/v1"): Resource =>
  kubernetes(group, kind, {
    metadata: { name: "agent", namespace: "istio-system" },
    spec: { template: { spec: { containers } } },
  });
const is = (...given: Parameters<typeof workload>) => isNodeAgent(read(workload(...given)));

describe("reading/nodeAgent", () => {
  it("recognizes DaemonSets that run Istio's own programs with Istio's images only", () => {
    for (const containers of [[ztunnel], [cni], [ztunnel, cni], [{ ...cni, args: ["--any"] }]]) {
      expect(is(containers), JSON.stringify(containers)).to.equal(true);
    }
    expect(is([ztunnel], "Deployment")).to.equal(false);
    expect(is([ztunnel], "DaemonSet", "example.com/v1")).to.equal(false);
    expect(isNodeAgent(read(asPatch(workload([ztunnel]))))).to.equal(false);
    for (const containers of [
      [],
      [ztunnel, { name: "other", image: "example.com/other:1" }],
      [{ ...ztunnel, image: "example.com/ztunnel:1.2.3" }],
      [{ ...ztunnel, image: undefined }],
      [{ ...ztunnel, image: unknown }],
      [{ ...ztunnel, args: ["proxy"] }],
      [{ ...ztunnel, args: undefined }],
      [{ ...ztunnel, args: ["ztunnel", "proxy"] }],
      [{ ...ztunnel, command: ["sh"] }],
      [{ ...cni, command: undefined }],
      [{ ...cni, command: ["install-cni", "x"] }],
      [{ ...cni, image: ztunnel.image }],
    ]) {
      expect(is(containers), JSON.stringify(containers)).to.equal(false);
    }
  });

  it("finds variables of an unknown effect, and addresses of another control plane", () => {
    const changes = (...env: object[]) =>
      agentChanges(read(workload([cni, { ...ztunnel, env }]))).map(({ path }) => path);
    const path = "spec.template.spec.containers[1].env[0].name";
    for (const name of ["CA_ADDRESS", "XDS_ADDRESS"]) {
      for (const value of [
        "istiod",
        "istiod-blue.istio-system.svc:15012",
        "istiod.istio-system:15012",
        unknown,
        undefined,
      ]) {
        expect(changes({ name, value }), String(value)).to.deep.equal([]);
      }
      for (const value of ["evil.example.com:15012", "", "istiod.example.com.evil:1/x", "myistiod"]) {
        expect(changes({ name, value }), value).to.deep.equal([path]);
      }
    }
    for (const name of ["RUST_LOG", "ISTIO_META_ANY", "ENABLE_ANY", "NODE_NAME"]) {
      expect(changes({ name, value: "x" }), name).to.deep.equal([]);
    }
    for (const name of ["ANY", "MY_RUST_LOG", "NODE_NAMES", undefined]) {
      expect(changes({ name, value: "istiod" }), String(name)).to.deep.equal([path]);
    }
  });

  it("finds addresses and variables that are in another object, which may change later", () => {
    const paths = (container: object) => agentChanges(read(workload([container]))).map(({ path }) => path);
    const inPod = "spec.template.spec.containers[0]";
    const valueFrom = { configMapKeyRef: { name: "x", key: "y" } };
    for (const name of ["CA_ADDRESS", "XDS_ADDRESS"]) {
      expect(paths({ ...ztunnel, env: [{ name, valueFrom }] })).to.deep.equal([`${inPod}.env[0].name`]);
    }
    expect(paths({ ...ztunnel, env: [{ name: "POD_NAME", valueFrom }] })).to.deep.equal([]);
    const envFrom = [{ configMapRef: { name: "x" } }];
    expect(paths({ ...ztunnel, envFrom })).to.deep.equal([`${inPod}.envFrom[0]`]);
    // The CNI plugin's chart gives it a ConfigMap. It connects to no control plane.
    expect(paths({ ...cni, envFrom })).to.deep.equal([]);
  });
});
