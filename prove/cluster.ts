import { setTimeout as sleep } from "node:timers/promises";
import type { Mesh } from "../catalog";
import type { ReleaseSpec } from "../components/plain";
import { type Manifest, mergePatch } from "../mesh";
import { sandboxNodes } from "../sandbox/nodes";
import type { LabObject, Laboratory } from "./laboratory";
import { namespaces, probes, standIns } from "./standIns";
import type { Subject } from "./subject";

/** Values of istiod's chart that upstream Envoy needs, because it lacks Istio's own filters, and that keep it small. */
const istiodValues = {
  autoscaleEnabled: false,
  replicaCount: 1,
  global: { nativeNftables: true },
  env: { PILOT_ENABLE_ALPN_FILTER: "false", PILOT_ENABLE_METADATA_EXCHANGE: "false" },
  meshConfig: {
    defaultProviders: { metrics: [] },
    defaultConfig: { binaryPath: "/dev/shm/programs/envoy", concurrency: 1, drainDuration: "1s" },
  },
};

const gatewayValues = { autoscaling: { enabled: false }, replicaCount: 1 };

/** Kinds without an effect on requests, or whose CRDs the laboratory does not install. */
const leftOut = new Set([
  "ConfigMap",
  "HorizontalPodAutoscaler",
  "NetworkPolicy",
  "PersistentVolumeClaim",
  "PodDisruptionBudget",
  "PodMonitor",
  "PrometheusRule",
  "ServiceMonitor",
]);
const workloads = new Set(["Deployment", "StatefulSet", "Job"]);
const mostReplicas = 2;
const patience = 300_000;

/** The rendered objects as the laboratory applies them. */
export function adapted(objects: readonly Manifest[], mesh: Pick<Mesh, "services">): LabObject[] {
  const spread = new Set(
    mesh.services
      .filter(({ loadBalancing }) => loadBalancing.locality !== undefined)
      .flatMap(({ namespace, workloads: own }) => own.map(({ name }) => `${namespace}/${name}`)),
  );
  return objects
    .filter(({ kind }) => !leftOut.has(kind))
    .map((object) => {
      const { name, namespace = "" } = object.metadata;
      return adaptedObject(object, spread.has(`${namespace}/${name}`));
    });
}

/** @param everywhere whether its pods are in every zone, as locality settings have an effect only then. */
function adaptedObject(object: Manifest, everywhere: boolean): LabObject {
  const spec = object.spec as Record<string, unknown> | undefined;
  // Istio's metrics need a filter that upstream Envoy lacks.
  if (object.kind === "Telemetry")
    return { ...object, spec: mergePatch(spec, { metrics: null }) } as LabObject;
  if (object.kind === "Deployment" || object.kind === "StatefulSet") {
    const declared = Math.min(Number(spec?.replicas ?? 1), mostReplicas);
    const replicas = everywhere && declared > 0 ? sandboxNodes().length : declared;
    return { ...object, spec: mergePatch(spec, { replicas, volumeClaimTemplates: null }) } as LabObject;
  }
  return object.kind === "CronJob" ? deploymentOf(object) : object;
}

/** The pod of a CronJob, which runs now, and as long as the laboratory. */
function deploymentOf({ metadata, spec }: Manifest): LabObject {
  const { jobTemplate } = spec as {
    readonly jobTemplate: { readonly spec: { readonly template: PodTemplate } };
  };
  const { template } = jobTemplate.spec;
  const { labels } = template.metadata;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: mergePatch(template, { spec: { restartPolicy: "Always" } }),
    },
  } as never;
}

interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
}

/**
 * Brings a catalog up in an empty laboratory: Istio's charts, the rendered objects, stand-ins for what others deploy, and
 * the probes. Returns when every pod is ready and every proxy has its configuration.
 *
 * @param chart returns the path of a packaged chart.
 * @throws Error with the pods that do not become ready.
 */
export async function bringUp(
  laboratory: Laboratory,
  subject: Subject,
  chart: (name: string) => string,
  say: (text: string) => void,
): Promise<void> {
  const { mesh, objects, releases } = subject;
  const install = async (release: ReleaseSpec, extra: object): Promise<void> => {
    const { name, namespace } = release;
    const values = mergePatch(mergePatch(release.values, extra), { global: { tag: null } }) as Record<
      string,
      unknown
    >;
    await laboratory.install({ name, namespace, chart: chart(release.chart), values });
  };
  const of = (name: string): ReleaseSpec[] => releases.filter((release) => release.chart === name);
  const applied = adapted(objects, mesh);
  const rendered = new Set(
    applied.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name),
  );
  say("installing Istio");
  await laboratory.apply(applied.filter(({ kind }) => kind === "Namespace"));
  await laboratory.apply(namespaces(subject, rendered));
  for (const release of of("base")) await install(release, {});
  for (const release of of("istiod")) await install(release, istiodValues);
  await ready(laboratory, say);
  await webhooksReady(laboratory);
  say("applying the objects");
  // What the catalog adopts keeps the fields of the tool that has created it.
  await laboratory.apply(
    standIns(subject).filter(({ kind }) => !workloads.has(kind)),
    "others",
  );
  await laboratory.apply(applied.filter(({ kind }) => kind !== "Namespace" && !workloads.has(kind)));
  await laboratory.apply(await gatewaySecrets(laboratory, mesh));
  for (const release of of("gateway")) await install(release, gatewayValues);
  await laboratory.apply([
    ...applied.filter(({ kind }) => workloads.has(kind)),
    ...standIns(subject).filter(({ kind }) => workloads.has(kind)),
    ...probes(mesh),
  ]);
  await ready(laboratory, say);
  await settled(laboratory);
}

