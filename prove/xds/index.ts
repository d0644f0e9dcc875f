import type { Model, PlainObject, Workload } from "../../effect";
import { ensureToolchain, type OnBuildProgress, toolchainStatus } from "../../toolchain";
import type { Subject } from "../subject";
import { configurationClass } from "../configurationClass";
import { istiodOf } from "../istiodValues";
import { modelOf, objectsOf } from "../model";
import type { Oracle } from "../oracle";
import { proveByOracle } from "../proveByOracle";
import { providedFor } from "../provided";
import type { Proof } from "../question";
import { createTokenIssuer, type TokenIssuer } from "../tokens";
import { isAbout } from "../claims";
import { classesIn } from "./classes";
import { follow, followDirect } from "./follow";
import { type Istiod, startIstiod } from "./istiod";
import { objectOf, valueAt } from "./json";
import { clusterDefaults, policyOf, showsSetting } from "./policy";
import { configurationOf, type ProxyConfiguration } from "./proxy";
import { validationProofs } from "./validate";
import { nodeOf, type World, worldOf } from "./world";

/** What a proof by istiod's configuration needs besides its subject. */
export interface XdsOptions {
  /** Text that a claim's path or sentence contains; other claims are left out. Default: every claim. */
  readonly only?: string;
  /** Path of an Envoy that validates what istiod sends. Default: none does. */
  readonly envoy?: string;
  readonly onBuild?: OnBuildProgress;
  readonly say?: (text: string) => void;
}

/** Whether istiod is built, or on this machine, so that a proof needs no build. */
export async function isIstiodReady(): Promise<boolean> {
  const [status] = await toolchainStatus(["pilot-discovery"]);
  return status?.source !== "missing";
}

/**
 * Proves a subject by what a real istiod sends to its proxies: listeners, filters, routes, clusters and endpoints, which
 * are evaluated as Envoy does. It needs no cluster and no root, and no Envoy: only if there is one, it validates them, too.
 *
 * @throws Error if istiod refuses an object.
 */
export async function proveByXds(subject: Subject, options: XdsOptions = {}): Promise<Proof[]> {
  const issuer = createTokenIssuer();
  const { envoy, only } = options;
  const oracle = await xdsOracle(subject, issuer, options);
  const { model, configurations } = oracle;
  const validated =
    envoy === undefined ? [] : await validationProofs(envoy, { model, mesh: subject.mesh, configurations });
  return [...(await proveByOracle(oracle, subject, issuer, only)), ...validated.filter(isAbout(only))];
}

/** An oracle, and what istiod sends to the proxy of each workload. */
export interface XdsOracle extends Oracle {
  readonly configurations: ReadonlyMap<Workload, ProxyConfiguration>;
}

/** What istiod sends, as an oracle. istiod has ended when it is returned. */
export async function xdsOracle(
  subject: Subject,
  { jwks }: TokenIssuer,
  options: XdsOptions = {},
): Promise<XdsOracle> {
  const { say = () => undefined } = options;
  const model = modelOf(subject);
  const { istiod, world } = await istiodFor(
    subject,
    { model, objects: objectsOf(subject), replicas: () => 1 },
    options,
  );
  try {
    const configurations = new Map<Workload, ProxyConfiguration>();
    const classOf = configurationClass(
      model,
      (workload) => world.podsOf(workload)[0]?.labels ?? workload.labels,
    );
    const proxied = model.workloads.filter(({ proxy }) => proxy !== "none");
    const groups = Map.groupBy(proxied, classOf);
    await inParallel([...groups.values()], async (workloads) => {
      const [pod] = workloads.flatMap(world.podsOf);
      const node = pod && nodeOf(pod);
      if (node === undefined) return;
      const configuration = await configurationOf(istiod, node);
      for (const workload of workloads) configurations.set(workload, configuration);
      say(`${configurations.size} of ${model.workloads.length} workloads`);
    });
    const mesh = {
      model,
      world,
      jwks,
      provided: providedFor(subject.mesh),
      configurationOf: (workload: Workload) => configurations.get(workload),
    };
    return {
      model,
      configurations,
      classes: classesIn(mesh, classOf),
      shows: showsSetting,
      defaults: clusterDefaults,
      foretellDirect: (to, request) => followDirect(mesh, to, request),
      foretell: (from, request) => {
        const { parts, passed, route, clusters } = follow(mesh, from, request);
        const configuration = configurations.get(from);
        return {
          parts,
          passed,
          route: {
            ...(route && route.timeout > 0 && { timeout: route.timeout }),
            ...(route?.retries && { retries: route.retries }),
            mirrors: (route?.mirrors ?? []).map(({ cluster, percentage }) => ({
              host: cluster.split("|")[3] ?? "",
              port: Number(cluster.split("|")[1]),
              version: versionOf(configuration, world, cluster),
              percentage,
            })),
          },
          policies: clusters.map(policyOf),
        };
      },
    };
  } finally {
    await istiod.stop();
  }
}

/** Objects, the workloads that they make, and how many pods each of these has. */
export interface Deployed {
  readonly model: Model;
  readonly objects: readonly PlainObject[];
  readonly replicas: (workload: Workload) => number;
}

/** Starts istiod with objects, a subject's configuration, and a cluster of pods. */
export async function istiodFor(
  subject: Subject,
  { model, objects, replicas }: Deployed,
  { onBuild }: XdsOptions = {},
): Promise<{ readonly istiod: Istiod; readonly world: World }> {
  const toolchain = await ensureToolchain(["pilot-discovery"], onBuild);
  const world = worldOf(model, objects, replicas);
  const { meshConfig = {}, env = {} } = istiodOf(subject);
  const { mesh } = subject;
  const istiod = await startIstiod({
    program: toolchain.program("pilot-discovery"),
    objects: objects.filter(isIstios),
    cluster: world.cluster,
    meshConfig: { rootNamespace: mesh.rootNamespace, trustDomain: mesh.trustDomain, ...meshConfig },
    namespace: mesh.rootNamespace,
    ...(mesh.revision !== undefined && { revision: mesh.revision }),
    env: {
      // Without a network, istiod can't fetch keys. Signatures are verified here.
      PILOT_JWT_ENABLE_REMOTE_JWKS: "envoy",
      ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)])),
    },
  });
  return { istiod, world };
}

function isIstios({ apiVersion }: PlainObject): boolean {
  return apiVersion.includes(".istio.io/");
}

const together = 12;

/** Runs an action for each of many, a few at a time. */
export async function inParallel<T>(all: readonly T[], action: (one: T) => Promise<void>): Promise<void> {
  const rest = [...all];
  const work = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await action(next);
  };
  await Promise.all(Array.from({ length: together }, work));
}

/** The version of the pods that a cluster leads to. */
function versionOf(configuration: ProxyConfiguration | undefined, world: World, cluster: string): string {
  const [endpoints] = (configuration?.endpoints.get(cluster)?.endpoints ?? []) as unknown[];
  const [endpoint] = (objectOf(endpoints).lbEndpoints ?? []) as unknown[];
  const address = String(valueAt(endpoint, "endpoint", "address", "socketAddress", "address"));
  return world.podAt(address)?.workload.labels.version ?? "";
}
