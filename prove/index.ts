import { join } from "node:path";
import { ensureToolchain, istioCharts, type OnBuildProgress } from "../toolchain";
import { laboratoryFiles } from "../toolchain/laboratory";
import { askAll, podOf, podsOf } from "./ask";
import { requireLaboratory } from "./availability";
import { bringUp, type Subject } from "./cluster";
import { type Laboratory, startLaboratory, undeclaredHost } from "./laboratory";
import type { Proof, Question } from "./question";
import { accessQuestions } from "./questions/access";
import { type Experiment, notProvable, type Stage } from "./experiment";
import { resilienceExperiments } from "./experiments/resilience";
import { versionExperiments } from "./experiments/versions";
import { callQuestions } from "./questions/calls";
import { egressQuestions } from "./questions/egress";
import { gatewayQuestions } from "./questions/gateways";
import { mutualTlsQuestions } from "./questions/mutualTls";
import { createTokenIssuer, type TokenIssuer } from "./tokens";

export type { Subject as ProofSubject } from "./cluster";
export type { Proof, Verdict } from "./question";

/** What a proof needs besides its subject. */
export interface ProofOptions {
  /** Text that a claim's path or sentence contains; other claims are left out. Default: none, every claim. */
  readonly only?: string;
  /** Folder for the logs of the laboratory's processes. Default: none. */
  readonly logs?: string;
  readonly onBuild?: OnBuildProgress;
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
  const { say = () => undefined, logs, onBuild } = options;
  const { mesh } = subject;
  await requireLaboratory();
  const toolchain = await ensureToolchain(programs, onBuild);
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
      ...(nft.libraries !== undefined && { nftLibraries: nft.libraries }),
    },
    ...(logs !== undefined && { logs }),
    ...outsideOf(subject),
    jwks: issuer.jwks,
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
    prove: async (only) => [
      ...(await askAll(laboratory, mesh, questionsOf(subject, issuer, only), say)),
      ...(await runAll(experimentsOf(subject, issuer, only), await stageFor(laboratory, subject), say)),
    ],
    stop: () => laboratory.stop(),
  };
}

/** Proves a subject in a laboratory of its own. */
export async function prove(subject: Subject, options: ProofOptions = {}): Promise<Proof[]> {
  const bench = await openBench(subject, options);
  try {
    return await bench.prove(options.only);
  } finally {
    await bench.stop();
  }
}

/** Every question that the catalog gives rise to. */
export function questionsOf({ mesh }: Subject, issuer: TokenIssuer, only = ""): Question[] {
  return [
    ...mutualTlsQuestions(mesh),
    ...accessQuestions(mesh, issuer),
    ...callQuestions(mesh),
    ...gatewayQuestions(mesh, issuer),
    ...egressQuestions(mesh, undeclaredHost),
  ].filter(isAbout(only));
}

/** Every experiment that the catalog gives rise to. Those that wait for timeouts are last. */
export function experimentsOf({ mesh }: Subject, issuer: TokenIssuer, only = ""): Experiment[] {
  return [...versionExperiments(mesh, issuer), ...resilienceExperiments(mesh, issuer)].filter(isAbout(only));
}

function isAbout(only: string): (one: { readonly path: string; readonly claim: string }) => boolean {
  return ({ path, claim }) => path.includes(only) || claim.includes(only);
}

/** Runs experiments one after the other, and those that mostly wait all at once. */
async function runAll(
  experiments: readonly Experiment[],
  stage: Stage,
  say: (text: string) => void,
): Promise<Proof[]> {
  const proofs = new Map<Experiment, Proof>();
  const runOne = async (experiment: Experiment): Promise<void> => {
    const { path, claim, run } = experiment;
    say(claim);
    const outcome = await run(stage).catch((error: unknown) => notProvable(String(error)));
    proofs.set(experiment, { path, claim, ...outcome });
  };
  for (const experiment of experiments) if (experiment.waits !== true) await runOne(experiment);
  await Promise.all(experiments.filter(({ waits }) => waits).map(runOne));
  return experiments.flatMap((experiment) => proofs.get(experiment) ?? []);
}

async function stageFor(laboratory: Laboratory, { mesh }: Subject): Promise<Stage> {
  const pods = await laboratory.pods();
  return {
    mesh,
    send: async (caller, request) => {
      const pod = podOf(pods, mesh, caller);
      return pod === undefined ? undefined : (await laboratory.send(pod, [request]))[0];
    },
    seen: async (service, key) =>
      (await Promise.all(podsOf(pods, mesh, service).map((pod) => laboratory.seen(pod, key)))).flat(),
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
