import { expect } from "chai";
import { fieldUnknown, privilegedRefused, rootRefused, volumeMissing } from "../../checks/rules/podStarts";
import { foundBy } from "./found";

const http = { port: 8080, protocol: "http" };
const at = "services.web.workload.pod";

/** The findings about `web` with a workload of these fields. */
function found(workload: object, more: object = {}, mesh: object = {}): string[] {
  return foundBy("MW909", {
    name: "shop",
    services: { web: { ports: { http }, workload: { image: "web:1", ...workload }, ...more } },
    ...mesh,
  });
}
const ofPod = (pod: object, workload: object = {}): string[] => found({ ...workload, pod });
/** The findings about the application's container, and about the same fields of a container beside it. */
const ofContainer = (container: object, pod: object = {}): string[] =>
  ofPod({ ...pod, containers: [{ name: "web", ...container }] });

describe("the check of what Kubernetes starts", () => {
  it("finds root where runAsNonRoot is true, at the pod, at a container, or by default", () => {
    const root = { runAsUser: 0 };
    const refused = [`${at}: ${rootRefused("web").message}`];
    expect(ofPod({ securityContext: root })).to.deep.equal(refused);
    expect(ofContainer({ securityContext: root })).to.deep.equal(refused);
    expect(ofContainer({ securityContext: root }, { securityContext: { runAsUser: 1000 } })).to.deep.equal(
      refused,
    );
    expect(
      ofContainer(
        { securityContext: { runAsNonRoot: true } },
        { securityContext: { ...root, runAsNonRoot: false } },
      ),
    ).to.deep.equal(refused);
    // A workload's own runAsUser can't be root.
    expect(ofPod({}, { runAsUser: 1000 })).to.deep.equal([]);
  });

  it("accepts root beside runAsNonRoot: false, and other users", () => {
    const root = { runAsUser: 0, runAsNonRoot: false };
    expect(ofPod({})).to.deep.equal([]);
    expect(ofPod({ securityContext: root })).to.deep.equal([]);
    expect(ofContainer({ securityContext: root })).to.deep.equal([]);
    expect(
      ofContainer({ securityContext: { runAsUser: 0 } }, { securityContext: { runAsNonRoot: false } }),
    ).to.deep.equal([]);
    expect(
      ofContainer({ securityContext: { runAsUser: 1000 } }, { securityContext: { runAsUser: 0 } }),
    ).to.deep.equal([]);
    expect(ofPod({ securityContext: { runAsUser: 1000 } }, { runAsUser: 0 })).to.deep.equal([]);
  });

  it("finds it in containers beside the application's and in those that run before it", () => {
    const other = { name: "other", image: "other:1", securityContext: { runAsUser: 0 } };
    for (const field of ["containers", "initContainers"]) {
      expect(ofPod({ [field]: [other] }), field).to.deep.equal([`${at}: ${rootRefused("other").message}`]);
    }
    expect(ofPod({ containers: [other], securityContext: { runAsUser: 0 } })).to.deep.equal(
      ["web", "other"].map((name) => `${at}: ${rootRefused(name).message}`).sort(),
    );
  });

  it("finds a privileged container without allowPrivilegeEscalation", () => {
    const privileged = (context: object): string[] => ofContainer({ securityContext: context });
    const refused = [`${at}: ${privilegedRefused("web").message}`];
    expect(privileged({ privileged: true })).to.deep.equal(refused);
    expect(privileged({ privileged: true, allowPrivilegeEscalation: false })).to.deep.equal(refused);
    expect(privileged({ privileged: true, allowPrivilegeEscalation: true })).to.deep.equal([]);
    expect(privileged({ privileged: false })).to.deep.equal([]);
    expect(privileged({})).to.deep.equal([]);
  });

  it("finds volumes that are mounted and not there", () => {
    const mounting = { volumeMounts: [{ name: "data", mountPath: "/data" }] };
    const missing = [`${at}: ${volumeMissing("web", "data").message}`];
    expect(ofContainer(mounting)).to.deep.equal(missing);
    expect(ofContainer(mounting, { volumes: [{ name: "cache", emptyDir: {} }] })).to.deep.equal(missing);
    expect(ofContainer(mounting, { volumes: [{ name: "data", emptyDir: {} }] })).to.deep.equal([]);
    const claims = {
      kind: "StatefulSet",
      volumeClaimTemplates: {
        data: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
      },
    };
    expect(ofPod({ containers: [{ name: "web", ...mounting }] }, claims)).to.deep.equal([]);
  });

  it("has the volume of the quotas at the rate limit service alone", () => {
    const pod = { containers: [{ name: "web", volumeMounts: [{ name: "quotas", mountPath: "/quotas" }] }] };
    const grpc = { ports: { grpc: { port: 8081, protocol: "grpc" } } };
    expect(found({ pod }, grpc, { rateLimitService: { service: "web", onFailure: "deny" } })).to.deep.equal(
      [],
    );
    const missing = [`${at}: ${volumeMissing("web", "quotas").message}`];
    expect(found({ pod })).to.deep.equal(missing);
  });

  it("finds fields of the pod that Kubernetes does not offer to the environment", () => {
    const fields = [
      "metadata.name",
      "metadata.namespace",
      "metadata.uid",
      "metadata.labels['app']",
      "metadata.annotations['a.example.com/b']",
      "spec.nodeName",
      "spec.serviceAccountName",
      "status.hostIP",
      "status.hostIPs",
      "status.podIP",
      "status.podIPs",
    ];
    const value = (fieldPath: string): object => ({ valueFrom: { fieldRef: { fieldPath } } });
    const inEnv = (field: string): string[] => found({ env: { OWN: value(field) } });
    const inPod = (field: string): string[] => ofContainer({ env: [{ name: "OWN", ...value(field) }] });
    for (const field of fields) {
      expect(inEnv(field), field).to.deep.equal([]);
      expect(inPod(field), field).to.deep.equal([]);
    }
    for (const field of [
      "metadata.labels",
      "metadata.labels['']",
      "status.phase",
      "xmetadata.name",
      "spec.nodeNames",
    ]) {
      const { message } = fieldUnknown("OWN", field);
      expect(inEnv(field), field).to.deep.equal([`services.web.workload.env.OWN: ${message}`]);
      expect(inPod(field), field).to.deep.equal([`${at}: ${message}`]);
    }
    const secret = { valueFrom: { secretKeyRef: { name: "web", key: "token" } } };
    expect(found({ env: { OWN: "status.phase", TOKEN: secret } })).to.deep.equal([]);
    expect(
      ofContainer({
        env: [
          { name: "OWN", value: "status.phase" },
          { name: "TOKEN", ...secret },
        ],
      }),
    ).to.deep.equal([]);
  });

  it("finds what all versions have in common once, and nothing where a value is invalid", () => {
    const pod = { securityContext: { runAsUser: 0 } };
    const versions = { versions: { v1: {}, v2: {} }, traffic: { weights: { v1: 100, v2: 0 } } };
    expect(found({ pod }, versions)).to.deep.equal([`${at}: ${rootRefused("web").message}`]);
    expect(found({ pod: { ...pod, nodeSelector: 5 } })).to.deep.equal([]);
  });
});
