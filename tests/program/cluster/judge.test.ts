import { expect } from "chai";
import { istioReleases } from "../../../components";
import type { ClusterFinding } from "../../../program/cluster/finding";
import { judgeCluster } from "../../../program/cluster/judge";
import { kubernetesVersion } from "../../../program/cluster/kubernetesVersion";
import { type ClusterNeeds, pluralOf } from "../../../program/cluster/needs";
import type { ClusterSnapshot, ObjectMetadata } from "../../../program/cluster/snapshot";

const object = (name: string, rest: Partial<ObjectMetadata> = {}): ObjectMetadata => ({
  name,
  labels: {},
  annotations: {},
  managers: [],
  ...rest,
});
const ownedBy = (name: string, namespace = "istio-system") => ({
  "meta.helm.sh/release-name": name,
  "meta.helm.sh/release-namespace": namespace,
});
const crds = ["virtualservices.networking.istio.io", "peerauthentications.security.istio.io"];
const pulumis = { managers: ["pulumi-kubernetes-1a2b3c4d"] };

/** An empty cluster of a cloud, as an administrator sees it. */
const empty: ClusterSnapshot = {
  kubernetes: "v1.36.3",
  nodes: { value: [{ name: "a", providerID: "aws:///us-east-1a/i-0123" }] },
  crds: { value: [] },
  injectors: { value: [] },
  istiods: { value: [] },
  namespaces: { value: [object("default"), object("kube-system")] },
  loadBalancers: { value: [] },
  storageClasses: { value: [] },
  helmRecords: { value: [] },
  workloads: { value: [] },
  rights: { value: [] },
};

const needs = (
  rest: Partial<NonNullable<ClusterNeeds["controlPlane"]>> = {},
  own: Partial<ClusterNeeds> = {},
): ClusterNeeds => {
  const controlPlane = { version: "1.31.0", gateways: [{ name: "istio-ingress" }], ...rest };
  return {
    controlPlane,
    releases: istioReleases(controlPlane),
    namespaces: ["istio-system", "istio-ingress", "shop"],
    meshNamespaces: ["shop"],
    volumes: [],
    workloads: [],
    requests: [],
    ...own,
  };
};

const judge = (snapshot: Partial<ClusterSnapshot>, needed = needs()): ClusterFinding[] =>
  judgeCluster({ ...empty, ...snapshot }, needed);
const problems = (findings: readonly ClusterFinding[]): string[] =>
  findings.map(({ check, severity, problem }) => `${severity} ${check}: ${problem}`);