/** Waits until every workload has its pods and they are ready. */
async function ready(laboratory: Laboratory, say: (text: string) => void): Promise<void> {
  const end = Date.now() + patience;
  for (;;) {
    const { items } = (await laboratory.get("deployments,statefulsets", "--all-namespaces")) as {
      items: { metadata: { name: string }; spec: { replicas: number }; status: { readyReplicas?: number } }[];
    };
    const missing = items.filter(({ spec, status }) => (status.readyReplicas ?? 0) < spec.replicas);
    if (items.length > 0 && missing.length === 0) return;
    const names = missing.map(({ metadata }) => metadata.name).join(", ");
    say(`waiting for the pods of ${names}`);
    if (Date.now() > end) {
      const problems = (await laboratory.problems()).join("\n");
      throw new Error(`these workloads did not become ready: ${names}\n${problems}`);
    }
    await sleep(500);
  }
}

/** istiod writes its CA into its webhooks. Before that, the API server creates pods without proxies. */
async function webhooksReady(laboratory: Laboratory): Promise<void> {
  const end = Date.now() + patience;
  for (;;) {
    const { items } = (await laboratory.get("mutatingwebhookconfigurations")) as {
      items: { webhooks?: { clientConfig: { caBundle?: string } }[] }[];
    };
    const all = items.flatMap(({ webhooks = [] }) => webhooks);
    if (all.length > 0 && all.every(({ clientConfig }) => clientConfig.caBundle !== undefined)) return;
    if (Date.now() > end) throw new Error("istiod did not write its CA into its webhooks");
    await sleep(200);
  }
}

/** The certificates of the gateways' hosts, signed by the laboratory's CA, which their clients' certificates are of, too. */
async function gatewaySecrets(laboratory: Laboratory, mesh: Mesh): Promise<LabObject[]> {
  const ofClients = mesh.gateways.flatMap(({ pods: { namespace }, hosts: served }) =>
    served.flatMap(({ tls: { caCertCredentialName: name } }) =>
      name === undefined ? [] : [`${namespace}/${name}`],
    ),
  );
  const hosts = Map.groupBy(
    mesh.gateways.flatMap(({ pods, hosts: served }) =>
      served.flatMap(({ host, tls: { credentialName } }) =>
        credentialName === undefined ? [] : [{ host, place: `${pods.namespace}/${credentialName}` }],
      ),
    ),
    ({ place }) => place,
  );
  const { ca: trusted } = await laboratory.sign(["clients.example.org"]);
  const cas = [...new Set(ofClients)].map((place): LabObject => {
    const [namespace = "", name = ""] = place.split("/");
    return secret(namespace, name, { "ca.crt": trusted });
  });
  const pairs = await Promise.all(
    [...hosts].map(async ([place, served]): Promise<LabObject> => {
      const [namespace = "", name = ""] = place.split("/");
      const { key, cert, ca } = await laboratory.sign(served.map(({ host }) => host));
      return secret(namespace, name, { "tls.crt": cert, "tls.key": key, "ca.crt": ca });
    }),
  );
  return [...cas, ...pairs];
}

function secret(namespace: string, name: string, stringData: Readonly<Record<string, string>>): LabObject {
  return { apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, stringData } as never;
}

/** Fields of istiod's `/debug/syncz`. */
type Sync = Readonly<Record<string, string | undefined>> & { readonly proxy?: string };

/**
 * Waits until every proxy has acknowledged the newest configuration that its istiod has sent, and connections that were
 * opened under an older one have drained.
 */
export async function settled(laboratory: Laboratory): Promise<void> {
  const istiods = (await laboratory.pods()).filter(({ labels }) => labels.app === "istiod");
  const end = Date.now() + patience;
  let quiet = 0;
  let before = "";
  while (quiet < 3) {
    const texts = await Promise.all(
      istiods.map((pod) => laboratory.inPod(pod, "http://localhost:15014/debug/syncz")),
    );
    const proxies = texts.flatMap((text) => (JSON.parse(text) as Sync[] | null) ?? []);
    const all = ["cluster", "listener", "route", "endpoint"];
    const acked = proxies.every((proxy) =>
      all.every((type) => proxy[`${type}_sent`] === proxy[`${type}_acked`]),
    );
    const now = proxies
      .map((proxy) => JSON.stringify(proxy))
      .sort()
      .join();
    quiet = acked && now === before ? quiet + 1 : 0;
    before = now;
    if (Date.now() > end) throw new Error("the proxies did not acknowledge their configuration");
    await sleep(700);
  }
}
