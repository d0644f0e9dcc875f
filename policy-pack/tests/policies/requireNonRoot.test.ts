import { expect } from "chai";
import { requireNonRoot } from "../../policies/requireNonRoot";
import { type Resource, unknown, validateResource } from "../engine";
import { asPatch, deployment } from "../resources";

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
const at = (path: string, text: string) => ({
  violations: [`Deployment shop/catalog: spec.template.spec.${path} ${text}.`],
});
const OWN = "containers[0].securityContext";

describe("require-non-root", () => {
  it("accepts containers that cannot be root, by themselves or by their pod", async () => {
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

  it("refuses containers that may be root", async () => {
    expect(await withContexts(undefined, undefined)).to.deep.equal(
      at(
        `${OWN}.runAsNonRoot`,
        "is not set, so the container may run as root. Set it to true, here or for the pod",
      ),
    );
    expect(await withContexts({ runAsNonRoot: true }, { runAsNonRoot: false })).to.deep.equal(
      at(
        `${OWN}.runAsNonRoot`,
        "is false, so the container may run as root. Set it to true, here or for the pod",
      ),
    );
    expect(await withContexts({ runAsNonRoot: true, runAsUser: 0 }, undefined)).to.deep.equal(
      at("securityContext.runAsUser", "is 0, which is root. Choose another number"),
    );
  });

  it("refuses the sidecar's own user", async () => {
    expect(await withContexts(undefined, { runAsNonRoot: true, runAsUser: 1337 })).to.deep.equal(
      at(
        `${OWN}.runAsUser`,
        "is 1337, which is the sidecar's user, whose traffic is not redirected. Choose another number",
      ),
    );
  });

  it("refuses the sidecar's own group, which is not redirected either", async () => {
    const group = (path: string) =>
      `Deployment shop/catalog: spec.template.spec.${path}.runAsGroup is 1337, which is the sidecar's group, whose ` +
      "traffic is not redirected. Choose another number.";
    expect(await withContexts(undefined, { runAsNonRoot: true, runAsGroup: 1337 })).to.deep.equal({
      violations: [group(OWN)],
    });
    expect(await withContexts({ runAsGroup: 1337 }, { runAsUser: 0 })).to.deep.equal({
      violations: [
        ...at(`${OWN}.runAsUser`, "is 0, which is root. Choose another number").violations,
        group("securityContext"),
      ],
    });
    expect(await withContexts({ runAsGroup: 1337 }, undefined)).to.deep.equal({
      violations: [
        group("securityContext"),
        ...at(
          `${OWN}.runAsNonRoot`,
          "is not set, so the container may run as root. Set it to true, here or for the pod",
        ).violations,
      ],
    });
  });

  it("does not take a container for Istio's by its name", async () => {
    const context = { securityContext: { runAsNonRoot: true, runAsUser: 0 } };
    expect(await judge(deployment({}, { name: "istio-init", image: "evil/x:1", ...context }))).to.deep.equal(
      at(`${OWN}.runAsUser`, "is 0, which is root. Choose another number"),
    );
  });

  it("leaves dev, Istio's own containers and patches alone", async () => {
    const root = deployment({}, { securityContext: { runAsUser: 0 } });
    expect(await judge(root, { environment: "dev" })).to.deep.equal({ violations: [] });
    for (const image of [
      "auto",
      "registry.example.com:5000/istio/proxyv2:1.31.0",
      "mirrored-istio-proxyv2@sha256:abc",
    ]) {
      const own = deployment({}, { name: "istio-init", image, securityContext: { runAsUser: 0 } });
      expect(await judge(own), image).to.deep.equal({ violations: [] });
    }
    expect(await judge(asPatch(root))).to.deep.equal({ violations: [] });
  });

  it("says what is open because of unknown values", async () => {
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