describe("program/cluster/judge", () => {
  it("is silent about an empty cluster of a cloud", () => {
    expect(judge({})).to.deep.equal([]);
  });

  it("is silent about the stack's own installation", () => {
    const labels = { "istio.io/rev": "default" };
    expect(
      judge({
        crds: { value: crds.map((name) => object(name, { annotations: ownedBy("istio-base") })) },
        istiods: {
          value: [object("istiod", { namespace: "istio-system", labels, annotations: ownedBy("istiod") })],
        },
        injectors: { value: [object("istio-sidecar-injector", { labels, annotations: ownedBy("istiod") })] },
        namespaces: { value: [object("istio-system", pulumis), object("istio-ingress", pulumis)] },
        helmRecords: {
          value: ["istio-base", "istiod"].map((release) => record(release, 1, "deployed")),
        },
      }),
    ).to.deep.equal([]);
  });

  it("is silent about CRDs that a removed installation of the stack left behind", () => {
    const value = crds.map((name) => object(name, { annotations: ownedBy("istio-base") }));
    expect(judge({ crds: { value } })).to.deep.equal([]);
  });

  describe("the version of Kubernetes", () => {
    const supported = () => ["1.32", "1.33", "1.34"];
    const of = (kubernetes: string, canary?: string) =>
      problems(
        kubernetesVersion(
          { ...empty, kubernetes },
          needs(canary === undefined ? {} : { canary: { version: canary, revision: "next" } }),
          supported,
        ),
      );

    it("is an error if it is older than Istio supports, and a warning if it is newer", () => {
      expect(of("v1.31.9")).to.deep.equal([
        "error kubernetes-version: The cluster runs Kubernetes v1.31.9, which is too old: Istio 1.31.0 supports 1.32, 1.33, 1.34.",
      ]);
      expect(of("v1.35.0-eks-1a2b3c")).to.deep.equal([
        "warning kubernetes-version: The cluster runs Kubernetes v1.35.0-eks-1a2b3c, with which Istio 1.31.0 was not tested: Istio 1.31.0 supports 1.32, 1.33, 1.34.",
      ]);
      for (const version of ["v1.32.0", "v1.33.4-gke.1000", "v1.34.1+k3s1"])
        expect(of(version)).to.deep.equal([]);
    });

    it("is judged for both control planes of an upgrade", () => {
      expect(of("v1.31.0", "1.32.0")).to.have.length(2);
    });

    it("is judged by the facts", () => {
      expect(problems(judge({ kubernetes: "v1.24.0" }))[0]).to.match(
        /^error kubernetes-version: .*v1\.24\.0/,
      );
      expect(judge({ kubernetes: "v1.24.0" }, needs({ version: "1.99.0" }))).to.deep.equal([]);
    });
  });

  describe("an Istio that is there", () => {
    it("owns its CRDs by another Helm release", () => {
      const value = crds.map((name) => object(name, { annotations: ownedBy("mesh-base", "mesh") }));
      const [finding, ...others] = judge({ crds: { value } });
      expect(others).to.deep.equal([]);
      expect(problems(finding === undefined ? [] : [finding])).to.deep.equal([
        "error existing-istio: 2 of Istio's CRDs (peerauthentications.security.istio.io, virtualservices.networking.istio.io) exist already and belong to the Helm release mesh/mesh-base. The release istio-system/istio-base can't take them over.",
      ]);
      expect(finding?.fix).to.contain(
        "kubectl annotate crd peerauthentications.security.istio.io virtualservices.networking.istio.io " +
          "meta.helm.sh/release-name=istio-base meta.helm.sh/release-namespace=istio-system --overwrite",
      );
      expect(finding?.fix).to.contain("pulumi config set --path meshwright:cluster.installBase false");
    });

    it("was installed by istioctl, an operator or kubectl", () => {
      const [finding] = judge({ crds: { value: [object("gateways.networking.istio.io")] } });
      expect(finding?.problem).to.contain("belong to no Helm release: istioctl, an operator or kubectl");
    });

    it("is used with its CRDs, which then must be there", () => {
      const beside = needs({ installBase: false, revision: "mesh" });
      const value = [object("gateways.networking.istio.io")];
      expect(judge({ crds: { value } }, beside)).to.deep.equal([]);
      expect(problems(judge({}, beside))).to.deep.equal([
        "error existing-istio: The stack doesn't install Istio's CRDs (meshwright:cluster.installBase is false), and the cluster has none.",
      ]);
      // CRDs of Istio's operators are none of Istio's own.
      expect(judge({ crds: { value: [object("istios.sailoperator.io")] } }, beside)).to.have.length(1);
    });

    it("runs under the stack's revision, by whatever it was installed", () => {
      const istiod = (revision: string, annotations = {}) => ({
        istiods: {
          value: [object("istiod", { namespace: "mesh", labels: { "istio.io/rev": revision }, annotations })],
        },
      });
      expect(problems(judge(istiod("default")))).to.deep.equal([
        'error existing-istio: Another Istio runs in the cluster: Deployment mesh/istiod of the revision "default", installed without Helm. The stack\'s control plane has the same revision, so both would inject the same pods.',
      ]);
      expect(judge(istiod("default", ownedBy("istiod", "mesh")))[0]?.problem).to.contain(
        "from the Helm release mesh/istiod",
      );
      expect(judge(istiod("asm-1-30"))).to.deep.equal([]);
      expect(judge(istiod("default"), needs({ revision: "1-31-0" }))).to.deep.equal([]);
      const canary = { version: "1.32.0", revision: "next" };
      expect(judge(istiod("next"), needs({ revision: "1-31-0", canary }))).to.have.length(1);
    });

    it("owns a revision tag that the stack needs", () => {
      const tag = (name: string, rest = {}) => {
        const labels = { "istio.io/tag": name, "istio.io/rev": "1-30-0" };
        return { injectors: { value: [object(`istio-revision-tag-${name}`, { labels, ...rest })] } };
      };
      const message =
        'error existing-istio: The revision tag "default" exists already (MutatingWebhookConfiguration istio-revision-tag-default) and assigns its namespaces to the revision "1-30-0".';
      expect(problems(judge(tag("default")))).to.deep.equal([message]);
      const tagged = needs({ revision: "1-31-0", revisionTags: ["default"] });
      expect(problems(judge(tag("default"), tagged))).to.deep.equal([message]);
      expect(judge(tag("default", pulumis), tagged)).to.deep.equal([]);
      expect(judge(tag("prod"), tagged)).to.deep.equal([]);
      expect(judge(tag("default"), needs({ revision: "1-31-0" }))).to.deep.equal([]);
    });

    it("is a Helm release of the stack's own name in a namespace that Pulumi has not made", () => {
      const present = (managers: string[]) => ({
        namespaces: { value: [object("istio-system", { managers })] },
        helmRecords: { value: [record("istiod", 3, "deployed"), record("istiod", 2, "superseded")] },
      });
      expect(problems(judge(present(["helm", "kubectl-create"])))).to.deep.equal([
        "error existing-istio: The Helm release istio-system/istiod exists already, and Pulumi has not installed it. Helm refuses to install a second one of this name.",
      ]);
      expect(judge(present(["pulumi-kubernetes"]))).to.deep.equal([]);
      // The stack doesn't make this namespace, so its origin says nothing.
      expect(judge(present(["helm"]), needs({}, { namespaces: ["shop", "istio-ingress"] }))).to.deep.equal(
        [],
      );
    });
  });

  describe("a Helm release", () => {
    const at = (...records: ReturnType<typeof record>[]) => ({
      namespaces: { value: [object("istio-system", pulumis)] },
      helmRecords: { value: records },
    });

    for (const status of ["pending-install", "pending-upgrade", "pending-rollback"]) {
      it(`that is ${status} is an error, with the record to remove`, () => {
        expect(judge(at(record("istiod", 1, "deployed"), record("istiod", 2, status)))).to.deep.equal([
          {
            check: "helm-releases",
            severity: "error",
            problem: `The Helm release istio-system/istiod is ${status}: a run was killed, or is still working on it. Helm refuses every other operation on it.`,
            fix: "Make sure that no other run is installing it. Then remove the record of the interrupted operation; the next run continues with the objects that are there: kubectl delete secret -n istio-system sh.helm.release.v1.istiod.v2",
          },
        ]);
      });
    }

    it("that is uninstalling has its removal ended first", () => {
      const [finding] = judge(at(record("istiod", 1, "uninstalling")));
      expect(finding?.fix).to.equal(
        "End the removal, then drop the release from the stack's state: helm uninstall istiod -n istio-system; pulumi refresh",
      );
    });

    it("is judged by its newest record, and only if it is the stack's", () => {
      expect(
        judge(at(record("istiod", 9, "pending-upgrade"), record("istiod", 10, "deployed"))),
      ).to.deep.equal([]);
      expect(judge(at(record("other", 1, "pending-install")))).to.deep.equal([]);
    });
  });

  describe("a load balancer", () => {
    const bare = { nodes: { value: [{ name: "a" }] } };
    const warning = (nodes: string) =>
      `warning load-balancer: ${nodes}, and nothing in the cluster shows a load balancer. The Services of istio-ingress have the type LoadBalancer: without an address, the release fails after 300 s.`;

    it("is missed where nodes name no cloud, or one without", () => {
      expect(problems(judge(bare))).to.deep.equal([warning("The nodes name no cloud")]);
      const value = [{ name: "a", providerID: "kind://docker/kind/a" }];
      expect(problems(judge({ nodes: { value } }))).to.deep.equal([
        warning("The nodes are of kind, which has no load balancer of its own"),
      ]);
    });

    it("shows itself by a Service with an address, the nodes' cloud, or its CRDs", () => {
      const service = (addressed: boolean) => ({
        loadBalancers: { value: [{ namespace: "web", name: "web", addressed }] },
      });
      expect(judge({ ...bare, ...service(true) })).to.deep.equal([]);
      expect(judge({ ...bare, ...service(false) })).to.have.length(1);
      expect(judge({ ...bare, crds: { value: [object("ipaddresspools.metallb.io")] } })).to.deep.equal([]);
      expect(judge({ nodes: { value: [{ name: "a", providerID: "k3s://a" }] } })).to.deep.equal([]);
    });

    it("is not needed by gateways of another type or class, and not missed where it can't be known", () => {
      const gateway = (service: object) =>
        needs({ gateways: [{ name: "istio-ingress", values: { service } }] });
      expect(judge(bare, gateway({ type: "NodePort" }))).to.deep.equal([]);
      expect(judge(bare, gateway({ loadBalancerClass: "service.k8s.aws/nlb" }))).to.deep.equal([]);
      expect(judge(bare, gateway({ annotations: {} }))).to.have.length(1);
      expect(judge({ nodes: { value: [] } })).to.deep.equal([]);
    });
  });

  describe("volumes", () => {
    const annotations = { "storageclass.kubernetes.io/is-default-class": "true" };
    const volume = { owner: "Release monitoring/prometheus" };
    const wanting = (storageClass?: string) =>
      needs({}, { volumes: [{ ...volume, ...(storageClass !== undefined && { storageClass }) }] });

    it("need a default StorageClass, or the one that they name", () => {
      const named = { storageClasses: { value: [object("fast")] } };
      expect(problems(judge({}, wanting()))).to.deep.equal([
        "error storage-class: Volumes of Release monitoring/prometheus need a default StorageClass, and there is none. The cluster has no StorageClass.",
      ]);
      expect(judge(named, wanting())[0]?.fix).to.contain(
        "kubectl annotate storageclass fast storageclass.kubernetes.io/is-default-class=true",
      );
      expect(problems(judge(named, wanting("slow")))).to.deep.equal([
        'error storage-class: Volumes of Release monitoring/prometheus need the StorageClass "slow", which doesn\'t exist. The cluster has fast.',
      ]);
      expect(judge(named, wanting("fast"))).to.deep.equal([]);
      expect(
        judge({ storageClasses: { value: [object("standard", { annotations })] } }, wanting()),
      ).to.deep.equal([]);
    });
  });

  it("lists the missing rights by place", () => {
    const right = (verb: string, group: string, resource: string, namespace?: string) => ({
      ...{ verb, group, resource, allowed: false },
      ...(namespace !== undefined && { namespace }),
    });
    const value = [
      right("create", "", "secrets", "istio-system"),
      right("patch", "", "secrets", "istio-system"),
      right("create", "rbac.authorization.k8s.io", "clusterroles"),
      { ...right("create", "", "services", "istio-system"), allowed: true },
    ];
    expect(problems(judge({ rights: { value } }))).to.deep.equal([
      "error rights: The user of the kubeconfig lacks 3 of the rights that the run needs; in the cluster: create clusterroles.rbac.authorization.k8s.io; in istio-system: create and patch secrets.",
    ]);
  });

  describe("Pod Security", () => {
    const level = (name: string, enforce: string) => ({
      namespaces: { value: [object(name, { labels: { "pod-security.kubernetes.io/enforce": enforce } })] },
    });

    it("refuses proxies without the CNI node agent, in the mesh's namespaces only", () => {
      for (const enforce of ["baseline", "restricted"]) {
        const [finding, ...others] = judge(level("shop", enforce));
        expect(others).to.deep.equal([]);
        expect(problems(finding === undefined ? [] : [finding])).to.deep.equal([
          `error pod-security: The Pod Security level of shop (${enforce}) refuses pods with a proxy: their init container istio-init needs NET_ADMIN and NET_RAW.`,
        ]);
      }
      expect(judge(level("shop", "privileged"))).to.deep.equal([]);
      expect(judge(level("istio-ingress", "baseline"))).to.deep.equal([]);
      expect(judge(level("shop", "restricted"), needs({ cni: {} }))).to.deep.equal([]);
    });

    it("refuses the node agent itself", () => {
      expect(problems(judge(level("istio-system", "baseline"), needs({ cni: {} })))).to.deep.equal([
        "error pod-security: The Pod Security level of istio-system (baseline) refuses the CNI node agent, which needs privileged.",
      ]);
    });
  });

  it("misses namespaces that the stack doesn't create", () => {
    expect(problems(judge({}, needs({ cni: { namespace: "cni" } })))).to.deep.equal([
      "error namespaces: The namespace cni of the Helm release istio-cni doesn't exist, and the stack doesn't create it.",
    ]);
    expect(judge({}, needs({ cni: { namespace: "kube-system" } }))).to.deep.equal([]);
  });

  it("warns of parts that could not be read, and judges the others", () => {
    const failure = "the user may not list nodes";
    const findings = judge({ nodes: { failure }, kubernetes: "v1.20.0" });
    expect(problems(findings).slice(1)).to.deep.equal([
      "warning load-balancer: The check load-balancer is incomplete: the user may not list nodes.",
    ]);
    expect(findings[0]?.check).to.equal("kubernetes-version");
  });

  it("turns accepted errors into warnings", () => {
    const old = { ...empty, kubernetes: "v1.20.0" };
    expect(judgeCluster(old, needs(), ["kubernetes-version"]).map(({ severity }) => severity)).to.deep.equal([
      "warning",
    ]);
    expect(judgeCluster(old, needs(), ["rights"]).map(({ severity }) => severity)).to.deep.equal(["error"]);
  });

  it("knows the plurals of Kubernetes' and Istio's kinds", () => {
    expect(
      ["NetworkPolicy", "Gateway", "ServiceEntry", "Telemetry", "Ingress", "PeerAuthentication"].map(
        pluralOf,
      ),
    ).to.deep.equal([
      "networkpolicies",
      "gateways",
      "serviceentries",
      "telemetries",
      "ingresses",
      "peerauthentications",
    ]);
  });

  it("finds a workload whose selector would change, which Kubernetes refuses", () => {
    const workload = (kind: string, matchLabels: Record<string, string>) => ({
      kind,
      namespace: "shop",
      name: "web",
      matchLabels,
    });
    const needed = needs({}, { workloads: [workload("Deployment", { app: "web" })] });
    const found = (...value: ReturnType<typeof workload>[]) => judge({ workloads: { value } }, needed);
    expect(problems(found(workload("Deployment", { app: "web", version: "v1" })))).to.deep.equal([
      "error selectors: Deployment shop/web: Its selector is app=web,version=v1, but the catalog's is app=web. Kubernetes refuses to change it.",
    ]);
    expect(found(workload("Deployment", { app: "web" }))).to.deep.equal([]);
    expect(found(workload("StatefulSet", { app: "other" }))).to.deep.equal([]);
    expect(found()).to.deep.equal([]);
  });

  it("requires an istiod where the stack installs no control plane, and takes any", () => {
    const rest = needs({}, { releases: [] });
    delete (rest as { controlPlane?: unknown }).controlPlane;
    expect(problems(judge({}, rest))).to.deep.equal([
      "error existing-istio: The stack installs no control plane (meshwright:controlPlane is installed), but the cluster has no istiod, so the pods in shop would start without a proxy.",
    ]);
    const istiod = object("istiod", { namespace: "istio-system", labels: { "istio.io/rev": "default" } });
    expect(judge({ istiods: { value: [istiod] } }, rest)).to.deep.equal([]);
  });
});

function record(release: string, revision: number, status: string) {
  const secret = `sh.helm.release.v1.${release}.v${revision}`;
  return { namespace: "istio-system", release, revision, status, secret };
}
