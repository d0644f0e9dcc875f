/**
 * What the sandbox runs, and at which version. Plain data: `find.ts` looks for these programs on the machine,
 * `build.ts` builds the rest from the Go modules below `toolchain/modules/`.
 */

/** A Go module of ours whose go.mod pins the sources of several programs, so that they share one compilation. */
export type ModuleName = "cluster" | "pulumi" | "nodejs" | "random";

export interface Program {
  /** Version we build, without a leading `v`. */
  readonly version: string;
  readonly module: ModuleName;
  /** Go package to build, as written on `go build`'s command line inside the module. */
  readonly package: string;
  /**
   * How to recognize a program that is already on PATH. Without it only our own build is used.
   */
  readonly onPath?: {
    /** Arguments that make the program print its version. */
    readonly args: readonly string[];
    /** Versions that are known to work, as a semver range. */
    readonly accepts: string;
    /** Another program that must stand in the same folder: the two are one distribution. */
    readonly beside?: string;
  };
  /** Set for a Pulumi resource plugin: found and kept in a plugin folder rather than on PATH. */
  readonly plugin?: "kubernetes" | "random";
}

const kubernetes = { version: "1.36.3", module: "cluster" } as const;
const istio = { version: "1.31.0", module: "cluster" } as const;

export const programs = {
  etcd: {
    version: "3.6.8",
    module: "cluster",
    package: "go.etcd.io/etcd/server/v3",
    onPath: { args: ["--version"], accepts: "^3.5.0" },
  },
  "kube-apiserver": {
    ...kubernetes,
    package: "k8s.io/kubernetes/cmd/kube-apiserver",
    onPath: { args: ["--version"], accepts: "~1.36.0" },
  },
  "kube-controller-manager": {
    ...kubernetes,
    package: "k8s.io/kubernetes/cmd/kube-controller-manager",
    onPath: { args: ["--version"], accepts: "~1.36.0" },
  },
  "kube-scheduler": {
    ...kubernetes,
    package: "k8s.io/kubernetes/cmd/kube-scheduler",
    onPath: { args: ["--version"], accepts: "~1.36.0" },
  },
  // kubectl is supported one minor version either side of the API server.
  kubectl: {
    ...kubernetes,
    package: "k8s.io/kubernetes/cmd/kubectl",
    onPath: { args: ["version", "--client"], accepts: ">=1.35.0 <1.38.0" },
  },
  kwok: {
    version: "0.8.0",
    module: "cluster",
    package: "sigs.k8s.io/kwok/cmd/kwok",
    onPath: { args: ["--version"], accepts: "~0.8.0" },
  },
  helm: {
    version: "3.22.0",
    module: "cluster",
    package: "helm.sh/helm/v3/cmd/helm",
    onPath: { args: ["version", "--short"], accepts: ">=3.14.0 <5.0.0" },
  },
  "pilot-discovery": { ...istio, package: "istio.io/istio/pilot/cmd/pilot-discovery" },
  "pilot-agent": { ...istio, package: "istio.io/istio/pilot/cmd/pilot-agent" },
  istioctl: {
    ...istio,
    package: "istio.io/istio/istioctl/cmd/istioctl",
    onPath: { args: ["version", "--remote=false"], accepts: "~1.31.0" },
  },
  pulumi: {
    version: "3.216.0",
    module: "pulumi",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    onPath: { args: ["version"], accepts: "^3.216.0", beside: "pulumi-language-nodejs" },
  },
  // The last release that has the Node.js host in a Go module of its own; it runs today's @pulumi/pulumi.
  "pulumi-language-nodejs": {
    version: "3.68.0",
    module: "nodejs",
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    onPath: { args: [], accepts: "*", beside: "pulumi" },
  },
  "pulumi-resource-kubernetes": {
    version: "4.25.0",
    module: "pulumi",
    package: "./pulumi-resource-kubernetes",
    plugin: "kubernetes",
  },
  "pulumi-resource-random": {
    version: "4.21.2",
    module: "random",
    package: "./pulumi-resource-random",
    plugin: "random",
  },
} as const satisfies Record<string, Program>;

export type ProgramName = keyof typeof programs;

export const programNames = Object.keys(programs) as ProgramName[];

/** The programs that bring a platform up on the sandbox and let a user look at it. */
export const sandboxPrograms = programNames.filter((name) => name !== "pilot-agent");

/** The pinned entry of `name`, in the general shape (the table itself has literal types). */
export function pinOf(name: ProgramName): Program {
  return programs[name];
}

/** Values that Go's linker writes into the programs of each module, so that they report their real version. */
export const linkerValues: Record<ModuleName, Record<string, string>> = {
  cluster: {
    "k8s.io/component-base/version.gitVersion": `v${kubernetes.version}`,
    "k8s.io/component-base/version.gitMajor": "1",
    "k8s.io/component-base/version.gitMinor": "36",
    "istio.io/istio/pkg/version.buildVersion": istio.version,
    "helm.sh/helm/v3/internal/version.version": `v${programs.helm.version}`,
  },
  pulumi: {
    "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${programs.pulumi.version}`,
    "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version":
      programs["pulumi-resource-kubernetes"].version,
  },
  nodejs: {
    "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${programs["pulumi-language-nodejs"].version}`,
  },
  random: { "main.version": programs["pulumi-resource-random"].version },
};

/** Istio's charts inside its Go module, by the name they are published under. */
export const istioCharts = {
  version: istio.version,
  goModule: "istio.io/istio",
  folders: {
    base: "manifests/charts/base",
    istiod: "manifests/charts/istio-control/istio-discovery",
    gateway: "manifests/charts/gateway",
    cni: "manifests/charts/istio-cni",
    ztunnel: "manifests/charts/ztunnel",
  },
} as const;

/** The Go release that the modules need. */
export const goVersion = "1.26.0";
