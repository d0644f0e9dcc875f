import {
  type ClaimsDefinition,
  hostOf,
  ingressRelease,
  type MeshDefinition,
  monitoringNamespace,
} from "../catalog";
import type { CheckedMesh } from "../checks";
import type { Manifest } from "../mesh";
import {
  addOnsCatalog,
  type AddOnsOptions,
  collectorService,
  type Exposure,
  localToolUrls,
  parseAlertmanager,
  releaseNamespace,
  renderAddOns,
  renderObservability,
  type Tool,
  tools,
  type ToolUrls,
  usesCollector,
} from "../observability";
import type { MadeUpSecret } from "./addOns/context";
import { grafanaAdmin } from "./addOns/grafana";
import { jaegerClaim } from "./addOns/jaeger";
import { kialiSigningKey } from "./addOns/kiali";
import type { ExposureArgs, ObservabilityArgs } from "./observabilityArgs";
import { type AddOnReleases, addOnReleases } from "./observabilityReleases";
import { runError } from "./runError";

/** Everything that the component `Observability` declares, without the values of its secrets, as plain data. */
export interface ObservabilityPlan {
  /** Namespace of the add-ons. */
  readonly namespace: string;
  /** The add-ons' mesh objects: their namespace and authorization. Created before the releases. */
  readonly addOns: Manifest[];
  /** The add-ons' own catalog, whose paths the annotations of `addOns` name. */
  readonly addOnsCatalog: MeshDefinition;
  /** Secrets that are generated once. Created before the releases that name them. */
  readonly secrets: {
    /** Name and password of Grafana's administrator. */
    readonly grafanaAdmin: MadeUpSecret;
    /** Key that signs Kiali's sessions. */
    readonly kialiSigningKey: MadeUpSecret;
  };
  /** The Helm releases, by add-on. */
  readonly releases: AddOnReleases;
  /** Secrets with the certificates of the add-ons' hosts. */
  readonly credentials: readonly { readonly name: string; readonly namespace: string }[];
  /** Releases of the gateways that expose add-ons, with their namespaces. */
  readonly gateways: readonly { readonly name: string; readonly namespace: string }[];
  /** Rules, dashboards and monitors. Created after the release of Prometheus, which contains their CRDs. */
  readonly watching: Manifest[];
}

/** Kinds of the Prometheus operator. */
const operatorKinds = new Set(["PrometheusRule", "PodMonitor", "ServiceMonitor"]);

/**
 * Plans the observability components of a mesh.
 *
 * @param rendered the mesh's own objects, if they have been rendered already.
 * @throws {pulumi.RunError} with every misfit and its fix.
 */
export function observabilityPlan(
  name: string,
  mesh: CheckedMesh,
  args: ObservabilityArgs,
  rendered?: readonly Manifest[],
): ObservabilityPlan {
  const { namespace = monitoringNamespace, jaeger, prometheus } = args;
  const problems = [...misfits(mesh, args, namespace)];
  const options = addOnsOptions(args, namespace);
  let addOns: Manifest[] = [];
  try {
    addOns = renderAddOns(mesh, options, rendered);
  } catch (error) {
    problems.push((error as Error).message);
  }
  if (problems.length > 0) {
    throw runError(
      [`Observability "${name}" has contradicting arguments; no resource was registered.`, ...problems].join(
        "\n",
      ),
    );
  }
  const objects = renderObservability(mesh, {
    namespace,
    tools: toolUrls(args),
    ...(args.runbookUrl !== undefined && { runbookUrl: args.runbookUrl }),
  });
  const rules = objects.filter(({ kind }) => kind === "PrometheusRule");
  return {
    namespace,
    addOns: [
      ...addOns,
      ...(jaeger?.storage === undefined ? [] : [spansClaim(namespace, jaeger.storage, args.storageClass)]),
      ...((jaeger?.replicas ?? 1) > 1 ? [jaegerBudget(namespace)] : []),
    ],
    addOnsCatalog: addOnsCatalog(mesh, options),
    secrets: {
      grafanaAdmin: {
        name: grafanaAdmin.secret,
        namespace,
        known: { [grafanaAdmin.userKey]: "admin" },
        key: grafanaAdmin.passwordKey,
        length: 32,
      },
      kialiSigningKey: {
        name: kialiSigningKey.secret,
        namespace,
        known: {},
        key: kialiSigningKey.key,
        length: kialiSigningKey.bytes,
      },
    },
    releases: addOnReleases(mesh, args, rules),
    credentials: Object.values(options.exposed ?? {}).map(({ release, credentialName }) => ({
      name: credentialName,
      namespace: releaseNamespace(mesh, release),
    })),
    gateways: Object.values(options.exposed ?? {}).map(({ release }) => ({
      name: release,
      namespace: releaseNamespace(mesh, release),
    })),
    watching:
      (prometheus?.operator ?? true) ? objects : objects.filter(({ kind }) => !operatorKinds.has(kind)),
  };
}

/** Targets of the dashboards' links: an add-on's own host, or the local port of `meshwright open`. */
function toolUrls(args: ObservabilityArgs): ToolUrls {
  const urlOf = (tool: "kiali" | "jaeger"): string => {
    const host = args[tool]?.exposure?.host;
    const { path } = tools[tool];
    return host === undefined ? localToolUrls[tool] : `https://${host}${path === "/" ? "" : path}`;
  };
  return { kiali: urlOf("kiali"), jaeger: urlOf("jaeger") };
}

