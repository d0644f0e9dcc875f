import {
  knownObject,
  type MeshSettings,
  type PlainObject,
  podTemplateOf,
  settingsOf,
  type Workload,
} from "../../effect";
import { fieldsAt, listAt, textAt, textsByName } from "../../effect/field";
import { isMeshConfig, meshConfigIn, meshConfigOf } from "../meshSettings";
import type { ReleaseSource } from "./sources";

/** A Helm release as Pulumi's provider names its fields: what the policies judge. */
export interface ReleaseProps {
  readonly name: string;
  readonly chart: string;
  readonly namespace?: string;
  readonly version?: string;
  readonly repositoryOpts?: { readonly repo: string };
  readonly values: Readonly<Record<string, unknown>>;
}

/** Returns a release with the names of Pulumi's provider. */
export function releaseProps({
  release,
  chart,
  namespace,
  version,
  repository,
  values,
}: ReleaseSource): ReleaseProps {
  return {
    name: release,
    chart,
    ...(namespace !== undefined && { namespace }),
    ...(version !== undefined && { version }),
    ...(repository !== undefined && { repositoryOpts: { repo: repository } }),
    values: values ?? {},
  };
}

/** The settings of the mesh: by the release of istiod, or by the ConfigMap that its chart installs. */
export function meshSettings(
  objects: readonly PlainObject[],
  releases: readonly ReleaseSource[],
): Partial<MeshSettings> {
  const istiod = releases.find(({ chart }) => chart === "istiod");
  if (!istiod) return settingsOf(meshConfigOf(objects) ?? {});
  const { meshConfig = {}, global = {} } = (istiod.values ?? {}) as {
    readonly meshConfig?: { readonly rootNamespace?: string };
    readonly global?: { readonly istioNamespace?: string };
  };
  const rootNamespace = meshConfig.rootNamespace ?? global.istioNamespace;
  return settingsOf({ ...meshConfig, ...(rootNamespace !== undefined && { rootNamespace }) });
}

/** The workloads that releases of Istio's gateway chart create. */
export function gatewayWorkloads(releases: readonly ReleaseSource[]): Workload[] {
  return releases
    .filter(({ chart }) => chart === "gateway")
    .map(({ release, namespace = "default", values = {} }) => {
      const {
        labels = {},
        name = release,
        serviceAccount = {},
      } = values as {
        readonly labels?: Readonly<Record<string, string>>;
        readonly name?: string;
        readonly serviceAccount?: { readonly name?: string };
      };
      return {
        name,
        namespace,
        labels: { app: name, istio: name.replace(/^istio-/, ""), ...labels },
        serviceAccount: serviceAccount.name ?? name,
        proxy: "gateway",
      };
    });
}

/**
 * The release of istiod that a ConfigMap of its chart shows: only the mesh configuration is known. Undefined for other
 * objects, and if the text is not YAML.
 */
export function releaseOfMeshConfig(object: PlainObject): ReleaseProps | undefined {
  const meshConfig = meshConfigIn(object);
  if (!meshConfig) return undefined;
  const { namespace } = (object.metadata ?? {}) as { readonly namespace?: string };
  return {
    name: "istiod",
    chart: "istiod",
    ...(namespace !== undefined && { namespace }),
    values: { meshConfig },
  };
}

/** Images of the DaemonSets of Istio's charts cni and ztunnel, and of istiod. */
const nodeImage = /(^|\/)(install-cni|ztunnel)([:@][^/]*)?$/;
const istiodImage = /(^|\/)pilot([:@][^/]*)?$/;

/** Whether every container of an object's pods runs such an image. */
function runsOnly(image: RegExp, object: PlainObject): boolean {
  const template = podTemplateOf(knownObject(object));
  const containers = ["initContainers", "containers"].flatMap((list) =>
    listAt(fieldsAt(template, "spec"), list),
  );
  return (
    containers.length > 0 && containers.every((container) => image.test(textAt(container, "image") ?? ""))
  );
}

/** Whether an object is a DaemonSet of Istio's charts cni and ztunnel. They configure the network of nodes, which needs root. */
function isNodeAgent(object: PlainObject): boolean {
  return (
    object.kind === "DaemonSet" &&
    textsByName(object.metadata, "labels")["app.kubernetes.io/part-of"] === "istio" &&
    runsOnly(nodeImage, object)
  );
}

/** Whether a webhook calls istiod: its Service, or as on the sandbox a process on the machine of the API server. */
function callsIstiod(webhook: unknown): boolean {
  const client = fieldsAt(webhook, "clientConfig");
  const url = textAt(client, "url");
  return url === undefined
    ? /^istiod(-|$)/.test(textAt(fieldsAt(client, "service"), "name") ?? "")
    : /^https:\/\/localhost(:\d+)?\//.test(url);
}

/**
 * Whether an object is a webhook of istiod as the charts install it. It calls istiod alone, and pods do not start while
 * istiod does not answer. istiod itself changes the failure policy of its validation.
 */
function isIstiodsWebhook({ kind, metadata, webhooks }: PlainObject): boolean {
  if (kind !== "MutatingWebhookConfiguration" && kind !== "ValidatingWebhookConfiguration") return false;
  const own = listAt({ webhooks }, "webhooks");
  return (
    ["istiod", "sidecar-injector"].includes(textsByName(metadata, "labels").app ?? "") &&
    own.length > 0 &&
    own.every(
      (webhook) =>
        callsIstiod(webhook) &&
        (kind === "ValidatingWebhookConfiguration" || textAt(webhook, "failurePolicy") === "Fail"),
    )
  );
}

/** Whether an object is a part of Istio's charts that configures or runs the control plane, or an agent of each node. */
export function isChartConfiguration(object: PlainObject): boolean {
  if (isNodeAgent(object) || isIstiodsWebhook(object)) return true;
  const { name = "", labels } = (object.metadata ?? {}) as {
    readonly name?: string;
    readonly labels?: { readonly app?: unknown } | null;
  };
  if (object.kind === "Deployment") return labels?.app === "istiod" && runsOnly(istiodImage, object);
  if (object.kind === "Service") return labels?.app === "istiod";
  return isMeshConfig(object) || (object.kind === "ConfigMap" && /^istio-sidecar-injector(-|$)/.test(name));
}
