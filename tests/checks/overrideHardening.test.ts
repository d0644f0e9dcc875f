import { expect } from "chai";
import { knownObject, weaknesses } from "../../effect";
import { found } from "./overriding";

const least = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
const podContext = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };

/** The weaknesses of a pod that meets the standard, except in a part of it. */
function weakness(pod: object, container: object = {}): string[] {
  const spec = {
    securityContext: podContext,
    ...pod,
    containers: [{ name: "api", securityContext: least, ...container }],
  };
  const source = { apiVersion: "apps/v1", kind: "Deployment", metadata: {}, spec: { template: { spec } } };
  return weaknesses(knownObject(source));
}

const inPod = (own: object): string[] => weakness({ securityContext: { ...podContext, ...own } });
const inContainer = (own: object): string[] => weakness({}, { securityContext: { ...least, ...own } });

describe("the security of pods", () => {
  it("is that of the restricted standard", () => {
    expect(weakness({})).to.deep.equal([]);
    expect(inPod({ fsGroup: 2000, runAsUser: 1000, seLinuxOptions: { level: "s0:c1" } })).to.deep.equal([]);
    expect(inPod({ sysctls: [{ name: "net.ipv4.tcp_syncookies", value: "1" }] })).to.deep.equal([]);
    expect(inContainer({ capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } })).to.deep.equal([]);
    expect(inContainer({ procMount: "Default", appArmorProfile: { type: "RuntimeDefault" } })).to.deep.equal(
      [],
    );
    expect(weakness({ volumes: [{ name: "a", emptyDir: {} }, { name: "b" }] })).to.deep.equal([]);
  });

  it("has no isolation by the kernel taken away, by the pod or by a container", () => {
    for (const [own, text] of [
      [{ appArmorProfile: { type: "Unconfined" } }, "has no AppArmor profile"],
      [{ seLinuxOptions: { type: "spc_t" } }, "has an SELinux label of its own"],
      [{ seLinuxOptions: { user: "system_u" } }, "has an SELinux label of its own"],
      [{ windowsOptions: { hostProcess: true } }, "runs as a process of the node"],
    ] as const) {
      expect(inPod(own)).to.deep.equal([`the pod ${text}`]);
      expect(inContainer(own)).to.deep.equal([`the container "api" ${text}`]);
    }
    expect(inContainer({ procMount: "Unmasked" })).to.deep.equal(['the container "api" sees all of /proc']);
    expect(inPod({ sysctls: [{ name: "kernel.msgmax", value: "1" }] })).to.deep.equal([
      "the sysctl kernel.msgmax is set",
    ]);
  });

  it("has nothing of the node: ports, paths and volumes that only it can mount", () => {
    expect(weakness({}, { ports: [{ containerPort: 80, hostPort: 0 }] })).to.deep.equal([]);
    expect(weakness({}, { ports: [{ containerPort: 80, hostPort: 8080 }] })).to.deep.equal([
      'the container "api" has the port 8080 of the node',
    ]);
    expect(weakness({ volumes: [{ name: "a", hostPath: { path: "/" } }] })).to.deep.equal([
      'the volume "a" is a path of the node',
    ]);
    expect(weakness({ volumes: [{ name: "a", nfs: { server: "nfs.example.com" } }] })).to.deep.equal([
      'the volume "a" is of the kind nfs',
    ]);
  });
});

describe("the Pod Security level of a namespace", () => {
  const level = (enforce: string): string[] =>
    found({
      Namespace: { shop: { metadata: { labels: { "pod-security.kubernetes.io/enforce": enforce } } } },
    });

  it("may be stricter, and not privileged", () => {
    expect(level("baseline")).to.deep.equal([]);
    expect(level("restricted")).to.deep.equal([]);
    expect(level("privileged")).to.deep.equal([
      "MW917 Namespace.shop: the override relaxes the security of pods: the namespace admits privileged pods (pod-security.kubernetes.io/enforce)",
    ]);
  });
});
