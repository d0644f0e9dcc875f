import type { IstioControlPlaneArgs, ReleaseSpec } from "../../components/plain";
import type { Labels } from "../../catalog";
import type { Manifest } from "../../mesh";
import { objectsOf, type Plan, releasesOf } from "../plan";
import type { Request, SelectingWorkload } from "./snapshot";

/** The requirements of a stack on its cluster, as plain data. */
export interface ClusterNeeds {
  /** Missing if another stack or tool installs the control plane. */
  readonly controlPlane?: IstioControlPlaneArgs;
  readonly releases: readonly ReleaseSpec[];
  /** Namespaces that the stack creates. */
  readonly namespaces: readonly string[];
  /** Namespaces whose pods get a sidecar. */
  readonly meshNamespaces: readonly string[];
  /** Volumes that releases request. Without a class they get the cluster's default. */
  readonly volumes: readonly Volume[];
  /** Deployments and StatefulSets that the catalog renders. */
  readonly workloads: readonly SelectingWorkload[];
  /** Requests that the run makes. */
  readonly requests: readonly Request[];
}

export interface Volume {
  /** The object that requires it, for messages: `Release monitoring/prometheus`. */
  readonly owner: string;
  readonly storageClass?: string;
}

/** Derives the requirements from a plan. */
export function needsOf(plan: Plan): ClusterNeeds {
  const releases = releasesOf(plan);
  const objects = objectsOf(plan).flatMap((declared) => declared.objects);
  const namespaces = objects.filter(({ kind }) => kind === "Namespace");
  return {
    ...(plan.installsControlPlane && { controlPlane: plan.controlPlane }),
    releases,
    namespaces: namespaces.map(({ metadata }) => metadata.name),
    meshNamespaces: [
      ...new Set([
        ...plan.mesh.services.map(({ namespace }) => namespace),
        ...namespaces.filter(isInjected).map(({ metadata }) => metadata.name),
      ]),
    ].filter((name) => !gatewayNamespaces(releases).has(name)),
    volumes: volumesOf(plan),
    workloads: selectingWorkloads(plan.objects),
    requests: requestsOf(releases, objects),
  };
}

/** The Deployments and StatefulSets among some objects. */
export function selectingWorkloads(objects: readonly Manifest[]): SelectingWorkload[] {
  return objects.flatMap(({ kind, metadata: { name, namespace = "" }, spec }) =>
    kind === "Deployment" || kind === "StatefulSet"
      ? [
          {
            kind,
            namespace,
            name,
            matchLabels: (spec as { selector: { matchLabels: Labels } }).selector.matchLabels,
          },
        ]
      : [],
  );
}

/** Pods of gateways are proxies themselves, without redirection. */
function gatewayNamespaces(releases: readonly ReleaseSpec[]): Set<string> {
  return new Set(releases.filter(({ chart }) => chart === "gateway").map(({ namespace }) => namespace));
}

function isInjected({ metadata: { labels = {} } }: Manifest): boolean {
  return labels["istio-injection"] === "enabled" || labels["istio.io/rev"] !== undefined;
}

function volumesOf({ observability }: Plan): Volume[] {
  if (observability === undefined) return [];
  const { args, plan } = observability;
  return (["prometheus", "grafana", "jaeger"] as const)
    .filter((addOn) => args[addOn]?.storage !== undefined)
    .map((addOn) => ({
      owner: `Release ${plan.releases[addOn].namespace}/${plan.releases[addOn].name}`,
      ...(args.storageClass !== undefined && { storageClass: args.storageClass }),
    }));
}

/** Objects that the charts of Istio and of the add-ons always create, keyed by API group. */
const clusterWide: Readonly<Record<string, readonly string[]>> = {
  "apiextensions.k8s.io": ["customresourcedefinitions"],
  "admissionregistration.k8s.io": ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
  "rbac.authorization.k8s.io": ["clusterroles", "clusterrolebindings"],
};
const namespaced: Readonly<Record<string, readonly string[]>> = {
  "": ["secrets", "services", "serviceaccounts", "configmaps"],
  apps: ["deployments"],
  "rbac.authorization.k8s.io": ["roles", "rolebindings"],
};

function requestsOf(releases: readonly ReleaseSpec[], objects: readonly Manifest[]): Request[] {
  const list = (table: Readonly<Record<string, readonly string[]>>) =>
    Object.entries(table).flatMap(([group, resources]) => resources.map((resource) => ({ group, resource })));
  const namespaces = [...new Set(releases.map(({ namespace }) => namespace))];
  const created = [
    ...(releases.length === 0 ? [] : list(clusterWide)),
    ...namespaces.flatMap((namespace) => list(namespaced).map((one) => ({ ...one, namespace }))),
    ...releases
      .filter(({ chart }) => chart === "cni")
      .map(({ namespace }) => ({ group: "apps", resource: "daemonsets", namespace })),
    ...objects.map(({ apiVersion, kind, metadata: { namespace } }) => ({
      group: apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "",
      resource: pluralOf(kind),
      ...(namespace !== undefined && { namespace }),
    })),
  ];
  const keyed = new Map(
    created.flatMap((one) =>
      ["create", "patch"].map((verb) => [JSON.stringify({ verb, ...one }), { verb, ...one }] as const),
    ),
  );
  return [...keyed.values()];
}

/** Returns the resource's name in the API, by the rule of Kubernetes and Istio. */
export function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return name.endsWith("s") ? `${name}es` : `${name}s`;
}
