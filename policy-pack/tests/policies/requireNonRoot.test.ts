import { expect } from "chai";
import type { Message } from "../../policy";
import { messages, requireNonRoot } from "../../policies/requireNonRoot";
import { type Resource, unknown, validateResource } from "../engine";
import { asPatch, deployment } from "../resources";
import { said } from "../said";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(requireNonRoot, resource, configuration);
const contexts = (ofPod: unknown, own: unknown) =>
  deployment({ spec: { securityContext: ofPod } }, { securityContext: own });
/** A Deployment whose pod and container have these settings. */
const withContexts = (ofPod: unknown, own: unknown) => {
  const resource = contexts(ofPod, own);
  const spec = (resource.props.spec as { template: { spec: Record<string, unknown> } }).template.spec;
  spec.containers = [{ name: "catalog", image: "catalog:1.4.2", securityContext: own }];
  return judge(resource);
};
const inPod = said("Deployment shop/catalog", "spec.template.spec.");
const at = (path: string, message: Message) => ({ violations: [inPod(path, message)] });
const OWN = "containers[0].securityContext";

describe("require-non-root", () => {
  it("states the field, the problem and the fix", async () => {
    expect(await withContexts(undefined, { runAsUser: 1337, runAsNonRoot: true })).to.deep.equal({
      violations: [
        "Deployment shop/catalog: spec.template.spec.containers[0].securityContext.runAsUser is 1337, the sidecar's user, whose " +
          "traffic is not redirected. Use another ID.",
      ],
    });
    expect(await withContexts(undefined, undefined)).to.deep.equal({
      violations: [
        "Deployment shop/catalog: spec.template.spec.containers[0].securityContext.runAsNonRoot is not set, so the container may " +
          "run as root. Set it to true, here or for the pod.",
      ],
    });
  });

  it("accepts containers that cannot be root, by their own or the pod's securityContext", async () => {
    for (const [ofPod, own] of [
      [undefined, { runAsNonRoot: true }],
      [{ runAsNonRoot: true }, undefined],
      [{ runAsNonRoot: false }, { runAsNonRoot: true }],
      [{ runAsNonRoot: true, runAsUser: 0 }, { runAsUser: 1000 }],
      [{ runAsNonRoot: true, runAsGroup: 1337 }, { runAsGroup: 1000 }],
      [{ runAsNonRoot: true, fsGroup: 1337 }, undefined],
    ]) {
      expect(await withContexts(ofPod, own)).to.deep.equal({ violations: [] });
    }
  });

  it("refuses containers that may run as root", async () => {
    expect(await withContexts(undefined, undefined)).to.deep.equal(
      at(`${OWN}.runAsNonRoot`, messages.mayBeRoot(undefined)),
    );
    expect(await withContexts({ runAsNonRoot: true }, { runAsNonRoot: false })).to.deep.equal(
      at(`${OWN}.runAsNonRoot`, messages.mayBeRoot(false)),
    );
    expect(await withContexts({ runAsNonRoot: true, runAsUser: 0 }, undefined)).to.deep.equal(
      at("securityContext.runAsUser", messages.root()),
    );
  });

  it("refuses the sidecar's user", async () => {
    expect(await withContexts(undefined, { runAsNonRoot: true, runAsUser: 1337 })).to.deep.equal(
      at(`${OWN}.runAsUser`, messages.proxyUser()),
    );
  });

  it("refuses the sidecar's group", async () => {
    const group = (path: string) => inPod(`${path}.runAsGroup`, messages.proxyGroup());
    expect(await withContexts(undefined, { runAsNonRoot: true, runAsGroup: 1337 })).to.deep.equal({
      violations: [group(OWN)],
    });
    expect(await withContexts({ runAsGroup: 1337 }, { runAsUser: 0 })).to.deep.equal({
      violations: [inPod(`${OWN}.runAsUser`, messages.root()), group("securityContext")],
    });
    expect(await withContexts({ runAsGroup: 1337 }, undefined)).to.deep.equal({
      violations: [group("securityContext"), inPod(`${OWN}.runAsNonRoot`, messages.mayBeRoot(undefined))],
    });
  });

  it("does not recognize a container of Istio by its name", async () => {
    const context = { securityContext: { runAsNonRoot: true, runAsUser: 0 } };
    expect(await judge(deployment({}, { name: "istio-init", image: "evil/x:1", ...context }))).to.deep.equal(
      at(`${OWN}.runAsUser`, messages.root()),
    );
  });

  it("does not apply to dev, Istio's own containers and patches", async () => {
    const root = deployment({}, { securityContext: { runAsUser: 0 } });
    expect(await judge(root, { environment: "dev" })).to.deep.equal({ violations: [] });
    const istioHubs = ["registry.example.com:5000/istio"];
    for (const image of [
      "auto",
      "docker.io/istio/proxyv2@sha256:abc",
      "registry.example.com:5000/istio/proxyv2:1.31.0",
    ]) {
      const initContainers = [{ name: "istio-init", image, securityContext: { runAsUser: 0 } }];
      const mirrored = image.startsWith("registry") ? { istioHubs } : {};
      expect(await judge(deployment({ spec: { initContainers } }), mirrored), image).to.deep.equal({
        violations: [],
      });
    }
    expect(await judge(asPatch(root))).to.deep.equal({ violations: [] });
  });

  it("reports unknown values as undecided", async () => {
    expect(await withContexts(undefined, { runAsNonRoot: unknown })).to.deep.equal({
      violations: [],
      undecided:
        "Deployment shop/catalog: string value at .spec.template.spec.containers.0.securityContext.runAsNonRoot can't be " +
        "known during preview",
    });
    const image = deployment({}, { name: "istio-proxy", image: unknown, securityContext: {} });
    expect(await judge(image)).to.deep.equal({
      violations: [],
      undecided:
        "Deployment shop/catalog: string value at .spec.template.spec.containers.0.image can't be known during preview",
    });
  });
});
