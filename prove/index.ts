import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureToolchain, istioCharts, type OnBuildProgress } from "../toolchain";
import { laboratoryFiles } from "../toolchain/laboratory";
import { singleQuestions } from "./alike";
import { askAll, hasLabels, podOf, podsBehind, podsOf } from "./ask";
import { requireLaboratory } from "./availability";
import { bringUp } from "./cluster";
import type { Subject } from "./subject";
import { type Laboratory, startLaboratory, undeclaredHost } from "./laboratory";
import type { Proof } from "./question";
import { experimentsOf, questionsOf, runAll } from "./claims";
import type { Stage } from "./experiment";
import { recordKey } from "./laboratory/providers";
import { sinkOf } from "./logSink";
import { quotasIn } from "./model";
import { judgeAll } from "./judge";
import { createTokenIssuer } from "./tokens";

export type { Subject as ProofSubject } from "./subject";
export { combine, type CombinedProof } from "./combine";
export { type Proof, type Tier, tiers, type Verdict } from "./question";
export { modelOf } from "./model";
export { proveStatically } from "./static";
export { isIstiodReady, proveByXds, type XdsOptions } from "./xds";
export { costOf, keyOfProxy, type MeshCost, type ProxyCost } from "./xds/cost";
export { type ResourceType, resourceTypes } from "./xds/proxy";

/** What a proof needs besides its subject. */
export interface ProofOptions {
  /** Text that a claim's path or sentence contains; other claims are left out. Default: none, every claim. */
  readonly only?: string;
  /** Folder for the logs of the laboratory's processes. Default: none. */
  readonly logs?: string;
  /** Milliseconds beyond which no answer is waited for. Default: 20,000. */
  readonly longestWait?: number;
  readonly onBuild?: OnBuildProgress;
  /** Is called with the most memory that the laboratory's processes have used together, in bytes. */
  readonly onMemory?: (bytes: number) => void;
  readonly say?: (text: string) => void;
}

const programs = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kubectl",
  "helm",
  "pilot-discovery",
  "pilot-agent",
] as const;

/** A catalog that is up in a laboratory, to ask questions of. */
export interface Bench {
  readonly laboratory: Laboratory;
  /** Asks the questions of the catalog, and judges its claims. */
  prove(only?: string): Promise<Proof[]>;
  stop(): Promise<void>;
}

/**
 * Brings a subject up.
 *
 * @throws {UserError} with the exit code 3 if this machine can't run a laboratory.
 * @throws Error if the subject does not come up; nothing of it is left.
 */
export async function openBench(subject: Subject, options: ProofOptions = {}): Promise<Bench> {
  const { say = () => undefined, logs, longestWait, onBuild } = options;
  const { mesh } = subject;
  await requireLaboratory();
  const quotas = quotasIn(subject);
  const toolchain = await ensureToolchain(
    [...programs, ...(quotas === undefined ? [] : (["ratelimit"] as const))],
    onBuild,
  );
  const { envoy, bootstrap, nft } = await laboratoryFiles(say);
  const paths = Object.fromEntries(programs.map((name) => [name, toolchain.program(name)])) as Record<
    (typeof programs)[number],
    string
  >;
  const issuer = createTokenIssuer();
  say("starting the control plane");
  const laboratory = await startLaboratory({
    programs: {
      ...paths,
      envoy,
      bootstrap,
      nft: nft.path,
      ...(quotas !== undefined && { ratelimit: toolchain.program("ratelimit") }),
      ...(nft.libraries !== undefined && { nftLibraries: nft.libraries }),
    },
    ...(logs !== undefined && { logs }),
    ...outsideOf(subject),
    jwks: issuer.jwks,
    ...(quotas !== undefined && { quotas }),
  });
  try {
    const chart = (name: string): string => join(toolchain.charts, `${name}-${istioCharts.version}.tgz`);
    await bringUp(laboratory, subject, chart, say);
  } catch (error) {
    await laboratory.stop();
    throw error;
  }
  return {
    laboratory,
    prove: async (only) => {
      const questions = questionsOf(subject, issuer, only).flatMap(singleQuestions);
      const experiments = experimentsOf(subject, issuer, only);
      return [
        ...judgeAll(questions, await askAll(laboratory, mesh, questions, say)),
        ...(await runAll(experiments, await stageFor(laboratory, subject, longestWait), say)),
      ];
    },
    stop: () => laboratory.stop(),
  };
}

