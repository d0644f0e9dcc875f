import { expect } from "chai";
import { isRead, judgedObjects } from "../../../cli/audit/cluster";
import type { PlainObject } from "../../../effect";

const object = (kind: string, name: string, metadata: object = {}, apiVersion = "v1"): PlainObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: "shop", ...metadata },
});
const named = (objects: readonly PlainObject[]): string[] =>
  judgedObjects(objects).map(({ kind, metadata }) => `${kind} ${(metadata as { name: string }).name}`);

describe("cli/audit: a cluster", () => {
  it("is judged without Kubernetes' own namespaces, and of ConfigMaps only by istiod's", () => {
    const system = { namespace: "kube-system" };
    expect(
      named([
        object("Service", "web"),
        object("Service", "kube-dns", system),
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system" } },
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
        object("ConfigMap", "settings"),
        // istiod writes them into each namespace.
        object("ConfigMap", "istio-ca-root-cert"),
        object("ConfigMap", "istio-ca-crl"),
        object("ConfigMap", "istio", { namespace: "istio-system" }),
      ]),
    ).to.deep.equal(["Service web", "Namespace shop", "ConfigMap istio"]);
  });

  it("has pods of controllers once, and pods of operators by themselves", () => {
    const owner = (kind: string): object => ({ ownerReferences: [{ kind, name: "owner" }] });
    const found = [
      object("Deployment", "web", {}, "apps/v1"),
      object("ReplicaSet", "web-1", owner("Deployment"), "apps/v1"),
      object("Pod", "web-1-a", owner("ReplicaSet")),
      object("Pod", "database-0", owner("PostgresCluster")),
      object("Pod", "debug"),
    ];
    expect(named(found)).to.deep.equal(["Deployment web", "Pod database-0", "Pod debug"]);
    // The model leaves out pods that have an owner.
    const [, database] = judgedObjects(found);
    expect(database?.metadata).to.not.have.property("ownerReferences");
  });

  it("has what Argo CD's Applications install by itself, so they are left out", () => {
    const argo = (kind: string): PlainObject => object(kind, "istiod", {}, "argoproj.io/v1alpha1");
    expect(named(["Application", "ApplicationSet", "AppProject", "Rollout"].map(argo))).to.deep.equal([
      "Rollout istiod",
    ]);
  });

  it("has the policies of CNI plugins, which leave NetworkPolicies' answers open, and nothing else of their groups", () => {
    const kinds = [
      ["networking.istio.io", "VirtualService"],
      ["gateway.networking.k8s.io", "HTTPRoute"],
      ["cilium.io", "CiliumNetworkPolicy"],
      ["cilium.io", "CiliumEndpoint"],
      ["crd.projectcalico.org", "GlobalNetworkPolicy"],
      ["crd.projectcalico.org", "IPPool"],
      ["policy.networking.k8s.io", "AdminNetworkPolicy"],
      ["cert-manager.io", "Certificate"],
    ] as const;
    expect(kinds.filter(([group, kind]) => isRead(group, kind)).map(([, kind]) => kind)).to.deep.equal([
      "VirtualService",
      "HTTPRoute",
      "CiliumNetworkPolicy",
      "GlobalNetworkPolicy",
      "AdminNetworkPolicy",
    ]);
  });

  it("has timestamps as texts, by which the oldest of two objects is found", () => {
    const created = new Date("2026-01-02T03:04:05Z");
    const [first] = judgedObjects([object("Service", "web", { creationTimestamp: created })]);
    expect(first?.metadata).to.include({ creationTimestamp: "2026-01-02T03:04:05.000Z" });
  });
});
