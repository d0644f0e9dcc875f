import { expect } from "chai";
import { boundCapabilities, messages } from "../../policies/boundCapabilities";
import { unknown, validateResource } from "../engine";
import { deployment, kubernetes } from "../resources";
import { said } from "../said";

const judge = (securityContext: unknown, container = {}, configuration = {}) =>
  validateResource(boundCapabilities, deployment({}, { securityContext, ...container }), configuration);
const adding = (...add: unknown[]) => ({ capabilities: { add } });
const inPod = said("Deployment shop/catalog", "spec.template.spec.");
const added = (name: string, index: number) => ({
  violations: [inPod(`containers[0].securityContext.capabilities.add[${index}]`, messages.capability(name))],
});

describe("bound-capabilities", () => {
  it("states the field, the capability and the fix", async () => {
    expect(await judge(adding("NET_ADMIN"))).to.deep.equal({
      violations: [
        "Deployment shop/catalog: spec.template.spec.containers[0].securityContext.capabilities.add[0] is NET_ADMIN, which is " +
          "not an allowed capability. Remove it from the list.",
      ],
    });
  });

  it("accepts the baseline, and the capabilities of Istio's own containers", async () => {
    for (const context of [
      undefined,
      adding(),
      adding("NET_BIND_SERVICE", "CAP_CHOWN"),
      { privileged: false },
    ]) {
      expect(await judge(context)).to.deep.equal({ violations: [] });
    }
    const istioInit = (image: string) =>
      deployment({
        spec: {
          initContainers: [{ name: "istio-init", image, securityContext: adding("NET_ADMIN", "NET_RAW") }],
        },
      });
    for (const image of ["auto", "docker.io/istio/proxyv2:1.31.4", "istio/proxyv2:1.31.4"]) {
      expect(await validateResource(boundCapabilities, istioInit(image)), image).to.deep.equal({
        violations: [],
      });
    }
    const mirrored = istioInit("registry.example.com/istio/proxyv2:1.31.4");
    expect((await validateResource(boundCapabilities, mirrored)).violations).to.have.length(2);
    const istioHubs = ["registry.example.com/istio"];
    expect(await validateResource(boundCapabilities, mirrored, { istioHubs })).to.deep.equal({
      violations: [],
    });
  });

  it("refuses more", async () => {
    expect(await judge(adding("CHOWN", "NET_ADMIN"))).to.deep.equal(added("NET_ADMIN", 1));
    expect(await judge(adding("CHCAP_OWN"))).to.deep.equal(added("CHCAP_OWN", 0));
    expect(await judge(adding("SYS_ADMIN"), { name: "istio-proxy", image: "auto" })).to.deep.equal(
      added("SYS_ADMIN", 0),
    );
    expect(await judge({ privileged: true })).to.deep.equal({
      violations: [inPod("containers[0].securityContext.privileged", messages.privileged())],
    });
  });

  it("does not recognize a container of Istio by its name, nor istio-init as a main container", async () => {
    for (const image of [
      "evil/x:1",
      "evil/x:proxyv2",
      "evil/proxyv2/x:1",
      "evil/proxyv2:1",
      "autos",
      "auto",
    ]) {
      expect(await judge(adding("NET_ADMIN"), { name: "istio-init", image }), image).to.deep.equal(
        added("NET_ADMIN", 0),
      );
    }
  });

  it("lets ztunnel enter the networks of its node's pods, and no other workload", async () => {
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
    expect(await judge(securityContext, own)).to.deep.equal(added("SYS_ADMIN", 1));
  });

  it("refuses applications that share the processes or the volumes of a proxy", async () => {
    const inSpec = (spec: object) => validateResource(boundCapabilities, deployment({ spec: spec as never }));
    expect(await inSpec({ shareProcessNamespace: true })).to.deep.equal({
      violations: [inPod("shareProcessNamespace", messages.shared())],
    });
    const proxy = { name: "istio-proxy", image: "auto" };
    for (const spec of [
      { shareProcessNamespace: false },
      { shareProcessNamespace: true, containers: [proxy] },
      { ephemeralContainers: [{ name: "debug", targetContainerName: "catalog" }] },
      { containers: [{ ...proxy, volumeMounts: [{ name: "istio-envoy", mountPath: "/mnt" }] }] },
      { containers: [{ name: "catalog", volumeMounts: [{ name: "cache", mountPath: "/mnt" }] }] },
    ]) {
      expect(await inSpec(spec), JSON.stringify(spec)).to.deep.equal({ violations: [] });
    }
    expect(
      await inSpec({ ephemeralContainers: [{ name: "debug", targetContainerName: "istio-proxy" }] }),
    ).to.deep.equal({
      violations: [inPod("ephemeralContainers[0].targetContainerName", messages.target("istio-proxy"))],
    });
    expect(
      await inSpec({ containers: [{ name: "catalog", volumeMounts: [{ name: "workload-socket" }] }] }),
    ).to.deep.equal({
      violations: [inPod("containers[0].volumeMounts[0].name", messages.volume("workload-socket"))],
    });
  });

  it("judges init containers", async () => {
    const initContainers = [{ name: "setup", securityContext: adding("NET_RAW") }];
    expect(await validateResource(boundCapabilities, deployment({ spec: { initContainers } }))).to.deep.equal(
      {
        violations: [
          inPod("initContainers[0].securityContext.capabilities.add[0]", messages.capability("NET_RAW")),
        ],
      },
    );
  });

  it("applies the organization's list", async () => {
    expect(await judge(adding("SYS_PTRACE"), {}, { capabilities: ["SYS_PTRACE"] })).to.deep.equal({
      violations: [],
    });
  });

  it("reports unknown values as undecided", async () => {
    expect(await judge(adding("NET_ADMIN", unknown))).to.deep.equal({
      ...added("NET_ADMIN", 0),
      undecided:
        "Deployment shop/catalog: string value at " +
        ".spec.template.spec.containers.0.securityContext.capabilities.add.1 can't be known during preview",
    });
  });
});