function addOnsOptions(args: ObservabilityArgs, namespace: string): AddOnsOptions {
  const exposed = (Object.keys(tools) as Tool[]).flatMap((tool): [string, Exposure][] => {
    const exposure = args[tool]?.exposure;
    return exposure === undefined ? [] : [[exposure.host, exposureOf(tool, exposure)]];
  });
  const { elasticsearchHost } = args.jaeger ?? {};
  const { operator = true, alertmanagers = [] } = args.prometheus ?? {};
  return {
    namespace,
    operator,
    alertmanagers: alertmanagers.flatMap((address) => parseAlertmanager(address) ?? []),
    exposed: Object.fromEntries(exposed),
    ...(args.istioDashboards !== undefined && { istioDashboards: true }),
    ...(elasticsearchHost !== undefined && { spanStoreHost: elasticsearchHost }),
  };
}

function exposureOf(
  tool: Tool,
  { release = ingressRelease, credentialName, minProtocolVersion, claims }: ExposureArgs,
): Exposure {
  return {
    tool,
    release,
    credentialName,
    ...(minProtocolVersion !== undefined && {
      minProtocolVersion: minProtocolVersion as NonNullable<Exposure["minProtocolVersion"]>,
    }),
    // The checks of the add-ons' catalog refuse values of another form.
    ...(claims !== undefined && { endUser: { claims: claims as ClaimsDefinition } }),
  };
}

/** Returns the errors that the types allow, but the add-ons don't. */
function* misfits(mesh: CheckedMesh, args: ObservabilityArgs, namespace: string): Iterable<string> {
  const { jaeger = {}, grafana = {}, collector } = args;
  const replicas = jaeger.replicas ?? 1;
  if (replicas > 1 && jaeger.elasticsearchHost === undefined) {
    yield `jaeger.replicas is ${replicas}, but each replica would store its own spans and show only a part of every trace. Set a shared store, jaeger.elasticsearchHost, or set replicas to 1.`;
  }
  if (jaeger.storage !== undefined && jaeger.elasticsearchHost !== undefined) {
    yield `jaeger.storage is ${jaeger.storage}, but spans go to ${jaeger.elasticsearchHost}. Remove one of the two.`;
  }
  if (grafana.storage !== undefined && (grafana.replicas ?? 1) > 1) {
    yield `grafana.storage is ${grafana.storage}, but a volume belongs to one pod and grafana.replicas is ${grafana.replicas}. Remove one of the two: dashboards and data sources need no volume.`;
  }
  if (args.runbookUrl !== undefined && !/^https?:\/\//.test(args.runbookUrl)) {
    yield `runbookUrl is "${args.runbookUrl}", which is not a URL. Set a URL such as https://runbooks.example.com/mesh, or remove it.`;
  }
  for (const address of args.prometheus?.alertmanagers ?? []) {
    if (parseAlertmanager(address) !== undefined) continue;
    yield `prometheus.alertmanagers has "${address}". Set a host with an optional port and without a scheme, such as alertmanager.alerting.svc.cluster.local:9093.`;
  }
  const sizes = {
    "prometheus.storage": args.prometheus?.storage,
    "grafana.storage": grafana.storage,
    "jaeger.storage": jaeger.storage,
  };
  for (const [field, size] of Object.entries(sizes)) {
    if (size === undefined || /^\d+(\.\d+)?([KMGTPE]i?|k|m)?$/.test(size)) continue;
    yield `${field} is "${size}". Set a Kubernetes quantity, such as 50Gi.`;
  }
  const tracing = mesh.telemetry?.tracing;
  const collects = usesCollector(mesh, namespace);
  const [direct, collected] = [tools.jaeger.service, collectorService].map((name) => hostOf(name, namespace));
  if (tracing !== undefined && tracing.service !== direct && !collects) {
    yield `The catalog's telemetry.tracing.service is ${tracing.service}, where no add-on receives spans. Set it to ${direct}, or to ${collected} for a collector in front of Jaeger, or set this component's namespace.`;
  }
  const readers = mesh.networkPolicies?.metricsNamespaces;
  if (readers?.includes(namespace) === false) {
    yield `The catalog's networkPolicies.metricsNamespaces are ${readers.join(", ")}, so Prometheus in ${namespace} can't scrape metrics. Add ${namespace}.`;
  }
  if (collector !== undefined && !collects) {
    yield `collector is set, but the catalog sends no spans to it. Set its telemetry.tracing.service to ${collected}, or remove collector.`;
  }
}

function spansClaim(namespace: string, storage: string, storageClassName: string | undefined): Manifest {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    // The volume may be bound only when a pod uses it, which is later.
    metadata: { name: jaegerClaim, namespace, annotations: { "pulumi.com/skipAwait": "true" } },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage } },
      ...(storageClassName !== undefined && { storageClassName }),
    },
  };
}

/** The chart has no PodDisruptionBudget. */
function jaegerBudget(namespace: string): Manifest {
  const { service } = tools.jaeger;
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: service, namespace },
    spec: { minAvailable: 1, selector: { matchLabels: { app: service } } },
  };
}