/** Proves a subject in a laboratory of its own. */
export async function prove(subject: Subject, options: ProofOptions = {}): Promise<Proof[]> {
  const bench = await openBench(subject, options);
  try {
    const proofs = await bench.prove(options.only);
    options.onMemory?.(await bench.laboratory.memory());
    return proofs;
  } finally {
    await bench.stop();
  }
}

async function stageFor(laboratory: Laboratory, subject: Subject, longestWait = 20_000): Promise<Stage> {
  const { mesh } = subject;
  let pods = await laboratory.pods();
  return {
    mesh,
    longestWait,
    slack: 2500,
    deviations: 5,
    policies: () => undefined,
    real: true,
    route: () => undefined,
    filters: () => undefined,
    quotas: () => undefined,
    portsRead: () => undefined,
    connects: () => undefined,
    reported: () => undefined,
    gatewayReported: () => undefined,
    gatewayPods: (namespace, selector) =>
      pods.filter((pod) => pod.namespace === namespace && hasLabels(pod, selector)),
    spans: async (host, trace) => {
      const receivers = podsBehind(pods, mesh, host);
      const seen = await Promise.all(receivers.map((pod) => laboratory.seen(pod, trace)));
      return seen.flat().map(({ path }) => path);
    },
    log: (pod, key) => laboratory.log(pod, key),
    sink: (provider) => sinkOf(subject, provider),
    collected: async (host, key, principal) => {
      const receivers = podsBehind(pods, mesh, host);
      const records = await Promise.all(receivers.map((pod) => laboratory.seen(pod, recordKey(key))));
      return records.flat().filter(({ path }) => path === principal).length;
    },
    copied: () => sleep(500),
    send: async (caller, request) => {
      const pod = podOf(pods, mesh, caller);
      return pod === undefined ? undefined : (await laboratory.send(pod, [request]))[0];
    },
    seen: async (service, key) =>
      (await Promise.all(podsOf(pods, mesh, service).map((pod) => laboratory.seen(pod, key)))).flat(),
    pods: (service) => podsOf(pods, mesh, service),
    podOf: (caller) => podOf(pods, mesh, caller),
    rollOut: async (name) => {
      const service = mesh.services.find((one) => one.name === name);
      if (service === undefined) return "there is no such service";
      const problems = await Promise.all(
        service.workloads.map((workload) =>
          laboratory.rollOut({ namespace: service.namespace, name: workload.name }),
        ),
      );
      pods = await laboratory.pods();
      return problems.find((one) => one !== undefined);
    },
    replicas: (service) => podsOf(pods, mesh, service).length,
  };
}

/** Hosts and ports outside of the mesh: those of external services and of key sets, and one that is not declared. */
function outsideOf({ mesh }: Subject) {
  const ports = mesh.externalServices.flatMap((service) =>
    service.ports.map(({ targetPort, protocol }) => ({
      port: targetPort,
      tls: service.tls !== undefined || protocol === "tls",
    })),
  );
  const keySets = mesh.jwtRules.flatMap(({ jwksUri, issuer }) => {
    const text = jwksUri ?? issuer;
    return URL.canParse(text) ? [new URL(text).hostname] : [];
  });
  const tls = new Set([443, ...ports.filter((one) => one.tls).map(({ port }) => port)]);
  const plain = new Set([80, ...ports.filter((one) => !one.tls).map(({ port }) => port)]);
  return {
    outsideHosts: [
      ...new Set([undeclaredHost, ...mesh.externalServices.map(({ host }) => host), ...keySets]),
    ].filter((host) => !host.endsWith(".svc.cluster.local")),
    outsideTlsPorts: [...tls],
    outsidePlainPorts: [...plain].filter((port) => !tls.has(port)),
  };
}
