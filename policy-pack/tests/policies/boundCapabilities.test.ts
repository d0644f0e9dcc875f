import { expect } from "chai";
import { boundCapabilities } from "../../policies/boundCapabilities";
import { unknown, validateResource } from "../engine";
import { deployment, kubernetes } from "../resources";

const judge = (securityContext: unknown, container = {}, configuration = {}) =>
  validateResource(boundCapabilities, deployment({}, { securityContext, ...container }), configuration);
const adding = (...add: unknown[]) => ({ capabilities: { add } });
const at = (text: string) => ({
  violations: [`Deployment shop/catalog: spec.template.spec.containers[0].securityContext.${text}.`],
});

describe("bound-capabilities", () => {
  it("accepts the baseline, and what Istio's own containers need", async () => {
    for (const context of [
      undefined,
      adding(),
      adding("NET_BIND_SERVICE", "CAP_CHOWN"),
      { privileged: false },
    ]) {
      expect(await judge(context)).to.deep.equal({ violations: [] });
    }
    expect(await judge(adding("NET_ADMIN", "NET_RAW"), { name: "istio-init", image: "auto" })).to.deep.equal({
      violations: [],
    });
  });

  it("refuses more", async () => {
    expect(await judge(adding("CHOWN", "NET_ADMIN"))).to.deep.equal(
      at("capabilities.add[1] is NET_ADMIN, beyond the capabilities allowed. Remove it"),
    );
    expect(await judge(adding("SYS_ADMIN"), { name: "istio-proxy", image: "auto" })).to.deep.equal(
      at("capabilities.add[0] is SYS_ADMIN, beyond the capabilities allowed. Remove it"),
    );
    expect(await judge({ privileged: true })).to.deep.equal(
      at("privileged is true, which includes every capability. Leave it out"),
    );
  });

  it("does not take a container for Istio's by its name", async () => {
    for (const image of ["evil/x:1", "evil/x:proxyv2", "evil/proxyv2/x:1", "autos"]) {
      expect(await judge(adding("NET_ADMIN"), { name: "istio-init", image }), image).to.deep.equal(
        at("capabilities.add[0] is NET_ADMIN, beyond the capabilities allowed. Remove it"),
      );
    }
  });

  it("lets ztunnel into the networks of its node's pods, and no other workload", async () => {
    const container = {
      name: "istio-proxy",
      image: "docker.io/istio/ztunnel:1.31.4-distroless",
      securityContext: adding("NET_ADMIN", "SYS_ADMIN", "NET_RAW"),
    };
    const ztunnel = kubernetes("apps/v1", "DaemonSet", {
      metadata: { namespace: "istio-system", name: "ztunnel" },
      spec: { template: { spec: { containers: [container] } } },
    });
    expect(await validateResource(boundCapabilities, ztunnel)).to.deep.equal({ violations: [] });
    const { securityContext, ...own } = container;
    expect(await judge(securityContext, own)).to.deep.equal(
      at("capabilities.add[1] is SYS_ADMIN, beyond the capabilities allowed. Remove it"),
    );
  });

  it("looks into init containers", async () => {
    const initContainers = [{ name: "setup", securityContext: adding("NET_RAW") }];
    expect(await validateResource(boundCapabilities, deployment({ spec: { initContainers } }))).to.deep.equal(
      {
        violations: [
          "Deployment shop/catalog: spec.template.spec.initContainers[0].securityContext.capabilities.add[0] is NET_RAW, " +
            "beyond the capabilities allowed. Remove it.",
        ],
      },
    );
  });

  it("takes the organization's list", async () => {
    expect(await judge(adding("SYS_PTRACE"), {}, { capabilities: ["SYS_PTRACE"] })).to.deep.equal({
      violations: [],
    });
  });

  it("says what is open because of unknown values", async () => {
    expect(await judge(adding("NET_ADMIN", unknown))).to.deep.equal({
      ...at("capabilities.add[0] is NET_ADMIN, beyond the capabilities allowed. Remove it"),
      undecided:
        "Deployment shop/catalog: string value at " +
        ".spec.template.spec.containers.0.securityContext.capabilities.add.1 can't be known during preview",
    });
  });
});
