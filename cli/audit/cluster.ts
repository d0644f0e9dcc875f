import { selectionOf } from "../../effect/selection";
import { ApiextensionsV1Api, CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { knownObject, type PlainObject } from "../../effect";
import { fieldsAt, listAt, textsByName } from "../../effect/field";
import { gatewaySecrets, readNames } from "../../effect/gatewaySecret";
import { otherPolicies } from "../../effect/networkPolicy";
import { selects } from "../../effect/object";
import { apiClient, customObjects } from "../apiClient";
import { listObjects } from "../drift/read";
import { readSecret } from "../secretContent";
import { istiodConfigMaps, systemNamespaces } from "./audited";

/** Kubernetes' own kinds that decide what the mesh does. Secrets are not listed. */
const kinds: readonly (readonly [apiVersion: string, kind: string])[] = [
  ["v1", "Namespace"],
  ["v1", "Service"],
  ["v1", "ServiceAccount"],
  ["v1", "Pod"],
  ["v1", "ConfigMap"],
  ["v1", "ReplicationController"],
  ["apps/v1", "Deployment"],
  ["apps/v1", "StatefulSet"],
  ["apps/v1", "DaemonSet"],
  ["apps/v1", "ReplicaSet"],
  ["batch/v1", "Job"],
  ["batch/v1", "CronJob"],
  ["autoscaling/v2", "HorizontalPodAutoscaler"],
  ["policy/v1", "PodDisruptionBudget"],
  ["networking.k8s.io/v1", "NetworkPolicy"],
];

/** Groups of CRDs whose objects are judged, besides Istio's. */
const groups = ["gateway.networking.k8s.io", "argoproj.io"];

/** Kinds that create pods: a pod that one of them owns is judged by its owner. */
const owners = new Set([...kinds.map(([, kind]) => kind), "Rollout"]);

/** What a cluster has. */
export interface LiveObjects {
  readonly objects: readonly PlainObject[];
  /** Secrets that may not be read, as `<namespace>/<name>`. */
  readonly denied: readonly string[];
  /** Kinds of policies of CNI plugins that may not be listed. */
  readonly deniedKinds: readonly string[];
}

/** Options of {@link clusterObjects}. */
export interface ReadOptions {
  /** Whether policies of CNI plugins may be missing, because the user may not list them. Default: false, which throws. */
  readonly withoutPolicies?: boolean;
}

/** A Secret that exists, or of which it is not known. */
interface NamedSecret {
  readonly secret: PlainObject;
  readonly place: string;
  readonly denied: boolean;
}

/** Reads the objects of a cluster, without those of Kubernetes itself. Of Secrets, only those that Gateways name are asked for. */
export async function clusterObjects(
  config: KubeConfig,
  { withoutPolicies = false }: ReadOptions = {},
): Promise<LiveObjects> {
  const { items } = await apiClient(config, ApiextensionsV1Api).listCustomResourceDefinition();
  const deniedKinds: string[] = [];
  const definitions = items.filter(({ spec: { group, names } }) => isRead(group, names.kind));
  const lists = await Promise.all([
    ...kinds.map(async ([apiVersion, kind]) =>
      (await listObjects(config, apiVersion, kind)).map((one): PlainObject => ({
        ...one,
        metadata: one.metadata,
        apiVersion,
        kind,
      })),
    ),
    ...definitions.map(async (one): Promise<PlainObject[]> => {
      try {
        return (await customObjects(config, one)) as unknown as PlainObject[];
      } catch (error) {
        const isDenied = (error as { readonly code?: unknown }).code === 403;
        if (!withoutPolicies || !isDenied || !isOtherPolicy(one.spec.group, one.spec.names.kind)) throw error;
        deniedKinds.push(one.spec.names.kind);
        return [];
      }
    }),
  ]);
  const objects = judgedObjects(lists.flat());
  const secrets = await namedSecrets(config, objects);
  return {
    objects: [...objects, ...secrets.map(({ secret }) => secret)],
    denied: secrets.flatMap(({ place, denied }) => (denied ? [place] : [])),
    deniedKinds: deniedKinds.sort(),
  };
}

/** Whether the objects of a CRD are read. Of the groups of CNI plugins, only policies: others have an object for each pod. */
export function isRead(group: string, kind: string): boolean {
  return group.endsWith(".istio.io") || groups.includes(group) || isOtherPolicy(group, kind);
}

/** Whether a kind is a policy of a CNI plugin, which may deny connections that NetworkPolicies allow. */
function isOtherPolicy(group: string, kind: string): boolean {
  return otherPolicies.some(([otherGroup, otherKind]) => otherGroup === group && otherKind === kind);
}

/** The objects of a cluster that users decide about: without those of Kubernetes itself, and without pods of controllers. */
export function judgedObjects(objects: readonly PlainObject[]): PlainObject[] {
  return objects.filter(isJudged).map(withDates);
}

/** Argo CD's kinds that install other objects, which are in the cluster themselves. */
const installers = ["Application", "ApplicationSet", "AppProject"];

function isJudged(object: PlainObject): boolean {
  const { namespace, kind, group, name } = knownObject(object);
  if (group === "argoproj.io" && installers.includes(kind)) return false;
  if (systemNamespaces.includes(kind === "Namespace" ? name : namespace)) return false;
  if (kind === "ConfigMap") return /^istio(-|$)/.test(name) && !istiodConfigMaps.has(name);
  const { ownerReferences } = (object.metadata ?? {}) as {
    readonly ownerReferences?: readonly { readonly kind: string }[];
  };
  return !(ownerReferences ?? []).some((owner) => owners.has(owner.kind));
}

/** The client turns timestamps into dates. A pod of an operator's object counts as one without an owner. */
function withDates(object: PlainObject): PlainObject {
  const { creationTimestamp, ownerReferences, ...metadata } = (object.metadata ?? {}) as Record<
    string,
    unknown
  >;
  const created = creationTimestamp instanceof Date ? creationTimestamp.toISOString() : creationTimestamp;
  return {
    ...object,
    metadata: {
      ...metadata,
      creationTimestamp: created,
      ...(object.kind !== "Pod" && ownerReferences !== undefined && { ownerReferences }),
    },
  };
}

/** The Secrets of Gateways that exist, without their content, and those that may not be read. */
async function namedSecrets(config: KubeConfig, objects: readonly PlainObject[]): Promise<NamedSecret[]> {
  const known = objects.map(knownObject);
  const pods = known.flatMap(({ namespace, spec }) => {
    const labels = textsByName(fieldsAt(spec, "template", "metadata"), "labels");
    return Object.keys(labels).length > 0 ? [{ namespace, labels }] : [];
  });
  const wanted = known
    .filter(({ kind, group }) => kind === "Gateway" && group === "networking.istio.io")
    .flatMap((gateway) => {
      const { spec } = gateway;
      const selector = selectionOf(gateway).labels;
      const namespaces = pods
        .filter(({ labels }) => selects(selector, labels))
        .map(({ namespace }) => namespace);
      return listAt(spec, "servers")
        .flatMap((server) => gatewaySecrets(fieldsAt(server, "tls")))
        .flatMap(readNames)
        .flatMap((name) => namespaces.map((namespace) => `${namespace}/${name}`));
    });
  const core = apiClient(config, CoreV1Api);
  const found = await Promise.all(
    [...new Set(wanted)].map(async (place): Promise<NamedSecret[]> => {
      const [namespace = "", name = ""] = place.split("/");
      const secret: PlainObject = { apiVersion: "v1", kind: "Secret", metadata: { name, namespace } };
      const content = await readSecret(core, { namespace, name });
      return content === undefined ? [] : [{ secret, place, denied: content === "denied" }];
    }),
  );
  return found.flat();
}
