import {
  AdmissionregistrationV1Api,
  ApiextensionsV1Api,
  AppsV1Api,
  AuthorizationV1Api,
  CoreV1Api,
  type KubeConfig,
  setHeaderOptions,
  StorageV1Api,
  type V1Deployment,
  type V1ObjectMeta,
  type V1StatefulSet,
} from "@kubernetes/client-node";
import type { ClusterNeeds } from "./needs";
import type {
  ClusterSnapshot,
  HelmRecord,
  ObjectMetadata,
  Part,
  Request,
  Right,
  SelectingWorkload,
} from "./snapshot";

/** Requests metadata alone: CRDs are large, and only the labels of Secrets may be read. */
const metadataOnly = setHeaderOptions(
  "Accept",
  "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
);

/**
 * Reads the state of a cluster that the checks need. All requests are sent at once. A request that fails becomes a part without a
 * value, so that the other checks still run.
 *
 * @param kubernetes the version that the API server reports.
 */
export async function readCluster(
  config: KubeConfig,
  kubernetes: string,
  needs: ClusterNeeds,
): Promise<ClusterSnapshot> {
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  const extensions = config.makeApiClient(ApiextensionsV1Api);
  const admission = config.makeApiClient(AdmissionregistrationV1Api);
  const storage = config.makeApiClient(StorageV1Api);
  const [
    nodes,
    crds,
    injectors,
    istiods,
    namespaces,
    loadBalancers,
    storageClasses,
    helmRecords,
    workloads,
    rights,
  ] = await Promise.all([
    // Every node names its cloud.
    part("nodes", async () =>
      (await core.listNode({ limit: 20 })).items.map(({ metadata, spec }) => ({
        name: metadata?.name ?? "",
        ...(spec?.providerID !== undefined && { providerID: spec.providerID }),
      })),
    ),
    part("customresourcedefinitions", () =>
      metadata(extensions.listCustomResourceDefinition({}, metadataOnly)),
    ),
    part("mutatingwebhookconfigurations", () =>
      metadata(
        admission.listMutatingWebhookConfiguration({ labelSelector: "app=sidecar-injector" }, metadataOnly),
      ),
    ),
    part("deployments", () =>
      metadata(apps.listDeploymentForAllNamespaces({ labelSelector: "app=istiod" }, metadataOnly)),
    ),
    part("namespaces", () => metadata(core.listNamespace({}, metadataOnly))),
    part("services", async () =>
      (await core.listServiceForAllNamespaces({ fieldSelector: "spec.type=LoadBalancer" })).items.map(
        ({ metadata: { name = "", namespace = "" } = {}, status }) => ({
          name,
          namespace,
          addressed: (status?.loadBalancer?.ingress ?? []).length > 0,
        }),
      ),
    ),
    part("storageclasses", () => metadata(storage.listStorageClass({}, metadataOnly))),
    part("secrets", () => readHelmRecords(core, needs)),
    part("workloads", () => readWorkloads(apps, needs)),
    part("the user's rights", () => readRights(config.makeApiClient(AuthorizationV1Api), needs.requests)),
  ]);
  return {
    kubernetes,
    nodes,
    crds,
    injectors,
    istiods,
    namespaces,
    loadBalancers,
    storageClasses,
    helmRecords,
    workloads,
    rights,
  };
}

/** An empty list of metadata has no items. */
async function metadata(
  list: Promise<{ items: { metadata?: V1ObjectMeta }[] | null }>,
): Promise<ObjectMetadata[]> {
  return ((await list).items ?? []).map(({ metadata: one = {} }) => ({
    name: one.name ?? "",
    ...(one.namespace !== undefined && { namespace: one.namespace }),
    labels: one.labels ?? {},
    annotations: one.annotations ?? {},
    managers: (one.managedFields ?? []).flatMap(({ manager }) => manager ?? []),
  }));
}

/** Helm stores each revision of a release as a Secret, with the status in its labels. */
async function readHelmRecords(core: CoreV1Api, { releases }: ClusterNeeds): Promise<HelmRecord[]> {
  const namespaces = [...new Set(releases.map(({ namespace }) => namespace))];
  const lists = await Promise.all(
    namespaces.map((namespace) =>
      metadata(core.listNamespacedSecret({ namespace, labelSelector: "owner=helm" }, metadataOnly)),
    ),
  );
  return lists.flat().map(({ name: secret, namespace = "", labels }) => ({
    namespace,
    release: labels.name ?? "",
    revision: Number(labels.version ?? 0),
    status: labels.status ?? "unknown",
    secret,
  }));
}

/** Deployments and StatefulSets in the namespaces of those that the catalog renders. */
async function readWorkloads(apps: AppsV1Api, needs: ClusterNeeds): Promise<SelectingWorkload[]> {
  const namespaces = [...new Set(needs.workloads.map(({ namespace }) => namespace))];
  const lists = await Promise.all(
    namespaces.flatMap((namespace) => [
      apps.listNamespacedDeployment({ namespace }).then(({ items }) => selectorsOf("Deployment", items)),
      apps.listNamespacedStatefulSet({ namespace }).then(({ items }) => selectorsOf("StatefulSet", items)),
    ]),
  );
  return lists.flat();
}

function selectorsOf(kind: string, items: readonly (V1Deployment | V1StatefulSet)[]): SelectingWorkload[] {
  return items.map(({ metadata: { name = "", namespace = "" } = {}, spec }) => ({
    kind,
    namespace,
    name,
    matchLabels: spec?.selector.matchLabels ?? {},
  }));
}

/** A cluster administrator needs one request; for others, each of the run's requests is reviewed. */
async function readRights(api: AuthorizationV1Api, requests: readonly Request[]): Promise<Right[]> {
  const allowed = async (request: Request): Promise<boolean> =>
    (
      await api.createSelfSubjectAccessReview({
        body: { spec: { resourceAttributes: { ...request } } },
      })
    ).status?.allowed ?? false;
  if (await allowed({ verb: "*", group: "*", resource: "*" })) {
    return requests.map((request) => ({ ...request, allowed: true }));
  }
  return Promise.all(requests.map(async (request) => ({ ...request, allowed: await allowed(request) })));
}

const patience = 10_000;

async function part<T>(what: string, read: () => Promise<T>): Promise<Part<T>> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${patience / 1000} s`));
    }, patience);
  });
  try {
    return { value: await Promise.race([read(), limit]) };
  } catch (error) {
    const { code, message = String(error) } = error as { code?: unknown; message?: string };
    return {
      failure:
        code === 403
          ? `the user may not list ${what}`
          : `${what} could not be read: ${message.split("\n")[0] ?? ""}`,
    };
  } finally {
    clearTimeout(timer);
  }
}
